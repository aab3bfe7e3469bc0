#include "benchmarks/presence/client_process.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "tests/support/tls_peer.h"

namespace oofgg {
namespace {

using SteadyClock = std::chrono::steady_clock;

void Must(bool done) {
  if (!done) std::abort();
}

// One address has some 28,000 ports.
constexpr std::uint32_t kConnectionsPerAddress = 10'000;

int ConnectFrom(std::uint32_t number, std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number / kConnectionsPerAddress);
  Must(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  Must(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return fd;
}

void Say(int fd, std::string_view text) {
  Must(send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

std::string HelloOf(const ClientProcess::Crowd& crowd, std::uint32_t number) {
  std::string hello = R"({"user_id":)" + std::to_string(crowd.first_user + number) + R"(,"friends":[)";
  for (std::uint32_t i = 0; i < crowd.friends; ++i) {
    const std::uint32_t offset = crowd.among > 1 ? (number + 1 + i * crowd.stride) % crowd.among : 0;
    hello += (i > 0 ? "," : "") + std::to_string(crowd.first_friend + offset);
  }
  return hello + "]}\n";
}

}  // namespace

/// What runs in the other process.
class ClientProcess::Child {
 public:
  explicit Child(int link) : link_(link), poller_(epoll_create1(EPOLL_CLOEXEC)) {}

  void Serve() {
    Order order;
    while (read(link_, &order, sizeof order) == static_cast<ssize_t>(sizeof order)) {
      if (order.what == What::kConnect) Connect(order.crowd);
      if (order.what == What::kExpect) Hear(order.bytes * sockets_.size());
      if (order.what == What::kFlap) {
        Flap();
      } else {
        Answer({});
      }
    }
  }

 private:
  void Answer(const Latencies& latencies) const {
    Must(write(link_, &latencies, sizeof latencies) == static_cast<ssize_t>(sizeof latencies));
  }

  void Connect(const Crowd& crowd) {
    last_crowd_ = crowd.first_user;
    for (std::uint32_t i = 0; i < crowd.count; ++i) {
      if (crowd.tls) {
        secure_.push_back(std::make_unique<testing::TlsPeer>(crowd.port));
        secure_.back()->Send(HelloOf(crowd, i));
        continue;
      }
      const int fd = ConnectFrom(static_cast<std::uint32_t>(sockets_.size()), crowd.port);
      Say(fd, HelloOf(crowd, i));
      sockets_.push_back(fd);
      epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
      Must(epoll_ctl(poller_, EPOLL_CTL_ADD, fd, &event) == 0);
    }
  }

  void Hear(std::size_t bytes) {
    std::array<epoll_event, 256> events{};
    std::array<char, 4096> buffer{};
    while (bytes > 0) {
      const int ready = epoll_wait(poller_, events.data(), events.size(), -1);
      for (int i = 0; i < ready; ++i) {
        const ssize_t count =
            recv(events[static_cast<std::size_t>(i)].data.fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
        Must(count > 0 && static_cast<std::size_t>(count) <= bytes);
        bytes -= static_cast<std::size_t>(count);
      }
    }
  }

  /// One pair after the other, with pauses, until there is another order.
  void Flap() {
    constexpr std::string_view kGo = R"({"online":false})";
    std::vector<double> took;
    const std::size_t pairs = sockets_.size() / 2;
    char line[64];
    if (!has_flapped_) {
      for (std::size_t i = 0; i < pairs; ++i) Must(recv(sockets_[i], line, sizeof line, 0) > 0);
      has_flapped_ = true;
    }
    pollfd order{link_, POLLIN, 0};
    for (std::size_t i = 0; poll(&order, 1, 1) == 0; i = (i + 1) % pairs) {
      const auto heard_after = [&](std::string_view text) {
        const auto begin = SteadyClock::now();
        Say(sockets_[pairs + i], text);
        Must(recv(sockets_[(i + pairs - 1) % pairs], line, sizeof line, 0) > 0);
        took.push_back(std::chrono::duration<double, std::micro>(SteadyClock::now() - begin).count());
      };
      heard_after(kGo);
      heard_after(R"({"user_id":)" + std::to_string(last_crowd_ + i) + "}");
    }
    std::sort(took.begin(), took.end());
    Order stop;
    Must(read(link_, &stop, sizeof stop) == static_cast<ssize_t>(sizeof stop));
    Answer({.p50_us = took[took.size() / 2],
            .p99_us = took[took.size() * 99 / 100],
            .samples = static_cast<double>(took.size())});
  }

  const int link_;
  const int poller_;
  std::size_t last_crowd_ = 0;  ///< Its first user.
  bool has_flapped_ = false;    ///< And so heard of those who were there before.
  std::vector<int> sockets_;
  std::vector<std::unique_ptr<testing::TlsPeer>> secure_;
};

ClientProcess::ClientProcess() {
  std::array<int, 2> ends{};
  Must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  child_ = fork();
  if (child_ == 0) {
    close(ends[0]);
    Child(ends[1]).Serve();
    _exit(0);
  }
  close(ends[1]);
  link_ = ends[0];
}

ClientProcess::~ClientProcess() {
  close(link_);
  waitpid(child_, nullptr, 0);
}

void ClientProcess::Give(const Order& order) const {
  Must(write(link_, &order, sizeof order) == static_cast<ssize_t>(sizeof order));
}

void ClientProcess::Connect(const Crowd& crowd) { Give({.what = What::kConnect, .crowd = crowd}); }
void ClientProcess::Expect(std::size_t bytes) { Give({.what = What::kExpect, .bytes = bytes}); }
void ClientProcess::Flap() { Give({.what = What::kFlap}); }

ClientProcess::Latencies ClientProcess::StopFlapping() {
  Flap();
  Latencies latencies;
  Must(read(link_, &latencies, sizeof latencies) == static_cast<ssize_t>(sizeof latencies));
  return latencies;
}

void ClientProcess::Wait() {
  Latencies none;
  Must(read(link_, &none, sizeof none) == static_cast<ssize_t>(sizeof none));
}

}  // namespace oofgg
