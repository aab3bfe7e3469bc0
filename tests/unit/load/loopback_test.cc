#include "servers/cli/load/loopback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oofgg::load {
namespace {

using ::testing::HasSubstr;

std::uint32_t HostOrder(const sockaddr_in& address) { return ntohl(address.sin_addr.s_addr); }

TEST(LoopbackTest, OnlyThisMachineIsAimedAt) {
  for (const char* good : {"127.0.0.1:8080", "127.9.8.7:1", "localhost:8080"}) {
    EXPECT_TRUE(LoopbackServer(good).ok()) << good;
  }
  for (const char* bad : {"10.0.0.1:8080", "example.org:8080", "128.0.0.1:80", "0.0.0.0:8080", "[::1]:8080",
                          "127.example:80", ":8080"}) {
    const auto server = LoopbackServer(bad);
    ASSERT_FALSE(server.ok()) << bad;
    EXPECT_THAT(server.status().message(), HasSubstr("loads only ever aim at loopback"));
  }
  EXPECT_FALSE(LoopbackServer("127.0.0.1:0").ok());
}

TEST(LoopbackTest, EachAddressServesSoManyConnections) {
  const auto plan = PlanSources("127.0.0.0/8", 2'500, 1'000);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->addresses, 3U);
  EXPECT_EQ(HostOrder(plan->AddressOf(0)), 0x7F00'0001U);
  EXPECT_EQ(HostOrder(plan->AddressOf(999)), 0x7F00'0001U);
  EXPECT_EQ(HostOrder(plan->AddressOf(1'000)), 0x7F00'0002U);
}

TEST(LoopbackTest, ASmallNetworkSaysWhenItIsFull) {
  EXPECT_TRUE(PlanSources("127.0.5.0/29", 600, 100).ok());
  const auto full = PlanSources("127.0.5.0/29", 601, 100);
  ASSERT_FALSE(full.ok());
  EXPECT_THAT(full.status().message(), HasSubstr("--per-address"));
  EXPECT_TRUE(PlanSources("127.0.0.9", 100, 100).ok());
}

TEST(LoopbackTest, SourcesAreLoopbackToo) {
  for (const char* bad : {"10.0.0.0/8", "127.0.0.0/7", "x", "127.0.0.0/33", ""}) {
    EXPECT_FALSE(PlanSources(bad, 1, 1).ok()) << bad;
  }
}

}  // namespace
}  // namespace oofgg::load
