#include "presence/presence_hub.h"

#include <gtest/gtest.h>

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

class PresenceHubTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  PresenceHub hub_{clock_, executor_};
  std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  std::shared_ptr<FakeHost> other_host_ = std::make_shared<FakeHost>();
};

TEST_F(PresenceHubTest, WakesAFollowerOnceUntilItHasReadAll) {
  auto alice = hub_.Connect("alice", {}, Friends{"bob", "carol"}, host_);
  EXPECT_EQ(host_->TakeWakes(), 0);
  auto bob = hub_.Connect("bob", {}, {}, other_host_);
  auto carol = hub_.Connect("carol", {}, {}, other_host_);
  EXPECT_EQ(host_->TakeWakes(), 1);
  EXPECT_EQ(alice.NextUpdate()->user_id, "bob");
  EXPECT_EQ(alice.NextUpdate()->user_id, "carol");
  EXPECT_EQ(alice.NextUpdate(), std::nullopt);
  bob.SignOff();
  EXPECT_EQ(host_->TakeWakes(), 1);
}

TEST_F(PresenceHubTest, TheGraceEndsByTheExecutorsTimer) {
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

TEST_F(PresenceHubTest, AShorterGraceIsNotHeldUpByALongerOne) {
  hub_.Connect("slow", WithGrace(1h), {}, host_).Close();
  hub_.Connect("quick", WithGrace(1s), {}, host_).Close();
  executor_.AdvanceBy(1s);
  EXPECT_EQ(hub_.StateOf("quick").state, PresenceState::kOffline);
  EXPECT_EQ(hub_.StateOf("slow").state, PresenceState::kOnline);
  executor_.AdvanceBy(1h);
  EXPECT_EQ(hub_.counts().users, 0u);
}

TEST_F(PresenceHubTest, DroppingTheConnectionIsALostLinkAndFreesTheHost) {
  {
    auto alice = hub_.Connect("alice", WithGrace(5s), {}, host_);
    EXPECT_EQ(host_.use_count(), 2);
  }
  EXPECT_EQ(host_.use_count(), 1);
  EXPECT_EQ(hub_.StateOf("alice").state, PresenceState::kOnline);
  executor_.AdvanceBy(5s);
  EXPECT_EQ(hub_.StateOf("alice").state, PresenceState::kOffline);
}

TEST_F(PresenceHubTest, RefusalsComeByFinish) {
  auto bound = hub_.Connect("alice", WithGrace(0s, /*proven=*/true), {}, host_);
  auto claim = hub_.Connect("alice", {}, Friends{"bob"}, other_host_);
  ASSERT_TRUE(other_host_->finished().has_value());
  EXPECT_EQ(other_host_->finished()->code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(*other_host_->finished()), "USER_HELD_BY_TOKEN");
  EXPECT_EQ(claim.user_id(), "");
  claim.SetFriends(Friends{"carol"});
  claim.Close();
  EXPECT_EQ(hub_.counts().connections, 1u);
  EXPECT_FALSE(host_->finished().has_value());
}

TEST_F(PresenceHubTest, EvictionComesByFinish) {
  auto impostor = hub_.Connect("alice", {}, {}, host_);
  auto bound = hub_.Connect("alice", WithGrace(0s, /*proven=*/true), {}, other_host_);
  ASSERT_TRUE(host_->finished().has_value());
  EXPECT_EQ(host_->finished()->code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(host_.use_count(), 1) << "the hub has let go of it";
  impostor.Close();
  EXPECT_EQ(hub_.StateOf("alice").state, PresenceState::kOnline);
}

TEST_F(PresenceHubTest, AFullTableIsSaid) {
  PresenceHub small(clock_, executor_, {.grace = 0ms, .table = {0, 10, /*max_friendships=*/1}});
  auto alice = small.Connect("alice", {}, Friends{"bob"}, host_);
  alice.SetFriends(Friends{"bob", "carol"});
  ASSERT_TRUE(host_->finished().has_value());
  EXPECT_EQ(host_->finished()->code(), StatusCode::kResourceExhausted);
}

TEST_F(PresenceHubTest, VersionsStartAtTheWallClockSoThatARestartDoesNotGoBack) {
  auto alice = hub_.Connect("alice", {}, {}, host_);
  const auto before = hub_.StateOf("alice").version;
  clock_.Advance(1s);
  PresenceHub restarted(clock_, executor_);
  EXPECT_GT(restarted.StateOf("alice").version, before);
}

TEST_F(PresenceHubTest, ConnectionsMayOutliveTheHub) {
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

TEST(PresenceHubThreadsTest, ManyThreadsComeGoAndRead) {
  ThreadPool pool(2);
  {
    PresenceHub hub(Clock::System(), pool, {.grace = 1ms, .table = {}});
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
