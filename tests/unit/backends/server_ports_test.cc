#include "backends/process/server_ports.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>

namespace oofgg::backends {
namespace {

TEST(ServerPortsTest, TheKernelsRangeIsRead) {
  const EphemeralRange range = ReadEphemeralRange();
  EXPECT_GT(range.first, 0);
  EXPECT_LT(range.first, range.last);
}

TEST(ServerPortsTest, NoPortThatAnOutgoingConnectionCouldTakeFirst) {
  SeededRandom random(1);
  for (int i = 0; i < 100; ++i) {
    const auto ports = PickPorts(random, {.first = 20'000, .last = 60'000});
    ASSERT_TRUE(ports.ok()) << ports.status();
    EXPECT_NE(ports->first, ports->second);
    for (const std::uint16_t port : {ports->first, ports->second}) {
      EXPECT_GE(port, 10'000);
      EXPECT_LT(port, 20'000);
    }
  }
}

TEST(ServerPortsTest, WithoutRoomBelowTheKernelPicks) {
  const auto ports = PickPorts(RandomSource::System(), {.first = 1024, .last = 65535});
  ASSERT_TRUE(ports.ok()) << ports.status();
  EXPECT_NE(ports->first, ports->second);
}

TEST(ServerPortsTest, APortTakenForUdpIsNotFree) {
  // A hundred ports, so that the one that is taken is met.
  const EphemeralRange few{.first = 10'100, .last = 60'000};
  SeededRandom random(2);
  const auto first = PickPorts(random, few);
  ASSERT_TRUE(first.ok()) << first.status();
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  ASSERT_GE(fd, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(first->first);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  std::set<std::uint16_t> seen;
  for (int i = 0; i < 500; ++i) {
    const auto ports = PickPorts(random, few);
    ASSERT_TRUE(ports.ok()) << ports.status();
    seen.insert({ports->first, ports->second});
  }
  close(fd);
  EXPECT_GT(seen.size(), 50U);
  EXPECT_FALSE(seen.contains(first->first));
}

TEST(ServerPortsTest, ARangeIsKeptToAndUsedUp) {
  SeededRandom random(3);
  const PortRange range{.first = 15'000, .last = 15'009};
  std::set<std::uint16_t> taken;
  while (true) {
    const auto ports = PickPortsOf(range, taken, random);
    if (!ports.ok()) {
      EXPECT_EQ(ports.status().code(), StatusCode::kResourceExhausted);
      EXPECT_NE(ports.status().message().find("15000-15009"), absl::string_view::npos);
      break;
    }
    for (const std::uint16_t port : {ports->first, ports->second}) {
      EXPECT_GE(port, range.first);
      EXPECT_LE(port, range.last);
      EXPECT_TRUE(taken.insert(port).second) << "two servers have " << port;
    }
  }
  // Others on this machine may have a few of them.
  EXPECT_GE(taken.size(), 4U);
}

TEST(ServerPortsTest, RangesAreReadOrRefusedByName) {
  EXPECT_EQ(ParsePortRange("20000-20999").value(), (PortRange{.first = 20'000, .last = 20'999}));
  for (const char* bad :
       {"", "20000", "20999-20000", "20000-20000", "0-10", "1-65536", "a-b", "1-2-3", " 1-2"}) {
    const Status status = ParsePortRange(bad).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << bad;
    EXPECT_NE(status.message().find("PROCESS_PORTS"), absl::string_view::npos) << status;
  }
}

}  // namespace
}  // namespace oofgg::backends
