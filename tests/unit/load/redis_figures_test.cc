#include "servers/cli/load/redis_figures.h"

#include <gtest/gtest.h>

#include <string>

namespace oofgg::load {
namespace {

constexpr std::string_view kInfo =
    "$123\r\n# Clients\r\nconnected_clients:4\r\nmaxclients:10000\r\n# Memory\r\nused_memory:1048576\r\n"
    "used_memory_rss:999\r\n# Stats\r\ntotal_connections_received:7\r\ntotal_commands_processed:70\r\n"
    "total_net_input_bytes:1000\r\ntotal_net_output_bytes:20000\r\n# Commandstats\r\n"
    "cmdstat_publish:calls=5,usec=9,usec_per_call=1.80\r\ncmdstat_spublish:calls=2,usec=9\r\n";

TEST(RedisFiguresTest, InfoIsReadByItsNames) {
  const RedisFigures figures = ReadRedisInfo(kInfo);
  EXPECT_EQ(figures.used_bytes, 1'048'576U);
  EXPECT_EQ(figures.clients, 3U) << "all but us";
  EXPECT_EQ(figures.commands, 70U);
  EXPECT_EQ(figures.input_bytes, 1'000U);
  EXPECT_EQ(figures.output_bytes, 20'000U);
  EXPECT_EQ(figures.publishes, 7U);
  EXPECT_EQ(figures.answer_bytes, kInfo.size());
}

TEST(RedisFiguresTest, WhatIsMissingIsNone) {
  EXPECT_EQ(ReadRedisInfo("").clients, 0U);
  EXPECT_EQ(ReadRedisInfo("# Commandstats\r\n").publishes, 0U);
}

TEST(RedisFiguresTest, TheAskingItselfIsNotCounted) {
  const std::string question = "INFO all\r\n";
  const RedisFigures before{
      .commands = 10, .input_bytes = 100, .output_bytes = 1'000, .publishes = 2, .answer_bytes = 400};
  const RedisFigures idle = Since(before, {.used_bytes = 5,
                                           .commands = 11,
                                           .input_bytes = 100 + question.size(),
                                           .output_bytes = 1'400,
                                           .publishes = 2});
  EXPECT_EQ(idle.used_bytes, 5U);
  EXPECT_EQ(idle.commands, 0U);
  EXPECT_EQ(idle.input_bytes, 0U);
  EXPECT_EQ(idle.output_bytes, 0U);
  EXPECT_EQ(idle.publishes, 0U);
}

TEST(RedisFiguresTest, OneStartedAnewCountsFromThere) {
  const RedisFigures now =
      Since({.commands = 1'000, .output_bytes = 1'000}, {.commands = 3, .output_bytes = 9});
  EXPECT_EQ(now.commands, 3U);
  EXPECT_EQ(now.output_bytes, 9U);
}

}  // namespace
}  // namespace oofgg::load
