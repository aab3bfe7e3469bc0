#include "storage/redis/durability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/redis/redis_fixture.h"
#include "tests/support/redis_cluster.h"

namespace oofgg::storage {
namespace {

using testing::ConnectTo;
using testing::Soon;

TEST(RedisDurabilityTest, TakesOneWithAnAppendOnlyFile) {
  oofgg::testing::RedisServer server;
  EXPECT_TRUE(CheckDurability(*ConnectTo(server.url()), /*allow_volatile=*/false, Soon()).ok());
}

TEST(RedisDurabilityTest, RefusesAVolatileOneUnlessItIsAllowed) {
  oofgg::testing::RedisServer server({"--appendonly", "no"});
  const auto client = ConnectTo(server.url());
  const Status refused = CheckDurability(*client, /*allow_volatile=*/false, Soon());
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(refused.ToString(),
              ::testing::AllOf(::testing::HasSubstr(server.address()), ::testing::HasSubstr("appendonly yes"),
                               ::testing::HasSubstr("--allow-volatile-redis")));
  EXPECT_TRUE(CheckDurability(*client, /*allow_volatile=*/true, Soon()).ok());
}

TEST(RedisDurabilityTest, WorksWhereConfigIsForbidden) {
  oofgg::testing::RedisServer server({"--user", "guest", "on", ">secret", "~*", "+@all", "-config"});
  EXPECT_TRUE(CheckDurability(*ConnectTo("redis://guest:secret@" + server.address()), false, Soon()).ok());
}

TEST(RedisDurabilityTest, OfAClusterLooksAtEachMaster) {
  oofgg::testing::RedisCluster cluster;
  const auto client = ConnectTo(cluster.url());
  EXPECT_TRUE(CheckDurability(*client, /*allow_volatile=*/false, Soon()).ok());
  ASSERT_EQ(cluster.node(2).Ask("CONFIG SET appendonly no"), "+OK");
  const Status refused = CheckDurability(*client, /*allow_volatile=*/false, Soon());
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(refused.ToString(), ::testing::HasSubstr(cluster.node(2).address()));
}

}  // namespace
}  // namespace oofgg::storage
