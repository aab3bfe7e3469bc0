#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/redis/redis_fixture.h"

namespace oofgg::storage {
namespace {

using testing::Begin;
using testing::Get;
using testing::In;
using testing::OptionsFor;
using testing::Soon;
using namespace std::chrono_literals;

/// A master, its replica, and three sentinels that watch them and know of each other.
class RedisSentinelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(master_.WaitForLog("Synchronization with replica"));
    ASSERT_TRUE(replica_.WaitForLog("MASTER <-> REPLICA sync: Finished with success"));
    for (const auto& sentinel : sentinels_) ASSERT_TRUE(sentinel.WaitForPeers(1, 2));
  }
  std::string Url() const {
    return "redis+sentinel://" + sentinels_[0].address() + "," + sentinels_[1].address() + "," +
           sentinels_[2].address() + "/main";
  }

  oofgg::testing::RedisServer master_;
  oofgg::testing::RedisServer replica_{{"--replicaof", "127.0.0.1", std::to_string(master_.port())}};
  oofgg::testing::RedisSentinel sentinels_[3] = {oofgg::testing::RedisSentinel(master_),
                                                 oofgg::testing::RedisSentinel(master_),
                                                 oofgg::testing::RedisSentinel(master_)};
};

TEST_F(RedisSentinelTest, FollowsTheMasterWhenItDies) {
  const auto client = RedisClient::Connect(OptionsFor(Url()), Soon()).value();
  ASSERT_TRUE(client->CallBatch({{"SET", "k", "before"}, {"WAIT", "1", "5000"}}, Soon()).ok());
  master_.Kill();
  auto waits = Begin(*client, RedisCommand({"SET", "after", "yes"}).Idempotent(), In(60s));
  const auto done = waits.get();
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(Get(*client, "k"), "before");
  EXPECT_EQ(replica_.Ask("GET after"), "$3") << "it has gone to the one that was a replica";
}

// A master that hangs keeps its connections; Sentinel tells of the new one long before we would give it up.
TEST_F(RedisSentinelTest, LeavesAHungMasterWhenSentinelSays) {
  RedisOptions options = OptionsFor(Url());
  options.dead_after = 10min;
  const auto client = RedisClient::Connect(options, Soon()).value();
  ASSERT_TRUE(client->CallBatch({{"SET", "k", "1"}, {"WAIT", "1", "5000"}}, Soon()).ok());
  master_.Pause();
  const auto done = Begin(*client, RedisCommand({"SET", "k", "2"}).Idempotent(), In(60s)).get();
  EXPECT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(replica_.Ask("GET k"), "$1");
  master_.Resume();
}

TEST_F(RedisSentinelTest, LeavesAMasterThatHasBecomeAReplica) {
  const auto client = RedisClient::Connect(OptionsFor(Url()), Soon()).value();
  ASSERT_EQ(sentinels_[0].Ask("SENTINEL FAILOVER main"), "+OK");
  ASSERT_TRUE(replica_.WaitForLog("MASTER MODE enabled"));
  const auto done = client->Call(RedisCommand({"SET", "k", "new"}).Idempotent(), In(60s));
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(Get(*client, "k"), "new");
}

TEST_F(RedisSentinelTest, AsksTheOtherSentinels) {
  sentinels_[0].Kill();
  sentinels_[1].Kill();
  const auto client = RedisClient::Connect(OptionsFor(Url()), Soon());
  EXPECT_TRUE(client.ok()) << client.status();
}

TEST_F(RedisSentinelTest, SaysThatNoSentinelKnowsTheName) {
  const auto client =
      RedisClient::Connect(OptionsFor("redis+sentinel://" + sentinels_[0].address() + "/other"), In(300ms));
  EXPECT_EQ(client.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(client.status().ToString(), ::testing::HasSubstr("knows no master other"));
}

}  // namespace
}  // namespace oofgg::storage
