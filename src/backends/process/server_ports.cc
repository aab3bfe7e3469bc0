#include "backends/process/server_ports.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "oofgg/parse.h"

namespace oofgg::backends {
namespace {

constexpr std::uint16_t kLowest = 10'000;     // Well-known services live below.
constexpr std::uint16_t kFewestToPick = 100;  // With fewer below the ephemeral range, the kernel picks.
constexpr int kTries = 100;

/// A socket bound to `port`, or to a free one for 0; the port stays ours until it is closed.
class BoundSocket {
 public:
  BoundSocket(int type, std::uint16_t port) : fd_(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (fd_ < 0 || bind(fd_, generic, length) != 0 || getsockname(fd_, generic, &length) != 0) return;
    port_ = ntohs(address.sin_port);
  }
  ~BoundSocket() {
    if (fd_ >= 0) close(fd_);
  }
  BoundSocket(const BoundSocket&) = delete;
  BoundSocket& operator=(const BoundSocket&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

bool IsFree(std::uint16_t port) {
  return BoundSocket(SOCK_STREAM, port).port() == port && BoundSocket(SOCK_DGRAM, port).port() == port;
}

std::uint16_t Draw(RandomSource& random, EphemeralRange ephemeral) {
  if (ephemeral.first < kLowest + kFewestToPick) return BoundSocket(SOCK_STREAM, 0).port();
  return static_cast<std::uint16_t>(kLowest +
                                    random.Below(static_cast<std::uint64_t>(ephemeral.first) - kLowest));
}

}  // namespace

EphemeralRange ReadEphemeralRange() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  EphemeralRange range;
  EphemeralRange read;
  if (file >> read.first >> read.last) range = read;
  return range;
}

StatusOr<std::pair<std::uint16_t, std::uint16_t>> PickPorts(RandomSource& random, EphemeralRange ephemeral) {
  std::uint16_t game = 0;
  for (int i = 0; i < kTries; ++i) {
    const std::uint16_t port = Draw(random, ephemeral);
    if (port == 0 || port == game || !IsFree(port)) continue;
    if (game != 0) return std::pair(game, port);
    game = port;
  }
  return MakeStatus(StatusCode::kUnavailable, "there is no free port for a game server");
}

StatusOr<PortRange> ParsePortRange(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = ParseInteger<std::uint16_t>(text.substr(0, dash), 1);
  const auto last =
      dash == std::string_view::npos ? first : ParseInteger<std::uint16_t>(text.substr(dash + 1), 1);
  if (first.ok() && last.ok() && *first < *last) return PortRange{.first = *first, .last = *last};
  return InvalidField("PROCESS_PORTS", "must be FIRST-LAST, such as 20000-20999");
}

StatusOr<std::pair<std::uint16_t, std::uint16_t>> PickPortsOf(PortRange range,
                                                              const std::set<std::uint16_t>& taken,
                                                              RandomSource& random) {
  const std::uint64_t size = static_cast<std::uint64_t>(range.last) - range.first + 1;
  const std::uint64_t start = random.Below(size);
  std::uint16_t game = 0;
  for (std::uint64_t i = 0; i < size; ++i) {
    const auto port = static_cast<std::uint16_t>(range.first + (start + i) % size);
    if (taken.contains(port) || !IsFree(port)) continue;
    if (game != 0) return std::pair(game, port);
    game = port;
  }
  return MakeStatus(StatusCode::kResourceExhausted, "PROCESS_PORTS " + std::to_string(range.first) + "-" +
                                                        std::to_string(range.last) +
                                                        " has no two free ports for another game server");
}

}  // namespace oofgg::backends
