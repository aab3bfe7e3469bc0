#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace oofgg::storage::testing {

/// A TCP server that behaves as a test says, to one client after the other.
class FakeServer {
 public:
  /// The side of one connection that the test plays.
  class Peer {
   public:
    Peer(int fd, const std::atomic<bool>& stopping) : fd_(fd), stopping_(stopping) {}

    /// What comes next; empty at the end.
    std::string Read() {
      std::array<char, 65536> buffer;
      const ssize_t count = WaitForData() ? recv(fd_, buffer.data(), buffer.size(), 0) : 0;
      return {buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
    }
    void Write(std::string_view bytes) const {
      while (!bytes.empty()) {
        const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
    /// Answers HELLO and PING as Redis does.
    void Greet() {
      (void)Read();
      Write("%1\r\n+proto\r\n:3\r\n");
      (void)Read();
      Write("+PONG\r\n");
    }
    /// Until the client hangs up, or the server is dropped; what comes is left where it is.
    void WaitForEnd() const {
      pollfd watched{fd_, POLLRDHUP, 0};
      while (!stopping_ && poll(&watched, 1, 10) == 0) {
      }
    }

   private:
    bool WaitForData() const {
      pollfd watched{fd_, POLLIN, 0};
      while (!stopping_) {
        if (poll(&watched, 1, 10) > 0) return true;
      }
      return false;
    }

    const int fd_;
    const std::atomic<bool>& stopping_;
  };
  using Behaviour = std::function<void(Peer&)>;

  explicit FakeServer(Behaviour behaviour) : behaviour_(std::move(behaviour)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener_, 16);
    thread_ = std::thread([this] { Serve(); });
  }
  ~FakeServer() {
    stopping_ = true;
    thread_.join();
    close(listener_);
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  [[nodiscard]] std::string address() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }

 private:
  void Serve() {
    pollfd watched{listener_, POLLIN, 0};
    while (!stopping_) {
      if (poll(&watched, 1, 10) <= 0) continue;
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      Peer peer(fd, stopping_);
      behaviour_(peer);
      close(fd);
    }
  }

  const Behaviour behaviour_;
  std::atomic<bool> stopping_ = false;
  int listener_ = -1;
  std::thread thread_;
};

}  // namespace oofgg::storage::testing
