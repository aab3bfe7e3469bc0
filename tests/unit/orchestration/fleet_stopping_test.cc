// A game server is closed in the store before it is stopped, so that nobody is seated on one that goes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/orchestration/world.h"

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class FleetStoppingTest : public ::testing::Test {
 protected:
  FleetStoppingTest() {
    world_.sim.model.tells_status = false;  // It does not say itself that somebody sits there.
    EXPECT_TRUE(world_.PostUntilReady("alice"));
    EXPECT_THAT(world_.sim.servers(), SizeIs(1));
    server_ = world_.sim.servers().begin()->first;
  }

  FleetParts Parts() {
    return {world_.clock, world_.executor, world_.store, world_.sim, *world_.reservations, world_.random};
  }
  /// The server is empty, and idle five seconds later.
  void Leave() {
    ASSERT_TRUE(world_.facade->Withdraw("default", "alice").ok());
    world_.Advance(milliseconds(100));
  }
  /// A seat that only the store knows of, as after an answer that was lost.
  void SeatInTheStore(const std::string& client) {
    const FleetTerm any{.fleet = "default", .number = ~std::uint64_t{0}};
    ASSERT_TRUE(
        world_.store
            .Enqueue({ClientKey("default", client), {client}, world_.clock.WallNow() + std::chrono::hours(1)})
            .ok());
    const auto leased = world_.store.LeaseOldest(any, 1, WallTime::max());
    ASSERT_EQ(leased->size(), 1U);
    const RunningServer& running = world_.sim.Server(server_).running;
    const RequestLease lease = LeaseOf(leased->front());
    ASSERT_TRUE(world_.store.TakeSeats(lease, {server_, "", running.port, running.control}, 0).ok());
    ASSERT_TRUE(world_.store.Complete(lease).ok());
  }

  World world_{{.idle_timeout = seconds(5)}};
  std::string server_;
};

TEST_F(FleetStoppingTest, AWorkerThatWasHeldUpStopsNothingThatTheNextOneFilled) {
  // The first one goes on as if the fleet were still its own: so it is where it asked before a pause, and
  // acts after it.
  Leave();
  Fleet next(world_.fleet_options, Parts(), [](const RequestKey&) {});
  next.Start([](const Status&) {});
  world_.Advance(seconds(1));
  ASSERT_TRUE(
      world_.store
          .Enqueue({ClientKey("default", "bob"), {"bob"}, world_.clock.WallNow() + std::chrono::hours(1)})
          .ok());
  next.Wake();
  world_.Advance(milliseconds(100));
  ASSERT_EQ(world_.Record("bob").server.id, server_);
  world_.Advance(seconds(20));
  EXPECT_THAT(world_.sim.stopped, IsEmpty());
  EXPECT_EQ(world_.sim.SeatsOf("bob"), 1U);
  EXPECT_EQ(world_.Record("bob").state, RequestState::kDone);
  EXPECT_TRUE(world_.is_lost) << "and it learns that it has lost the fleet";
}

TEST_F(FleetStoppingTest, WhatAWorkerHadClosedWhenItDiedTheNextOneStops) {
  Leave();
  world_.KillMaker();
  const FleetTerm any{.fleet = "default", .number = ~std::uint64_t{0}};
  ASSERT_TRUE(world_.store.CloseServer(any, server_, RequestStore::Closing::kIfEmpty).ok());
  ASSERT_TRUE(world_.store.CloseServer(any, "long-gone", RequestStore::Closing::kIfEmpty).ok());
  world_.StartMaker();
  ASSERT_TRUE(world_.PostUntilReady("bob"));
  EXPECT_NE(world_.Record("bob").server.id, server_);
  EXPECT_THAT(world_.sim.stopped, ElementsAre(server_));
  EXPECT_THAT(world_.store.MarkedServers("default").value(), SizeIs(1)) << "what is gone is forgotten";
}

TEST_F(FleetStoppingTest, ASeatThatOnlyTheStoreKnowsKeepsTheServer) {
  Leave();
  SeatInTheStore("bob");
  world_.sim.Server(server_).clients.insert("bob");
  world_.Advance(seconds(60));
  EXPECT_THAT(world_.sim.stopped, IsEmpty());
  EXPECT_EQ(world_.Record("bob").state, RequestState::kDone);
}

TEST_F(FleetStoppingTest, UnlessTheServerDeniesIt) {
  Leave();
  SeatInTheStore("bob");
  world_.Advance(seconds(30));
  EXPECT_THAT(world_.sim.stopped, ElementsAre(server_));
  EXPECT_EQ(world_.Record("bob").state, RequestState::kFailed);
}

TEST_F(FleetStoppingTest, WhatBecomesOfServersIsCounted) {
  const FleetCounts& counts = world_.counts;
  EXPECT_EQ(counts.starts, 1U);
  EXPECT_EQ(counts.seated, 1U);
  world_.sim.Kill(server_);
  world_.Advance(milliseconds(1));
  EXPECT_EQ(counts.lost, 1U);
  EXPECT_EQ(counts.reseated, 1U);
  ASSERT_TRUE(world_.PostUntilReady("alice"));
  EXPECT_EQ(counts.seated, 2U);
  world_.sim.servers().begin()->second.paused = true;
  world_.Advance(seconds(5));
  EXPECT_EQ(counts.falls, 1U);
  world_.sim.servers().begin()->second.paused = false;
  Leave();
  world_.Advance(seconds(20));
  EXPECT_EQ(counts.stops, 1U);
  EXPECT_EQ(counts.lost, 1U) << "one that was told to stop is not lost";
  world_.sim.failing_starts = 1;
  ASSERT_TRUE(world_.PostUntilReady("bob"));
  EXPECT_EQ(counts.failed_starts, 1U);
  EXPECT_EQ(counts.starts, 4U);
  EXPECT_THAT(world_.store.MarkedServers("default").value(), SizeIs(2)) << "what runs, and what may yet";
}

TEST_F(FleetStoppingTest, WhereNoTimeIsGivenServersWithPlayersStay) {
  World world({.idle_timeout = milliseconds(0)});
  ASSERT_TRUE(world.PostUntilReady("alice"));
  const std::string full = world.Record("alice").server.id;
  world.Advance(seconds(5));
  EXPECT_THAT(world.sim.stopped, Not(Contains(full)));
  ASSERT_TRUE(world.facade->Withdraw("default", "alice").ok());
  world.Advance(seconds(2));
  EXPECT_THAT(world.sim.stopped, Contains(full));
}

}  // namespace
}  // namespace oofgg::orchestration
