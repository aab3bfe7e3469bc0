#include "storage/redis/redis_command.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace oofgg::storage
