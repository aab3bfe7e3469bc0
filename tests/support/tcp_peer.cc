#include "tests/support/tcp_peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <random>
#include <string>
#include <utility>

#include "tests/support/ipv4_address.h"
#include "tests/support/milliseconds_until.h"

namespace oofgg::testing {
namespace {

/// Whether the port is this process's to give out, for as long as it lives. Who is given one listens there
/// only later, so that other tests must be kept from finding it free until then; and whom it is given to may
/// let go of it and come back. An abstract name goes with the process, however that ends.
bool ReservePort(std::uint16_t port) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string text = "oofgg-test-port-" + std::to_string(port);
  text.copy(name.sun_path + 1, sizeof name.sun_path - 1);  // Behind the zero that makes it abstract.
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&name), length) == 0) return true;  // Kept until the end.
  close(fd);
  return false;
}

}  // namespace

TcpPeer::TcpPeer(const std::string& address) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in to = ParseIpv4(address);
  const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
  const int on = 1;
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

TcpPeer::~TcpPeer() { close(fd_); }

bool TcpPeer::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void TcpPeer::HalfClose() const { shutdown(fd_, SHUT_WR); }

TcpPeer::Outcome TcpPeer::ReadSome(Deadline deadline) {
  pollfd readable{fd_, POLLIN, 0};
  if (poll(&readable, 1, MillisecondsUntil(deadline)) <= 0) return Outcome::kTimeout;
  std::array<char, 16384> buffer;
  const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
  if (count <= 0) return Outcome::kEnd;
  received_.append(buffer.data(), static_cast<std::size_t>(count));
  return Outcome::kRead;
}

std::optional<std::string> TcpPeer::TakeLine(Deadline deadline) {
  std::size_t end = 0;
  while ((end = received_.find('\n')) == std::string::npos) {
    if (ReadSome(deadline) != Outcome::kRead) return std::nullopt;
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::optional<std::string> TcpPeer::ReadLine(std::chrono::seconds timeout) {
  return TakeLine(std::chrono::steady_clock::now() + timeout);
}

std::optional<std::string> TcpPeer::ReadLineWith(std::string_view part, std::chrono::seconds timeout) {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    auto line = TakeLine(deadline);
    if (!line.has_value() || line->find(part) != std::string::npos) return line;
  }
}

bool TcpPeer::Skip(std::size_t bytes, std::chrono::seconds timeout) {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  while (received_.size() < bytes) {
    if (ReadSome(deadline) != Outcome::kRead) return false;
  }
  received_.erase(0, bytes);
  return true;
}

std::optional<std::string> TcpPeer::ReadToEnd(std::chrono::seconds timeout) {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  Outcome outcome = Outcome::kRead;
  while (outcome == Outcome::kRead) outcome = ReadSome(deadline);
  if (outcome == Outcome::kTimeout) return std::nullopt;
  return std::exchange(received_, {});
}

TakenPort::TakenPort(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = ParseIpv4("127.0.0.1:" + std::to_string(port));
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(fd_, generic, length) != 0 || listen(fd_, 1) != 0 || getsockname(fd_, generic, &length) != 0)
    return;
  port_ = ntohs(address.sin_port);
}

bool TakenPort::WaitForCaller() const {
  pollfd caller{fd_, POLLIN, 0};
  return poll(&caller, 1, 20'000) > 0;
}

TakenPort::~TakenPort() { close(fd_); }

std::uint16_t FreePort() {
  // Below the range from which outgoing connections get theirs: no other test's call takes it meanwhile.
  constexpr int kFirst = 20'000;
  constexpr int kLast = 32'000;
  std::random_device seed;
  std::uniform_int_distribution<int> ports(kFirst, kLast);
  while (true) {
    const auto port = static_cast<std::uint16_t>(ports(seed));
    if (ReservePort(port) && TakenPort(port).port() != 0) return port;
  }
}

}  // namespace oofgg::testing
