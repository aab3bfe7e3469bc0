#include "servers/cli/load/returns.h"

#include <gtest/gtest.h>

#include <vector>

namespace oofgg::load {
namespace {

TEST(ReturnsTest, EachComesBackAtItsTime) {
  Returns returns;
  returns.Add(7, {.lost_at = 100, .server = 1, .was_online = true}, 300);
  returns.Add(8, {.lost_at = 100, .server = 2}, 200);
  EXPECT_EQ(returns.next_due(), 200U);
  EXPECT_FALSE(returns.TakeDue(199).has_value());
  EXPECT_EQ(returns.TakeDue(250), 8U);
  EXPECT_EQ(returns.TakeDue(250), std::nullopt);
  EXPECT_EQ(returns.TakeDue(300), 7U);
  EXPECT_EQ(returns.next_due(), kNeverDue);
}

TEST(ReturnsTest, WhoIsUnderWayIsKnownUntilForgotten) {
  Returns returns;
  returns.Add(7, {.lost_at = 100, .server = 1, .was_online = true}, 300);
  ASSERT_EQ(returns.TakeDue(300), 7U);
  ASSERT_NE(returns.Find(7), nullptr);
  EXPECT_EQ(returns.Find(7)->lost_at, 100U);
  EXPECT_EQ(returns.size(), 1U);
  returns.Forget(7);
  EXPECT_EQ(returns.Find(7), nullptr);
}

TEST(NextServerTest, GoesRoundAmongThoseThatAreUp) {
  EXPECT_EQ(NextServer(0b1011, 0, 4), 1U);
  EXPECT_EQ(NextServer(0b1011, 1, 4), 3U) << "the third is down";
  EXPECT_EQ(NextServer(0b1011, 3, 4), 0U);
  EXPECT_EQ(NextServer(~std::uint64_t{0}, 63, 64), 0U);
  EXPECT_EQ(NextServer(0b0001, 0, 4), 0U) << "there is no other";
}

TEST(FindServerTest, OnlyOneOfOursIsFound) {
  const std::vector<sockaddr_in> servers = {SocketAddress(0x7F00'0001, 8'080),
                                            SocketAddress(0x7F00'0001, 8'081)};
  const FriendGraph graph(1, {});
  const auto truth = TruthBoard::Make(1);
  ASSERT_TRUE(truth.ok());
  const LinkPlan plan{.servers = servers, .sources = {}, .graph = graph, .truth = *truth};
  EXPECT_EQ(FindServer(plan, "127.0.0.1:8081"), 1U);
  for (const char* other : {"127.0.0.1:8082", "127.0.0.2:8081", "10.0.0.1:8080", "", "x"}) {
    EXPECT_FALSE(FindServer(plan, other).has_value()) << other;
  }
}

}  // namespace
}  // namespace oofgg::load
