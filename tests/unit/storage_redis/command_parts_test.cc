#include "storage/redis/command_parts.h"

#include <gtest/gtest.h>

#include <string>

#include "storage/redis/redis_command.h"

namespace oofgg::storage::redis {
namespace {

TEST(CommandPartsTest, FindsEachCommandAgain) {
  const std::vector<RedisCommand> commands = {
      {"PING"}, {"SET", "k", "*1\r\n$4\r\nPING\r\n"}, {"SET", "", ""}, {"ECHO", std::string(100'000, 'x')}};
  std::string all;
  for (const RedisCommand& command : commands) command.AppendTo(all);
  const std::vector<std::string_view> parts = SplitCommands(all);
  ASSERT_EQ(parts.size(), commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i) {
    std::string alone;
    commands[i].AppendTo(alone);
    EXPECT_EQ(parts[i], alone);
  }
  EXPECT_TRUE(SplitCommands("").empty());
}

}  // namespace
}  // namespace oofgg::storage::redis
