// What instances promise each other by way of Redis when links and servers are lost, and what dead lives
// leave behind.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/conformance/instance_bus/bus_peer.h"
#include "tests/support/eventually.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::presence::testing {
namespace {

using oofgg::testing::Eventually;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using namespace std::chrono_literals;

constexpr const char* kBeatsKey = "oofgg:presence:{leases}";
constexpr const char* kShardKey = "oofgg:presence:{7}";

/// A deployment of its own for each test.
class InstanceBusLossTest : public ::testing::TestWithParam<Way> {
 protected:
  void SetUp() override { one_.WaitUntilReady(); }

  std::unique_ptr<Deployment> deployment_ = GetParam().make();
  BusPeer one_{deployment_->url()};
  const LifeId life_ = NewLife();
};

TEST_P(InstanceBusLossTest, ALostLinkToTheLeasesIsAnotherNumberAndAGap) {
  ASSERT_TRUE(one_.Acquire(life_, {}).ok());
  const std::uint64_t number = one_->LinkNumber();
  EXPECT_NE(number, 0U);
  deployment_->Kill(deployment_->MasterOf(kBeatsKey));
  EXPECT_TRUE(one_.Hears("gap"));
  EXPECT_TRUE(Eventually([&] { return one_->LinkNumber() != number; }));
  deployment_->Heal();
  EXPECT_TRUE(one_.Hears("hearing"));
  EXPECT_TRUE(Eventually([&] { return one_->LinkNumber() != 0; }));
  EXPECT_GT(one_->LinkNumber(), number);
  // The numbers may be back before all of the new links are.
  EXPECT_TRUE(Eventually([&] { return one_.Acquire(NewLife(), {}).ok(); }));
}

TEST_P(InstanceBusLossTest, ALostLinkToAShardIsAnotherNumberAndAGap) {
  one_.FollowAndWait(kShard);
  const std::string ann = UserIn(kShard);
  ASSERT_TRUE(one_.Register(kShard, life_, {{.user_id = ann, .version = 1, .online = true}}).ok());
  const std::uint64_t number = one_->LinkNumber();
  deployment_->Kill(deployment_->MasterOf(kShardKey));
  EXPECT_TRUE(one_.Hears("gap in 7"));
  EXPECT_TRUE(Eventually([&] { return one_->LinkNumber() != number; }));
  deployment_->Heal();
  EXPECT_TRUE(one_.Hears("following 7"));
  BusPeer other(deployment_->url());
  EXPECT_TRUE(Eventually(
      [&] { return other.Register(kShard, life_, {{.user_id = ann, .version = 2, .online = true}}).ok(); }));
  EXPECT_TRUE(
      one_.Hears(BusPeer::RegisteredLine(kShard, life_, {{.user_id = ann, .version = 2, .online = true}})));
  EXPECT_TRUE(Eventually([&] { return one_->LinkNumber() > number; }));
}

TEST_P(InstanceBusLossTest, ListeningAnewIsAGap) {
  one_.FollowAndWait(kShard);
  const std::uint64_t number = one_->LinkNumber();
  one_->ListenAnew();
  bool has_beats_gap = false;
  bool has_shard_gap = false;
  bool hears = false;
  bool follows = false;
  // Of the two channels, which in a cluster are on two links, in any order.
  while (!(hears && follows)) {
    const std::string line = one_.Next();
    ASSERT_NE(line, "nothing");
    has_beats_gap = has_beats_gap || line == "gap";
    has_shard_gap = has_shard_gap || line == "gap in 7";
    hears = hears || line == "hearing";
    follows = follows || line == "following 7";
    EXPECT_TRUE(!hears || has_beats_gap);
    EXPECT_TRUE(!follows || has_shard_gap);
  }
  EXPECT_EQ(one_->LinkNumber(), number) << "what was said is not in doubt";
  BusPeer other(deployment_->url());
  other.WaitUntilReady();
  other->CallRoll();
  EXPECT_TRUE(one_.Hears("roll call"));
}

TEST_P(InstanceBusLossTest, WhatDeadLivesHaveLeftIsSweptAndNothingElse) {
  const LifeId dead = NewLife();
  const LifeId released = NewLife();
  ASSERT_TRUE(one_.Acquire(life_, {}, 60s).ok());
  ASSERT_TRUE(one_.Acquire(released, {}, 60s).ok());
  ASSERT_TRUE(one_.Acquire(dead, {}, 300ms).ok());
  const std::string ann = UserIn(0);
  const std::string bob = UserIn(255);
  const Registration of_ann{.user_id = ann, .version = 1, .online = true};
  const Registration of_bob{.user_id = bob, .version = 2, .online = true};
  ASSERT_TRUE(one_.Register(0, dead, {of_ann}).ok());
  ASSERT_TRUE(one_.Register(0, life_, {of_ann}).ok());
  ASSERT_TRUE(one_.Register(255, dead, {of_bob}).ok());
  ASSERT_TRUE(one_.Register(255, released, {of_bob}).ok());
  one_->Release(released);
  ASSERT_TRUE(Eventually([&] { return !one_.LeaseOf(dead).has_value(); }));
  // One at a time sweeps: asked again, for the case that one was at it already.
  ASSERT_TRUE(Eventually([&] {
    one_->Sweep();
    return one_.EntriesOf(bob).empty();
  }));
  EXPECT_THAT(one_.EntriesOf(ann), ElementsAre(Pair(life_, of_ann))) << "who lives keeps what it has";
}

INSTANTIATE_TEST_SUITE_P(Ways, InstanceBusLossTest, AllWays(), NameOfWay);

TEST(InstanceBusLinkTest, WithoutALinkThereIsNoNumberAndNothingIsSaidToBeDone) {
  BusPeer alone("redis://127.0.0.1:" + std::to_string(oofgg::testing::FreePort()));
  EXPECT_EQ(alone->LinkNumber(), 0U);
  const auto acquired = alone.Acquire(NewLife(), {});
  EXPECT_FALSE(acquired.ok());
  EXPECT_EQ(alone->LinkNumber(), 0U);
}

TEST(InstanceBusInputTest, WhatIsMalformedIsPassedOverAndHidesNobodyElse) {
  storage::testing::OneServer server;
  BusPeer peer(server.url());
  peer.WaitUntilReady();
  peer.FollowAndWait(kShard);
  const LifeId life = NewLife();
  const std::string ann = UserIn(kShard, 1);
  const std::string bob = UserIn(kShard, 2);
  const Registration of_ann{.user_id = ann, .version = 1, .online = true};
  ASSERT_TRUE(peer.Register(kShard, life, {of_ann}).ok());
  ASSERT_TRUE(peer.Acquire(life, {}).ok());
  const oofgg::testing::RedisServer& redis = server.MasterOf("");
  EXPECT_EQ(redis.Ask("HSET oofgg:presence:{7}:users " + bob + " garbage"), ":1");
  EXPECT_EQ(redis.Ask("ZADD oofgg:presence:{leases}:ends 99999999999999 ff"), ":1");
  EXPECT_EQ(redis.Ask("HSET oofgg:presence:{leases}:beats ff garbage"), ":1");
  EXPECT_EQ(redis.Ask("PUBLISH oofgg:presence:{leases} garbage"), ":1");
  EXPECT_EQ(redis.Ask("PUBLISH oofgg:presence:{7} garbage"), ":1");

  const auto read = peer.Read(kShard, {bob, ann});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->at(0), IsEmpty());
  ASSERT_EQ(read->at(1).size(), 1U);
  EXPECT_EQ(read->at(1).front().registration, of_ann);
  EXPECT_TRUE(peer.LeaseOf(life).has_value());
  EXPECT_TRUE(peer.Acquire(NewLife(), {}).ok());
  const Registration of_bob{.user_id = bob, .version = 2, .online = true};
  ASSERT_TRUE(peer.Register(kShard, life, {of_bob}).ok());
  EXPECT_TRUE(peer.Hears(BusPeer::RegisteredLine(kShard, life, {of_bob})));
  EXPECT_THAT(peer.EntriesOf(bob), ElementsAre(Pair(life, of_bob))) << "in its place";
}

// All of it dropped while much is under way.
TEST(InstanceBusLinkTest, ItsEndIsTheEndOfWhatItDelivers) {
  storage::testing::OneServer server;
  for (int round = 0; round < 20; ++round) {
    BusPeer peer(server.url());
    peer->Follow(kShard);
    peer->TakeName(NewLife());
    for (std::uint64_t i = 1; i < 20; ++i) {
      peer->Register(kShard, 1, {}, {{.user_id = UserIn(kShard), .version = i, .online = true}},
                     [](const Status&) {});
      peer->CallRoll();
    }
    peer->Release(1);
  }
}

}  // namespace
}  // namespace oofgg::presence::testing
