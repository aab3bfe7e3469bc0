#include "presence/presence_hub.h"

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "oofgg/random.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "oofgg/thread_pool.h"
#include "tests/unit/presence/fake_host.h"

namespace oofgg::presence {
namespace {

using namespace std::chrono_literals;
using Friends = std::vector<std::string>;

PresenceTable::ConnectionOptions WithGrace(Duration grace, bool proven = false) {
  PresenceTable::ConnectionOptions options;
  options.grace = grace;
  options.proven = proven;
  return options;
}

PresenceHubOptions Sharded(unsigned shards) {
  PresenceHubOptions options;
  options.shards = shards;
  return options;
}

/// By how many tables share the users.
class PresenceHubTest : public ::testing::TestWithParam<unsigned> {
 protected:
  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  PresenceHub hub_{clock_, executor_, Sharded(GetParam())};
  std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  std::shared_ptr<FakeHost> other_host_ = std::make_shared<FakeHost>();
};

TEST_P(PresenceHubTest, WakesAFollowerOnceUntilItHasReadAll) {
  auto alice = hub_.Connect("alice", {}, Friends{"bob", "carol"}, host_);
  EXPECT_EQ(alice.NextUpdate(), std::nullopt);
  EXPECT_LE(host_->TakeWakes(), 1) << "when it was known that they are offline";
  auto bob = hub_.Connect("bob", {}, {}, other_host_);
  auto carol = hub_.Connect("carol", {}, {}, other_host_);
  EXPECT_EQ(host_->TakeWakes(), 1);
  EXPECT_EQ(alice.NextUpdate()->user_id, "bob");
  EXPECT_EQ(alice.NextUpdate()->user_id, "carol");
  EXPECT_EQ(alice.NextUpdate(), std::nullopt);
  bob.SignOff();
  EXPECT_EQ(host_->TakeWakes(), 1);
}

TEST_P(PresenceHubTest, TheGraceEndsByTheExecutorsTimer) {
  auto alice = hub_.Connect("alice", {}, Friends{"bob"}, host_);
  auto bob = hub_.Connect("bob", WithGrace(5s), {}, other_host_);
  EXPECT_EQ(alice.NextUpdate()->state, PresenceState::kOnline);
  EXPECT_EQ(alice.NextUpdate(), std::nullopt);
  EXPECT_EQ(host_->TakeWakes(), 1);
  bob.Close();
  executor_.AdvanceBy(4999ms);
  EXPECT_EQ(host_->TakeWakes(), 0);
  executor_.AdvanceBy(1ms);
  EXPECT_EQ(host_->TakeWakes(), 1);
  EXPECT_EQ(alice.NextUpdate()->state, PresenceState::kOffline);
}

TEST_P(PresenceHubTest, AShorterGraceIsNotHeldUpByALongerOne) {
  hub_.Connect("slow", WithGrace(1h), {}, host_).Close();
  hub_.Connect("quick", WithGrace(1s), {}, host_).Close();
  executor_.AdvanceBy(1s);
  EXPECT_EQ(hub_.StateOf("quick").state, PresenceState::kOffline);
  EXPECT_EQ(hub_.StateOf("slow").state, PresenceState::kOnline);
  executor_.AdvanceBy(1h);
  EXPECT_EQ(hub_.counts().users, 0u);
}

TEST_P(PresenceHubTest, DroppingTheConnectionIsALostLinkAndFreesTheHost) {
  {
    auto alice = hub_.Connect("alice", WithGrace(5s), {}, host_);
    EXPECT_EQ(host_.use_count(), 2);
  }
  EXPECT_EQ(host_.use_count(), 1);
  EXPECT_EQ(hub_.StateOf("alice").state, PresenceState::kOnline);
  executor_.AdvanceBy(5s);
  EXPECT_EQ(hub_.StateOf("alice").state, PresenceState::kOffline);
}

TEST_P(PresenceHubTest, RefusalsComeByFinish) {
  auto bound = hub_.Connect("alice", WithGrace(0s, /*proven=*/true), {}, host_);
  auto claim = hub_.Connect("alice", {}, Friends{"bob"}, other_host_);
  ASSERT_TRUE(other_host_->finished().has_value());
  EXPECT_EQ(other_host_->finished()->code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(*other_host_->finished()), "USER_HELD_BY_TOKEN");
  claim.SetFriends(Friends{"carol"});
  claim.Close();
  EXPECT_EQ(hub_.counts().connections, 1u);
  EXPECT_FALSE(host_->finished().has_value());
}

TEST_P(PresenceHubTest, EvictionComesByFinish) {
  auto impostor = hub_.Connect("alice", {}, {}, host_);
  auto bound = hub_.Connect("alice", WithGrace(0s, /*proven=*/true), {}, other_host_);
  ASSERT_TRUE(host_->finished().has_value());
  EXPECT_EQ(host_->finished()->code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(host_.use_count(), 1) << "the hub has let go of it";
  impostor.Close();
  EXPECT_EQ(hub_.StateOf("alice").state, PresenceState::kOnline);
}

TEST_P(PresenceHubTest, AFullTableIsSaid) {
  PresenceHub small(clock_, executor_, {.grace = 0ms, .table = {0, 10, /*max_friendships=*/1}});
  auto alice = small.Connect("alice", {}, Friends{"bob"}, host_);
  alice.SetFriends(Friends{"bob", "carol"});
  ASSERT_TRUE(host_->finished().has_value());
  EXPECT_EQ(host_->finished()->code(), StatusCode::kResourceExhausted);
  EXPECT_FALSE(small.IsOnline("alice")) << "lest she takes silence for what is so";
}

TEST_P(PresenceHubTest, VersionsStartAtTheWallClockSoThatARestartDoesNotGoBack) {
  auto alice = hub_.Connect("alice", {}, {}, host_);
  const auto before = hub_.StateOf("alice").version;
  clock_.Advance(1s);
  PresenceHub restarted(clock_, executor_);
  EXPECT_GT(restarted.StateOf("alice").version, before);
}

TEST_P(PresenceHubTest, ConnectionsMayOutliveTheHub) {
  auto hub = std::make_unique<PresenceHub>(clock_, executor_);
  auto alice = hub->Connect("alice", WithGrace(5s), Friends{"bob"}, host_);
  hub->Connect("bob", WithGrace(5s), {}, other_host_).Close();
  hub.reset();
  EXPECT_EQ(host_.use_count(), 1);
  EXPECT_EQ(alice.NextUpdate(), std::nullopt);
  alice.SetFriends({});
  alice.Close();
  executor_.AdvanceBy(1h);
}

INSTANTIATE_TEST_SUITE_P(, PresenceHubTest, ::testing::Values(1U, 3U));

TEST_P(PresenceHubTest, IsCaughtUpWhenAllIsHeard) {
  auto bob = hub_.Connect("bob", {}, {}, other_host_);
  auto alice = hub_.Connect("alice", {}, Friends{"bob", "carol", "dave"}, host_);
  EXPECT_FALSE(alice.is_caught_up());
  EXPECT_EQ(alice.NextUpdate()->user_id, "bob");
  EXPECT_EQ(alice.NextUpdate(), std::nullopt);
  EXPECT_TRUE(alice.is_caught_up());
}

TEST_P(PresenceHubTest, OpenConnectionsAreNamedByTheirIds) {
  std::vector<PresenceHub::ConnectionId> connections;
  for (int i = 0; i < 10; ++i) {
    connections.push_back(hub_.Open("user" + std::to_string(i), {}, Friends{"user0"}, host_, 0));
  }
  for (int i = 0; i < 10; ++i) {
    hub_.RequireUser(connections[static_cast<std::size_t>(i)], "user" + std::to_string(i));
  }
  EXPECT_FALSE(host_->finished().has_value());
  EXPECT_EQ(hub_.NextUpdate(connections[7])->user_id, "user0");
  EXPECT_EQ(hub_.NextUpdate(connections[7]), std::nullopt);
  EXPECT_TRUE(hub_.IsCaughtUp(connections[7]));
  hub_.SignOff(connections[7]);
  EXPECT_FALSE(hub_.IsOnline("user7"));
  hub_.Close(connections[8]);
  EXPECT_EQ(hub_.counts().connections, 8U);
}

TEST_P(PresenceHubTest, AConnectionOfAnotherUserIsEnded) {
  auto alice = hub_.Connect("alice", {}, {}, host_);
  alice.RequireUser("alice");
  EXPECT_FALSE(host_->finished().has_value());
  alice.RequireUser("bob");
  ASSERT_TRUE(host_->finished().has_value());
  EXPECT_EQ(host_->finished()->code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(hub_.IsOnline("alice"));
  alice.RequireUser("carol");
  EXPECT_EQ(hub_.counts().connections, 0u);
}

/// A hub of one table, which a thread holds from the start until it is told to let go: it connects a user
/// whose home it is asked about under way.
class BusyPresenceHubTest : public ::testing::Test {
 protected:
  ~BusyPresenceHubTest() override { LetGo(); }

  void Hold() {
    holder_ = std::thread([this] { slow_ = hub_.Connect("slow", {}, {}, std::make_shared<FakeHost>()); });
    held_.get_future().wait();
  }
  void LetGo() {
    if (!holder_.joinable()) return;
    let_go_.set_value();
    holder_.join();
  }

  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  std::promise<void> held_, let_go_;
  PresenceHub hub_{clock_, executor_, Options()};
  std::shared_ptr<FakeHost> ann_host_ = std::make_shared<FakeHost>();
  std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  PresenceConnection slow_;
  std::thread holder_;

 private:
  PresenceHubOptions Options() {
    PresenceHubOptions options;
    options.table.is_home = [this](std::string_view user) {
      if (user == "slow") {
        held_.set_value();
        let_go_.get_future().wait();
      }
      return true;
    };
    return options;
  }
};

TEST_F(BusyPresenceHubTest, WhatIsAskedMeanwhileIsDoneInOrderAfterwards) {
  auto ann = hub_.Connect("ann", {}, Friends{"bob", "cid"}, ann_host_);
  auto bob = hub_.Connect("bob", {}, {}, host_);
  EXPECT_EQ(ann.NextUpdate()->user_id, "bob");
  EXPECT_EQ(ann.NextUpdate(), std::nullopt);
  (void)ann_host_->TakeWakes();

  Hold();
  auto cid = hub_.Connect("cid", {}, Friends{"ann"}, host_);
  bob.SignOff();
  cid.SetFriends(Friends{"bob"});
  cid.SetFriends(Friends{"ann", "bob"});
  ann.SetStatus({PresenceState::kAway, "lunch", {}});
  ann.RequireUser("ann");
  EXPECT_EQ(ann.NextUpdate(), std::nullopt) << "not yet";
  EXPECT_FALSE(ann.is_caught_up());
  EXPECT_EQ(ann_host_->TakeWakes(), 0);
  LetGo();

  EXPECT_GE(ann_host_->TakeWakes(), 1);
  std::map<std::string, PresenceState> heard;
  while (const auto update = ann.NextUpdate()) heard[update->user_id] = update->state;
  EXPECT_EQ(heard, (std::map<std::string, PresenceState>{{"bob", PresenceState::kOffline},
                                                         {"cid", PresenceState::kOnline}}));
  EXPECT_TRUE(ann.is_caught_up());
  EXPECT_EQ(cid.NextUpdate()->text, "lunch");
  EXPECT_FALSE(host_->finished().has_value());
}

TEST_F(BusyPresenceHubTest, WhoFindsItBusyIsWokenEvenIfNothingChanges) {
  auto ann = hub_.Connect("ann", {}, {}, ann_host_);
  EXPECT_EQ(ann.NextUpdate(), std::nullopt);
  (void)ann_host_->TakeWakes();
  Hold();
  EXPECT_FALSE(ann.is_caught_up());
  LetGo();
  EXPECT_EQ(ann_host_->TakeWakes(), 1);
  EXPECT_TRUE(ann.is_caught_up());
}

TEST_F(BusyPresenceHubTest, ARefusalComesAfterwards) {
  auto ann = hub_.Connect("ann", WithGrace(0s, /*proven=*/true), {}, ann_host_);
  Hold();
  auto impostor = hub_.Connect("ann", {}, Friends{"bob"}, host_);
  impostor.SetFriends(Friends{"cid"});
  EXPECT_FALSE(host_->finished().has_value());
  LetGo();
  ASSERT_TRUE(host_->finished().has_value());
  EXPECT_EQ(ReasonOf(*host_->finished()), "USER_HELD_BY_TOKEN");
  impostor.Close();
  EXPECT_EQ(hub_.counts().connections, 2U) << "ann and slow";
  EXPECT_EQ(hub_.counts().friendships, 0U);
}

TEST_F(BusyPresenceHubTest, WhoIsEvictedMeanwhileHearsOfItAndNobodyElse) {
  std::vector<std::shared_ptr<FakeHost>> impostors;
  std::vector<PresenceConnection> connections;
  for (int i = 0; i < 3; ++i) {
    impostors.push_back(std::make_shared<FakeHost>());
    connections.push_back(hub_.Connect("ann", {}, {}, impostors.back()));
  }
  Hold();
  connections.push_back(hub_.Connect("ann", WithGrace(0s, /*proven=*/true), {}, ann_host_));
  for (int i = 0; i < 10; ++i) {
    connections.push_back(hub_.Connect("user" + std::to_string(i), {}, Friends{"ann"}, host_));
  }
  LetGo();
  connections.push_back(hub_.Connect("last", {}, Friends{"ann"}, host_));
  for (const auto& impostor : impostors) {
    ASSERT_TRUE(impostor->finished().has_value());
    EXPECT_EQ(ReasonOf(*impostor->finished()), "USER_HELD_BY_TOKEN");
    EXPECT_EQ(impostor.use_count(), 1);
  }
  EXPECT_FALSE(ann_host_->finished().has_value());
  EXPECT_FALSE(host_->finished().has_value());
  for (std::size_t i = 4; i < connections.size(); ++i) EXPECT_EQ(connections[i].NextUpdate()->user_id, "ann");
}

TEST_F(BusyPresenceHubTest, WhoLeavesVeryMuchWaits) {
  auto bob = hub_.Connect("bob", {}, {}, host_);
  Hold();
  std::thread talker([&] {
    for (int i = 0; i < 1'000; ++i) bob.SetStatus({PresenceState::kAway, std::to_string(i), {}});
  });
  LetGo();
  talker.join();
  EXPECT_EQ(hub_.StateOf("bob").text, "999");
}

TEST_F(BusyPresenceHubTest, AnyNumberMayConnectAndGoMeanwhile) {
  Hold();
  std::vector<PresenceConnection> many;
  const auto connect = [&](int i) {
    many.push_back(hub_.Connect("user" + std::to_string(i), {}, {}, host_));
  };
  for (int i = 0; i < 64; ++i) connect(i);
  // There are no more names in reserve: from here on, who connects has to wait.
  std::thread crowd([&] {
    for (int i = 64; i < 200; ++i) connect(i);
  });
  LetGo();
  crowd.join();
  EXPECT_EQ(hub_.counts().online, 201U);
  many.clear();
  EXPECT_EQ(hub_.counts().online, 1U);
  EXPECT_EQ(host_.use_count(), 1);
}

TEST_F(BusyPresenceHubTest, ATimerThatFindsItBusyIsNotForgotten) {
  hub_.Connect("ann", WithGrace(5s), {}, ann_host_).Close();
  Hold();
  executor_.AdvanceBy(5s);
  LetGo();
  EXPECT_FALSE(hub_.IsOnline("ann"));
}

class PresenceHubThreadsTest : public ::testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(, PresenceHubThreadsTest, ::testing::Values(1U, 3U));

TEST_P(PresenceHubThreadsTest, FollowersEndEqualToTheTruth) {
  ThreadPool pool(1);
  PresenceHub hub(Clock::System(), pool, Sharded(GetParam()));
  constexpr int kUsers = 8;
  Friends all;
  for (int i = 0; i < kUsers; ++i) all.push_back("user" + std::to_string(i));
  std::vector<PresenceConnection> followers(4);
  std::vector<std::map<std::string, PresenceState>> beliefs(4);
  const auto read = [&](std::size_t i) {
    while (const auto update = followers[i].NextUpdate()) beliefs[i][update->user_id] = update->state;
  };
  PresenceTable::ConnectionOptions options;
  options.full_snapshot = true;
  std::vector<std::map<std::string, PresenceConnection>> players(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i) {
    followers[i] = hub.Connect("follower" + std::to_string(i), options, all, std::make_shared<FakeHost>());
    threads.emplace_back([&, i] {
      SeededRandom random(i);
      auto& mine = players[i];
      for (int round = 0; round < 2'000; ++round) {
        // Two users a thread, so that the last word on each is one thread's.
        const std::string user = "user" + std::to_string(2 * i + random.Below(2));
        if (mine[user]) {
          mine[user].SignOff();
        } else {
          mine[user] = hub.Connect(user, {}, Friends{"user0"}, std::make_shared<FakeHost>());
        }
        if (round % 3 == 0) read(i);
        if (round % 7 == 0) followers[i].SetFriends(round % 2 == 0 ? all : Friends{"user3"});
      }
      followers[i].SetFriends(all);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < 4; ++i) {
    read(i);
    EXPECT_TRUE(followers[i].is_caught_up());
    for (const std::string& user : all) EXPECT_EQ(beliefs[i][user], hub.StateOf(user).state) << user;
  }
}

TEST_P(PresenceHubThreadsTest, ManyThreadsComeGoAndRead) {
  ThreadPool pool(2);
  {
    PresenceHub hub(Clock::System(), pool, {.grace = 1ms, .table = {}, .shards = GetParam()});
    std::vector<std::thread> threads;
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      threads.emplace_back([&hub, seed] {
        SeededRandom random(seed);
        for (int i = 0; i < 2'000; ++i) {
          const auto user = [&random] { return "user" + std::to_string(random.Below(10)); };
          const auto host = std::make_shared<FakeHost>();
          auto connection = hub.Connect(user(), WithGrace(i % 2 == 0 ? 1ms : 0ms, i % 16 == 0),
                                        Friends{user(), user(), user()}, host);
          while (connection.NextUpdate().has_value()) {
          }
          connection.SetFriends(Friends{user(), user()});
          if (i % 3 == 0) connection.SignOff();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(hub.counts().connections, 0u);
  }
}

}  // namespace
}  // namespace oofgg::presence
