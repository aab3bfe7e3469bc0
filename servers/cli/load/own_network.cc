#include "servers/cli/load/own_network.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "servers/cli/load/loopback.h"

namespace oofgg::load {
namespace {

// Below what kernels give to clients unless told otherwise (32768 and on), and above what services have.
constexpr std::uint16_t kFirstPort = 12'000;
constexpr std::uint16_t kEndOfPorts = 32'000;

Status RaiseLoopback() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", sizeof request.ifr_name - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool is_up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  if (is_up) return {};
  return MakeStatus(StatusCode::kUnavailable,
                    std::string("cannot bring up loopback in a network of our own: ") + std::strerror(error) +
                        "; --no-namespace does without one");
}

bool IsFree(std::uint16_t port) {
  constexpr std::uint32_t kLocalhost = 0x7F00'0001;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = SocketAddress(kLocalhost, port);
  const bool is_free = fd >= 0 && bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (fd >= 0) close(fd);
  return is_free;
}

}  // namespace

Status EnterOwnNetwork() {
  if (unshare(CLONE_NEWNET) == 0) return RaiseLoopback();
  return MakeStatus(StatusCode::kPermissionDenied, std::string("cannot make a network namespace: ") +
                                                       std::strerror(errno) +
                                                       "; run as root, or say --no-namespace");
}

StatusOr<std::vector<std::uint16_t>> FreePorts(std::size_t count, RandomSource& random) {
  std::vector<std::uint16_t> ports;
  auto port = static_cast<std::uint16_t>(kFirstPort + random.Below(kEndOfPorts - kFirstPort));
  for (int tried = kFirstPort; tried < kEndOfPorts && ports.size() < count; ++tried) {
    if (++port == kEndOfPorts) port = kFirstPort;
    if (IsFree(port)) ports.push_back(port);
  }
  if (ports.size() == count) return ports;
  return MakeStatus(StatusCode::kResourceExhausted,
                    "127.0.0.1 has not " + std::to_string(count) + " free ports; end what takes them");
}

}  // namespace oofgg::load
