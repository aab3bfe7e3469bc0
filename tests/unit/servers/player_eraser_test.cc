#include "servers/game/player_eraser.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"

namespace oofgg::servers {
namespace {

TEST(PlayerEraserTest, WhatHasNotBegunWhenItGoesIsDropped) {
  testing::FakeClock clock;
  testing::ManualExecutor executor(clock);
  std::vector<std::string> erased;
  auto eraser = std::make_unique<PlayerEraser>(executor, [&](const DeletedUser& user) {
    erased.push_back(user.user_id);
    return Status();
  });
  for (const char* id : {"ann", "bob", "cyd"}) eraser->Erase({.user_id = id});
  EXPECT_TRUE(erased.empty()) << "who tells of them does not wait";
  ASSERT_TRUE(executor.RunOne());
  eraser.reset();
  executor.RunReady();
  EXPECT_EQ(erased, std::vector<std::string>{"ann"});
}

TEST(PlayerEraserTest, OneThatFailsHoldsUpNobody) {
  testing::FakeClock clock;
  testing::ManualExecutor executor(clock);
  std::vector<std::string> tried;
  PlayerEraser eraser(executor, [&](const DeletedUser& user) {
    tried.push_back(user.user_id);
    return MakeStatus(StatusCode::kUnavailable, "the disk is full");
  });
  for (const char* id : {"ann", "bob"}) eraser.Erase({.user_id = id});
  executor.RunReady();
  EXPECT_EQ(tried, (std::vector<std::string>{"ann", "bob"}));
}

}  // namespace
}  // namespace oofgg::servers
