#include "tests/conformance/transport/tcp_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace oofgg::testing {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void OrDie(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

TcpRelay::TcpRelay(int server_port) : server_port_(server_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  OrDie(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
  OrDie(listen(listener_, 16) == 0);
  OrDie(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  OrDie(pipe(wake_) == 0);
  thread_ = std::thread([this] { Run(); });
}

TcpRelay::~TcpRelay() {
  stops_ = true;
  OrDie(write(wake_[1], "x", 1) == 1);
  thread_.join();
  for (const Pair& pair : pairs_) {
    close(pair.client);
    close(pair.server);
  }
  if (listener_ >= 0) close(listener_);
  close(wake_[0]);
  close(wake_[1]);
}

void TcpRelay::GoSilent() {
  is_silent_ = true;
  OrDie(write(wake_[1], "x", 1) == 1);
}

void TcpRelay::Run() {
  while (!stops_) {
    std::vector<pollfd> waits = {{wake_[0], POLLIN, 0}};
    if (!is_silent_) {
      waits.push_back({listener_, POLLIN, 0});
      for (const Pair& pair : pairs_) {
        waits.push_back({pair.client, POLLIN, 0});
        waits.push_back({pair.server, POLLIN, 0});
      }
    } else if (listener_ >= 0) {
      close(listener_);
      listener_ = -1;
    }
    if (poll(waits.data(), waits.size(), -1) < 0) return;
    if ((waits[0].revents & POLLIN) != 0) {
      std::array<char, 8> buffer{};
      OrDie(read(wake_[0], buffer.data(), buffer.size()) > 0);
      continue;
    }
    const std::vector<Pair> before = std::exchange(pairs_, {});
    for (std::size_t i = 0; i < before.size(); ++i) {
      const auto [client, server] = before[i];
      const bool is_alive = (waits[2 + 2 * i].revents == 0 || Forward(client, server)) &&
                            (waits[3 + 2 * i].revents == 0 || Forward(server, client));
      if (is_alive) {
        pairs_.push_back(before[i]);
      } else {
        close(client);
        close(server);
      }
    }
    if ((waits[1].revents & POLLIN) != 0) Accept();
  }
}

void TcpRelay::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(server_port_);
  if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close(client);
    close(server);
    return;
  }
  pairs_.push_back({client, server});
}

bool TcpRelay::Forward(int from, int to) {
  std::array<char, 65536> buffer{};
  const ssize_t got = recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got <= 0) return false;
  for (ssize_t sent = 0; sent < got;) {
    const ssize_t now = send(to, buffer.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
    if (now <= 0) return false;
    sent += now;
  }
  return true;
}

}  // namespace oofgg::testing
