#include "servers/cli/load/process_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace oofgg::load {
namespace {

using ::testing::HasSubstr;

TEST(ProcessCostTest, NumbersStandBehindTheirNames) {
  EXPECT_EQ(NumberBehind("a\nRss:      1234 kB\nPss: 7 kB\n", "\nRss:"), 1'234U);
  EXPECT_EQ(NumberBehind("TCP: inuse 9 orphan 0 tw 1 alloc 9 mem 3", " mem "), 3U);
  EXPECT_EQ(NumberBehind("nothing", "\nRss:"), 0U);
  EXPECT_EQ(NumberBehind("\nRss:", "\nRss:"), 0U);
}

TEST(ProcessCostTest, ThisProcessHasMemoryAndTime) {
  const std::array<pid_t, 1> self = {getpid()};
  const auto cost = ReadCost(self);
  ASSERT_TRUE(cost.ok()) << cost.status();
  EXPECT_GT(cost->rss_bytes, 100'000U);
  EXPECT_GE(cost->rss_bytes, cost->private_bytes);
  EXPECT_GT(cost->private_bytes, 0U);
}

TEST(ProcessCostTest, WhoIsNotThereIsNamed) {
  const std::array<pid_t, 1> nobody = {0x3FFF'FFFF};
  const auto cost = ReadCost(nobody);
  ASSERT_FALSE(cost.ok());
  EXPECT_THAT(cost.status().message(), HasSubstr("--pid: there is no process 1073741823"));
}

TEST(ProcessCostTest, PacketsThatWereDroppedAreAddedUp) {
  EXPECT_EQ(DroppedPackets("026abdca 00000010 00000062\n027cc739 000000ff 0000004b\n"), 0x10FU);
  EXPECT_EQ(DroppedPackets(""), 0U);
}

}  // namespace
}  // namespace oofgg::load
