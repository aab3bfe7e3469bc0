// Several workers, one fleet: under virtual time, over leases in memory.

#include "orchestration/fleet_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestration/remote_fleet.h"
#include "storage/memory/orchestration/memory_fleet_leases.h"
#include "tests/unit/orchestration/world.h"

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Leases that a worker may be cut off from.
class FallibleLeases final : public FleetLeaseStore {
 public:
  explicit FallibleLeases(FleetLeaseStore& leases) : leases_(leases) {}

  StatusOr<bool> Hold(std::string_view fleet, std::string_view holder, milliseconds lease) override {
    if (is_away) return Away();
    return leases_.Hold(fleet, holder, lease);
  }
  Status LetGo(std::string_view fleet, std::string_view holder) override {
    return is_away ? Away() : leases_.LetGo(fleet, holder);
  }
  Status Tell(std::string_view fleet, std::string_view holder, std::string_view word) override {
    return is_away ? Away() : leases_.Tell(fleet, holder, word);
  }
  StatusOr<std::optional<std::string>> Word(std::string_view fleet) override {
    if (is_away) return Away();
    return leases_.Word(fleet);
  }

  bool is_away = false;

 private:
  static Status Away() { return MakeStatus(StatusCode::kUnavailable, "away"); }
  FleetLeaseStore& leases_;
};

/// Executor of a process that can be stopped for a while: what came due waits.
class PausableExecutor final : public Executor {
 public:
  explicit PausableExecutor(Executor& executor) : executor_(executor) {}

  void Post(Task task) override { executor_.Post(Gated(std::move(task))); }
  TimerId PostAt(TimePoint when, Task task) override {
    return executor_.PostAt(when, Gated(std::move(task)));
  }
  bool Cancel(TimerId timer) override { return executor_.Cancel(timer); }

  void Pause() { paused_ = true; }
  void GoOn() {
    paused_ = false;
    for (Task& task : std::exchange(held_, {})) executor_.Post(std::move(task));
  }

 private:
  Task Gated(Task task) {
    return [this, task = std::move(task)]() mutable {
      if (paused_) return held_.push_back(std::move(task));
      task();
    };
  }

  Executor& executor_;
  bool paused_ = false;
  std::vector<Task> held_;
};

class FleetKeeperTest : public ::testing::Test {
 protected:
  struct Worker {
    Worker(World& world, FleetLeaseStore& shared, const std::string& name)
        : executor(world.executor), leases(shared), reservations(world.sim, executor, world.clock) {
      FleetParts parts{world.clock, executor, world.store, world.sim, reservations, world.random};
      parts.configured = [&world] { return world.fleet_options; };
      keeper = std::make_unique<FleetKeeper>(
          world.fleet_options, parts, leases, executor,
          FleetKeeperOptions{.holder = name, .lease = seconds(3), .shared = true},
          [&world](const RequestKey& key) { world.waiters->Notify(key); });
      keeper->Start();
    }
    PausableExecutor executor;
    FallibleLeases leases;
    ReservationClient reservations;
    std::unique_ptr<FleetKeeper> keeper;
  };

  FleetKeeperTest() {
    world_.fleet.reset();  // The workers have fleets of their own.
    world_.fleet_options.min_ready = 1;
  }

  std::size_t ServersOf(FleetDoor& door) {
    std::size_t count = 0;
    door.ListServers([&](const StatusOr<std::vector<GameServerInfo>>& servers) {
      count = servers.ok() ? servers->size() : 999;
    });
    world_.executor.RunReady();
    return count;
  }
  WallTime Soon() { return world_.clock.WallNow() + minutes(10); }
  bool HasIt(Worker& worker) { return ServersOf(*worker.keeper) != 999; }

  World world_;
  storage::MemoryFleetLeases leases_{world_.clock};
};

TEST_F(FleetKeeperTest, OneOfTwoHasTheFleet) {
  Worker first(world_, leases_, "first");
  Worker second(world_, leases_, "second");
  world_.Advance(seconds(10));
  EXPECT_TRUE(HasIt(first));
  EXPECT_FALSE(HasIt(second));
  EXPECT_EQ(world_.sim.servers().size(), 1U);
}

TEST_F(FleetKeeperTest, WhoEndsMakesRoomAndTheServersStay) {
  auto first = std::make_unique<Worker>(world_, leases_, "first");
  Worker second(world_, leases_, "second");
  world_.Advance(seconds(5));
  first->keeper.reset();
  second.keeper->LeaseFree();
  world_.Advance(milliseconds(100));
  EXPECT_TRUE(HasIt(second)) << "without waiting for the lease to end";
  EXPECT_EQ(world_.sim.started.size(), 1U);
  EXPECT_TRUE(world_.sim.stopped.empty());
}

TEST_F(FleetKeeperTest, TheDeadAreFollowedWhenTheirLeaseEnds) {
  Worker first(world_, leases_, "first");
  Worker second(world_, leases_, "second");
  world_.Advance(seconds(5));
  first.executor.Pause();
  world_.Advance(milliseconds(4'100));
  EXPECT_TRUE(HasIt(second));
  EXPECT_EQ(world_.sim.started.size(), 1U) << "it adopts the server";
}

TEST_F(FleetKeeperTest, ARequestOfADeadWorkerIsServedByTheNext) {
  Worker first(world_, leases_, "first");
  Worker second(world_, leases_, "second");
  world_.Advance(seconds(1));
  world_.sim.servers().begin()->second.paused = true;  // The seat is on its way for ever.
  ASSERT_TRUE(world_.store.Enqueue({ClientKey("default", "ann"), {"ann"}, WallTime::max()}).ok());
  first.keeper->Wake();
  world_.Advance(milliseconds(10));
  first.executor.Pause();
  world_.sim.servers().begin()->second.paused = false;
  world_.Advance(seconds(8));
  EXPECT_EQ(world_.Record("ann").state, RequestState::kDone);
  EXPECT_EQ(world_.sim.SeatsOf("ann"), 1U);
}

TEST_F(FleetKeeperTest, WhoWakesAfterTheLeaseDoesNothingMore) {
  Worker first(world_, leases_, "first");
  Worker second(world_, leases_, "second");
  world_.Advance(seconds(5));
  ASSERT_TRUE(HasIt(first));
  first.keeper->Wake();  // Comes due while it sleeps.
  first.executor.Pause();
  world_.Advance(seconds(10));
  ASSERT_TRUE(HasIt(second));
  ASSERT_TRUE(world_.store.Enqueue({ClientKey("default", "ann"), {"ann"}, WallTime::max()}).ok());
  first.executor.GoOn();
  world_.executor.RunReady();
  EXPECT_EQ(world_.Record("ann").state, RequestState::kCreated) << "nobody has leased it";
  world_.Advance(seconds(5));
  EXPECT_FALSE(HasIt(first));
  EXPECT_TRUE(HasIt(second));
  EXPECT_EQ(world_.sim.started.size(), 1U);
  EXPECT_TRUE(world_.sim.stopped.empty());
}

TEST_F(FleetKeeperTest, WhoCannotReachTheStoreStopsInTime) {
  Worker first(world_, leases_, "first");
  world_.Advance(seconds(5));
  first.leases.is_away = true;
  world_.Advance(seconds(5));
  EXPECT_FALSE(HasIt(first));
  first.leases.is_away = false;
  world_.Advance(seconds(2));
  EXPECT_TRUE(HasIt(first));
  EXPECT_EQ(world_.sim.started.size(), 1U);
}

TEST_F(FleetKeeperTest, AServerThatNobodyHeardOfIsStopped) {
  world_.sim.start_time = seconds(10);
  Worker first(world_, leases_, "first");
  Worker second(world_, leases_, "second");
  world_.Advance(seconds(1));
  ASSERT_EQ(world_.sim.started.size(), 1U);
  first.executor.Pause();  // It never hears of what it has begun.
  world_.Advance(seconds(20));
  ASSERT_TRUE(HasIt(second));
  ASSERT_EQ(world_.sim.servers().size(), 2U) << "one more than anybody knows";
  first.executor.GoOn();
  world_.Advance(seconds(30));
  EXPECT_TRUE(world_.sim.stopped.empty()) << "seen once: it may have been about to end";
  world_.Advance(minutes(2));
  EXPECT_THAT(world_.sim.stopped, ::testing::ElementsAre(world_.sim.started.front().id));
  EXPECT_EQ(ServersOf(*second.keeper), 1U);
  EXPECT_EQ(world_.store.MarkedServers("default")->size(), 1U);
  world_.Advance(minutes(5));
  EXPECT_EQ(world_.sim.stopped.size(), 1U);
}

TEST_F(FleetKeeperTest, WhatOthersRunUnderTheSameNamesIsLeftAlone) {
  Worker worker(world_, leases_, "worker");
  world_.Advance(seconds(2));
  SimulatedServer theirs = world_.sim.servers().begin()->second;
  theirs.running.id = "gs-theirs";
  world_.sim.servers()["gs-theirs"] = theirs;
  world_.Advance(minutes(10));
  EXPECT_TRUE(world_.sim.stopped.empty());
}

TEST_F(FleetKeeperTest, WhatNeverCameIsForgottenInTheEnd) {
  const FleetTerm any{.fleet = "default", .number = ~std::uint64_t{0}};
  ASSERT_TRUE(world_.store.MarkServer(any, "gs-never").ok());
  Worker worker(world_, leases_, "worker");
  world_.Advance(minutes(30));
  EXPECT_EQ(world_.store.MarkedServers("default")->size(), 2U) << "and the one in reserve";
  world_.Advance(minutes(40));
  EXPECT_EQ(world_.store.MarkedServers("default")->size(), 1U);
}

TEST_F(FleetKeeperTest, WhatClosesIsLeftWhenItsLastServerHasGone) {
  world_.fleet_options.idle_timeout = minutes(10);
  Worker first(world_, leases_, "first");
  Worker second(world_, leases_, "second");
  world_.Advance(seconds(2));
  ASSERT_TRUE(world_.store.Enqueue({ClientKey("default", "ann"), {"ann"}, Soon()}).ok());
  first.keeper->Wake();
  world_.Advance(seconds(1));
  ASSERT_EQ(world_.Record("ann").state, RequestState::kDone);
  ASSERT_EQ(world_.sim.started.size(), 1U);

  world_.fleet_options.closes = true;
  first.keeper->OrdersChanged();
  world_.Advance(seconds(5));
  EXPECT_TRUE(world_.sim.stopped.empty()) << "somebody plays there";
  ASSERT_TRUE(world_.store.Enqueue({ClientKey("default", "bob"), {"bob"}, Soon()}).ok());
  first.keeper->Wake();
  world_.Advance(milliseconds(10));
  EXPECT_EQ(world_.Record("bob").state, RequestState::kFailed) << "who is late in line waits for nothing";
  EXPECT_EQ(world_.Record("ann").state, RequestState::kDone);

  ASSERT_TRUE(world_.store.Withdraw(ClientKey("default", "ann")).ok());
  first.keeper->SeatsReleased();
  world_.Advance(seconds(10));
  EXPECT_EQ(world_.sim.stopped.size(), 1U);
  EXPECT_EQ(world_.sim.started.size(), 1U) << "and no reserve is started";
  EXPECT_FALSE(HasIt(first));
  EXPECT_FALSE(HasIt(second));
  EXPECT_TRUE(leases_.Hold("default", "anybody", milliseconds(1)).value());
  EXPECT_FALSE(world_.executor.NextTimer().has_value()) << "nobody looks after it any more";

  world_.Advance(seconds(1));
  world_.fleet_options.closes = false;
  second.keeper->Start();
  world_.Advance(seconds(1));
  EXPECT_TRUE(HasIt(second));
  EXPECT_EQ(world_.sim.started.size(), 2U) << "its reserve";
}

TEST_F(FleetKeeperTest, AFleetThatOpensAgainInTimeGoesOn) {
  Worker first(world_, leases_, "first");
  world_.Advance(seconds(2));
  ASSERT_TRUE(world_.store.Enqueue({ClientKey("default", "ann"), {"ann"}, Soon()}).ok());
  first.keeper->Wake();
  world_.Advance(seconds(1));
  world_.fleet_options.closes = true;
  first.keeper->OrdersChanged();
  world_.Advance(seconds(2));
  world_.fleet_options.closes = false;
  first.keeper->OrdersChanged();
  first.keeper->Start();
  world_.Advance(seconds(2));
  EXPECT_TRUE(HasIt(first));
  EXPECT_EQ(world_.sim.started.size(), 2U) << "what was leaving leaves; another one is in reserve";
  EXPECT_EQ(world_.Record("ann").state, RequestState::kDone);
}

TEST_F(FleetKeeperTest, OthersReadWhatTheWorkerTells) {
  RemoteFleet remote("default", leases_);
  EXPECT_EQ(ServersOf(remote), 999U) << "nobody works on it";
  Worker first(world_, leases_, "first");
  world_.Advance(seconds(5));
  EXPECT_EQ(ServersOf(remote), 1U);
  remote.ListServers([](const StatusOr<std::vector<GameServerInfo>>& servers) {
    EXPECT_EQ(servers->front().state, GameServerState::kReady);
    EXPECT_EQ(servers->front().fleet, "default");
  });
}

}  // namespace
}  // namespace oofgg::orchestration
