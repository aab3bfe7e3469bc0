#include "tests/support/datagram_peer.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "tests/support/ipv4_address.h"

namespace oofgg::testing {

DatagramPeer::DatagramPeer(const std::string& address) : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in to = ParseIpv4(address);
  connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

DatagramPeer::~DatagramPeer() { close(fd_); }

void DatagramPeer::Send(std::string_view datagram) const { send(fd_, datagram.data(), datagram.size(), 0); }

std::optional<std::string> DatagramPeer::Receive(std::chrono::milliseconds timeout) const {
  pollfd waited{.fd = fd_, .events = POLLIN, .revents = 0};
  if (poll(&waited, 1, static_cast<int>(timeout.count())) != 1) return std::nullopt;
  std::array<char, 2048> buffer{};
  const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
  if (count < 0) return std::nullopt;
  std::string line(buffer.data(), static_cast<std::size_t>(count));
  if (!line.empty() && line.back() == '\n') line.pop_back();
  return line;
}

std::optional<std::string> DatagramPeer::ReceiveWith(std::string_view part) const {
  for (auto line = Receive(); line.has_value(); line = Receive()) {
    if (line->find(part) != std::string::npos) return line;
  }
  return std::nullopt;
}

}  // namespace oofgg::testing
