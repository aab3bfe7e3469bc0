// oofgg-arena as a program: what it takes from its command line and environment, and when it ends.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/tcp_peer.h"

namespace oofgg {
namespace {

using ::oofgg::testing::ChildProcess;
using ::oofgg::testing::TcpPeer;
using ::oofgg::testing::WordOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

ChildProcess::Options With(std::vector<std::string> arguments,
                           std::map<std::string, std::string> environment = {}) {
  return {.arguments = std::move(arguments), .environment = std::move(environment), .working_directory = "/"};
}

const std::vector<std::string> kPorts{"--listen", "127.0.0.1:0", "--control-listen", "127.0.0.1:0"};

std::vector<std::string> PortsAnd(std::vector<std::string> more) {
  more.insert(more.begin(), kPorts.begin(), kPorts.end());
  return more;
}

TEST(ArenaTest, HelpsInEveryWay) {
  for (const char* word : {"--help", "-h", "help", "h"}) {
    ChildProcess arena("oofgg-arena", With({word}));
    EXPECT_EQ(arena.Wait(), 0) << word << arena.errors();
    EXPECT_THAT(arena.output(), HasSubstr("(default: 10m) [$OOFGG_IDLE_TIMEOUT]")) << word;
  }
}

TEST(ArenaTest, AFlagBeatsAVariableEvenIfThatIsNonsense) {
  for (const auto& [flag, variable, value] :
       {std::tuple("--slots", "OOFGG_SLOTS", "3"), std::tuple("--idle-timeout", "OOFGG_IDLE_TIMEOUT", "1m"),
        std::tuple("--join-timeout", "OOFGG_JOIN_TIMEOUT", "1m")}) {
    ChildProcess arena("oofgg-arena", With(PortsAnd({flag, value}), {{variable, "abc"}}));
    EXPECT_TRUE(arena.WaitForLine("ready ").has_value()) << flag << ": " << arena.errors();
    arena.Signal(SIGTERM);
    EXPECT_EQ(arena.Wait(), 0);
  }
  ChildProcess without("oofgg-arena", With(kPorts, {{"OOFGG_SLOTS", "abc"}}));
  EXPECT_EQ(without.Wait(), 2);
  EXPECT_THAT(without.errors(), HasSubstr("OOFGG_SLOTS"));
}

TEST(ArenaTest, EndsWhenIdleOrTold) {
  ChildProcess idle("oofgg-arena", With(PortsAnd({"--idle-timeout", "1s"})));
  EXPECT_EQ(idle.Wait(), 0);
  EXPECT_THAT(idle.errors(), HasSubstr("idle"));

  ChildProcess told("oofgg-arena", With(kPorts));
  const auto ready = told.WaitForLine("ready ");
  ASSERT_TRUE(ready.has_value()) << told.errors();
  TcpPeer control("127.0.0.1:" + WordOf(*ready, "control"));
  ASSERT_TRUE(control.Send("POST /close HTTP/1.1\r\nHost: arena\r\nConnection: close\r\n\r\n"));
  EXPECT_THAT(control.ReadToEnd().value_or("nothing"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(told.Wait(), 0);
}

}  // namespace
}  // namespace oofgg
