// What the presence port costs over real sockets on loopback, both ends in this process.

#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "benchmarks/presence/heap.h"
#include "net/presence/presence_tcp_listener.h"
#include "oofgg/thread_pool.h"
#include "presence/presence_hub.h"

namespace oofgg {
namespace {

class Server {
 public:
  Server() {
    net::PresenceTcpOptions options;
    options.max_connections_per_address = 100'000;
    listener_ =
        net::PresenceTcpListener::Listen(io_, "127.0.0.1:0", hub_, Clock::System(), timers_, {}, options)
            .value();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Server() {
    io_.stop();
    thread_.join();
    listener_.reset();
  }

  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }
  [[nodiscard]] const presence::PresenceHub& hub() const { return hub_; }
  void WaitForOnline(std::size_t count) const {
    while (hub_.counts().online != count) std::this_thread::yield();
  }

 private:
  ThreadPool timers_{1};
  presence::PresenceHub hub_{Clock::System(), timers_};
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::unique_ptr<net::PresenceTcpListener> listener_;
  std::thread thread_;
};

class Client {
 public:
  Client(std::uint16_t port, std::string_view hello) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
    if (send(fd_, hello.data(), hello.size(), MSG_NOSIGNAL) < 0) std::abort();
  }
  Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() {
    if (fd_ >= 0) close(fd_);
  }

  void Receive() const {
    char buffer[256];
    if (recv(fd_, buffer, sizeof buffer, 0) <= 0) std::abort();
  }

 private:
  int fd_;
};

std::string HelloOf(int user, int users) {
  std::string hello = R"({"user_id":)" + std::to_string(user) + R"(,"friends":[)";
  for (int i = 1; i <= 10; ++i) hello += (i > 1 ? "," : "") + std::to_string((user + i * 37) % users);
  return hello + "]}";
}

// User-space memory of an idle connection with ten friends, all of whom are online.
void BM_IdleConnection(benchmark::State& state) {
  const int users = static_cast<int>(state.range(0));
  double bytes = 0;
  for (auto _ : state) {
    const Server server;
    std::vector<Client> clients;
    clients.reserve(static_cast<std::size_t>(users));
    const auto connect_until = [&](int count) {
      for (int user = static_cast<int>(clients.size()); user < count; ++user) {
        clients.emplace_back(server.port(), HelloOf(user, users));
      }
      server.WaitForOnline(static_cast<std::size_t>(count));
    };
    connect_until(users / 4);
    const double before = HeapBytes();
    connect_until(users);
    bytes = (HeapBytes() - before) / (users - users / 4);
  }
  state.counters["bytes_per_connection"] = bytes;
}
BENCHMARK(BM_IdleConnection)->Arg(8'000)->Unit(benchmark::kMillisecond)->Iterations(1);

// From a friend's hello leaving to the follower's bytes having arrived.
void BM_ComingOnlineIsHeard(benchmark::State& state) {
  const Server server;
  const Client follower(server.port(), R"({"user_id":1,"friends":[2]})");
  server.WaitForOnline(1);
  for (auto _ : state) {
    {
      const Client celebrity(server.port(), R"({"user_id":2})");
      follower.Receive();
    }
    state.PauseTiming();
    follower.Receive();  // And going.
    state.ResumeTiming();
  }
}
BENCHMARK(BM_ComingOnlineIsHeard)->UseRealTime();

}  // namespace
}  // namespace oofgg
