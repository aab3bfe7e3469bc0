#include "arena_player.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/tcp_peer.h"

namespace example {
namespace {

using ::testing::HasSubstr;

TEST(ArenaPlayerTest, ASilentArenaIsGivenUp) {
  const oofgg::testing::TakenPort silent;  // Connects, and never says a word.
  const auto result = PlayArena(
      silent.address(), "ticket", [](const std::string&) {}, std::chrono::milliseconds(50));
  EXPECT_EQ(result.status().code(), oofgg::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("does not answer"));
}

}  // namespace
}  // namespace example
