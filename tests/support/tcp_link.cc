#include "tests/support/tcp_link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "tests/support/ipv4_address.h"

namespace oofgg::testing {
namespace {

void Reset(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
}

void SendAtOnce(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool IsNothing(ssize_t count) { return count < 0 && (errno == EAGAIN || errno == EINTR); }

}  // namespace

TcpLink::TcpLink(std::string server)
    : server_(std::move(server)),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      stop_(eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in here = ParseIpv4("127.0.0.1:0");
  socklen_t length = sizeof here;
  auto* generic = reinterpret_cast<sockaddr*>(&here);
  if (bind(listener_, generic, length) == 0 && listen(listener_, SOMAXCONN) == 0 &&
      getsockname(listener_, generic, &length) == 0) {
    port_ = ntohs(here.sin_port);
  }
  thread_ = std::thread([this] { Run(); });
}

TcpLink::~TcpLink() {
  Cut();
  close(stop_);
}

void TcpLink::Cut() {
  Stop();
  for (const Lane& lane : std::exchange(lanes_, {})) Reset(lane.from);  // Each end is where one lane is from.
}

void TcpLink::Stop() {
  if (!thread_.joinable()) return;
  eventfd_write(stop_, 1);
  thread_.join();
  close(listener_);
}

void TcpLink::Run() {
  std::vector<pollfd> waits;
  while (true) {
    waits = {{stop_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Lane& lane : lanes_) {
      waits.push_back(lane.held.empty() ? pollfd{lane.from, POLLIN, 0} : pollfd{lane.to, POLLOUT, 0});
    }
    poll(waits.data(), waits.size(), /*timeout=*/-1);
    if (waits[0].revents != 0) return;
    for (std::size_t i = lanes_.size(); i > 0; i -= 2) {  // From the end, since some go.
      const bool there = waits[i].revents == 0 || Move(lanes_[i - 2]);
      const bool back = waits[i + 1].revents == 0 || Move(lanes_[i - 1]);
      if (there && back) continue;
      close(lanes_[i - 2].from);
      close(lanes_[i - 2].to);
      lanes_.erase(lanes_.begin() + static_cast<std::ptrdiff_t>(i - 2),
                   lanes_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (waits[1].revents != 0) Accept();
  }
}

void TcpLink::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in to = ParseIpv4(server_);
  if (connect(server, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    Reset(client);
    close(server);
    return;
  }
  SendAtOnce(client);
  SendAtOnce(server);
  lanes_.push_back({.from = client, .to = server});
  lanes_.push_back({.from = server, .to = client});
}

bool TcpLink::Move(Lane& lane) {
  if (lane.held.empty()) {
    std::array<char, 16 * 1024> buffer;
    const ssize_t count = recv(lane.from, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count <= 0) return IsNothing(count);
    lane.held.assign(buffer.data(), static_cast<std::size_t>(count));
  }
  const ssize_t sent = send(lane.to, lane.held.data(), lane.held.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return IsNothing(sent);
  lane.held.erase(0, static_cast<std::size_t>(sent));
  return true;
}

}  // namespace oofgg::testing
