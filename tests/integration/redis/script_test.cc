#include "storage/redis/redis_script.h"

#include <gtest/gtest.h>

#include "tests/integration/redis/redis_fixture.h"

namespace oofgg::storage {
namespace {

using testing::ConnectTo;
using testing::Soon;

class RedisScriptTest : public ::testing::Test {
 protected:
  oofgg::testing::RedisServer server_;
  std::unique_ptr<RedisClient> client_ = ConnectTo(server_.url());
};

TEST_F(RedisScriptTest, RunsWhetherOrNotTheServerKnowsIt) {
  const RedisScript script("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}");
  for (const std::int64_t count : {1, 2, 3}) {
    const auto reply = client_->CallScript(script, {.keys = {"n"}, .arguments = {"x"}}, Soon());
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->elements[0].text, "n");
    EXPECT_EQ(reply->elements[1].text, "x");
    EXPECT_EQ(reply->elements[2].integer, count);
    // It is forgotten once in between.
    if (count == 2) {
      ASSERT_EQ(server_.Ask("SCRIPT FLUSH"), "+OK");
    }
  }
}

TEST_F(RedisScriptTest, NamesItAsTheServerDoes) {
  const RedisScript script("return 1");
  ASSERT_TRUE(client_->CallScript(script, {}, Soon()).ok());
  EXPECT_EQ(client_->Call({"SCRIPT", "EXISTS", script.sha1()}, Soon())->elements[0].integer, 1);
}

TEST_F(RedisScriptTest, ItsErrorIsAStatus) {
  const RedisScript script("return redis.error_reply('OOM it is full')");
  const auto reply = client_->CallScript(script, {}, Soon());
  EXPECT_EQ(reply.status().code(), StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace oofgg::storage
