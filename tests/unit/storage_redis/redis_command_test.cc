#include "storage/redis/redis_command.h"

#include <gtest/gtest.h>

#include "storage/redis/publish.h"
#include "storage/redis/redis_script.h"

namespace oofgg::storage {
namespace {

std::string Bytes(const RedisCommand& command) {
  std::string bytes;
  command.AppendTo(bytes);
  return bytes;
}

TEST(RedisCommandTest, CountsWordsAndBytes) {
  EXPECT_EQ(Bytes({"SET", "key", ""}), "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$0\r\n\r\n");
  EXPECT_EQ(Bytes(RedisCommand({"EXPIRE"}).Add("key").Add(-12)),
            "*3\r\n$6\r\nEXPIRE\r\n$3\r\nkey\r\n$3\r\n-12\r\n");
}

TEST(RedisCommandTest, AnArgumentCannotBecomeACommand) {
  EXPECT_EQ(Bytes({"ECHO", "x\r\nFLUSHALL\r\n"}), "*2\r\n$4\r\nECHO\r\n$13\r\nx\r\nFLUSHALL\r\n\r\n");
}

TEST(RedisCommandTest, IsSentTwiceOnlyWhereAllowed) {
  EXPECT_FALSE(RedisCommand({"INCR", "n"}).idempotent());
  EXPECT_TRUE(RedisCommand({"GET", "n"}).Idempotent().idempotent());
}

TEST(RedisCommandTest, ItsKeyIsTheFirstArgumentUnlessItSaysOtherwise) {
  EXPECT_EQ(RedisCommand({"GET", "k"}).key(), "k");
  EXPECT_EQ(RedisCommand({"SET", "a\r\n$1", "value"}).key(), "a\r\n$1");
  EXPECT_EQ(RedisCommand({"SET"}).Add("").Add(7).key(), "");
  EXPECT_EQ(RedisCommand({"PING"}).key(), std::nullopt);
  EXPECT_EQ(RedisCommand({"CONFIG", "GET", "dir"}).Keyless().key(), std::nullopt);
  EXPECT_EQ(RedisCommand({"XREAD", "STREAMS", "s", "0"}).OnKey("s").key(), "s");
}

TEST(RedisCommandTest, AScriptRunsWhereItsFirstKeyIs) {
  EXPECT_EQ(RedisScriptCall({.keys = {"a", "b"}}).ToCommand("EVALSHA", "hash").key(), "a");
  EXPECT_EQ(RedisScriptCall().ToCommand("EVALSHA", "hash").key(), std::nullopt);
}

TEST(RedisCommandTest, PublishesInTheWayOfTheDeployment) {
  const RedisUrl one = ParseRedisUrl("redis://a").value();
  const RedisUrl cluster = ParseRedisUrl("redis+cluster://a").value();
  EXPECT_EQ(PublishWord(one), "PUBLISH");
  EXPECT_EQ(Bytes(PublishCommand(one, "c", "m")), Bytes({"PUBLISH", "c", "m"}));
  EXPECT_EQ(Bytes(PublishCommand(cluster, "c", "m")), Bytes({"SPUBLISH", "c", "m"}));
  EXPECT_EQ(PublishCommand(cluster, "c", "m").key(), "c");
}

}  // namespace
}  // namespace oofgg::storage
