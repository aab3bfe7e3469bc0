#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "oofgg/thread_pool.h"
#include "storage/redis/game/standings/redis_standing_channel.h"
#include "tests/integration/redis/deployment.h"
#include "tests/support/inbox.h"

namespace oofgg::storage {
namespace {

using testing::Deployment;

/// An instance's end; what it hears, players of scores and "gap" as text.
class Peer final : public game::StandingChannel::Listener {
 public:
  Peer(const std::string& url, const std::string& name, std::uint64_t sender)
      : channel_(testing::OptionsFor(url), name, sender, executor_) {
    channel_.Listen(this);
  }
  ~Peer() override { channel_.Listen(nullptr); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void OnNews(std::span<const game::StandingNews> news) override {
    for (const game::StandingNews& one : news) heard_.Put(one.erased_player);
  }
  void OnGap() override { heard_.Put("gap"); }

  void Tell(const std::string& player) { channel_.Tell({.erased_player = player}); }
  /// The next that is one of the two; a link may also be lost for no reason of the test's.
  bool Hears(const std::string& word, const std::string& other = {}) {
    return heard_.Next([&](const std::string& said) { return said == word || said == other; }) == word;
  }

 private:
  oofgg::testing::Inbox<std::string> heard_;
  ThreadPool executor_{1};
  RedisStandingChannel channel_;
};

using MakeDeployment = std::unique_ptr<Deployment> (*)();

class StandingChannelTest : public ::testing::TestWithParam<MakeDeployment> {
 protected:
  const std::unique_ptr<Deployment> deployment_ = GetParam()();
  const std::string url_ = deployment_->url();
};
INSTANTIATE_TEST_SUITE_P(
    Deployments, StandingChannelTest,
    ::testing::Values(
        +[]() -> std::unique_ptr<Deployment> { return std::make_unique<testing::OneServer>(); },
        +[]() -> std::unique_ptr<Deployment> { return std::make_unique<testing::Cluster>(); }));

TEST_P(StandingChannelTest, WhatOneTellsTheOthersHearAndItDoesNot) {
  Peer one(url_, "db", 1);
  Peer two(url_, "db", 2);
  Peer stranger(url_, "another db", 3);
  ASSERT_TRUE(one.Hears("gap")) << "from now on it hears all";
  ASSERT_TRUE(two.Hears("gap"));
  ASSERT_TRUE(stranger.Hears("gap"));
  for (int i = 0; i < 1'000; ++i) one.Tell("player" + std::to_string(i));
  EXPECT_TRUE(two.Hears("player0", "player1"));
  EXPECT_TRUE(two.Hears("player999")) << "each in its turn";
  two.Tell("last");
  EXPECT_TRUE(one.Hears("last", "player0")) << "none of its own";
  Peer third(url_, "another db", 4);
  ASSERT_TRUE(third.Hears("gap"));
  third.Tell("elsewhere");
  EXPECT_TRUE(stranger.Hears("elsewhere", "last"));
}

TEST_P(StandingChannelTest, ALostServerIsAGapAndThenAllIsHeardAgain) {
  Peer one(url_, "db", 1);
  Peer two(url_, "db", 2);
  ASSERT_TRUE(one.Hears("gap"));
  ASSERT_TRUE(two.Hears("gap"));
  deployment_->Kill(deployment_->MasterOf("oofgg:standings:db"));
  deployment_->Heal();
  ASSERT_TRUE(two.Hears("gap"));
  one.Tell("ann");
  EXPECT_TRUE(two.Hears("ann"));
}

}  // namespace
}  // namespace oofgg::storage
