// The presence port over TCP beside bare sockets that do the same with the same clients in the same run: the
// rate at which connections are taken, CPU of a delivery, the time until a celebrity's last watcher has
// heard. And what an idle connection costs in memory, in plaintext and under TLS. The clients are processes
// of their own.

#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "benchmarks/presence/client_process.h"
#include "benchmarks/presence/heap.h"
#include "net/presence/presence_tcp_listener.h"
#include "net/tls/tls_source.h"
#include "oofgg/thread_pool.h"
#include "presence/presence_hub.h"
#include "tests/support/test_ca.h"

namespace oofgg {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kOnline = "{\"online\":true}\n";
constexpr std::string_view kOffline = "{\"online\":false}\n";
constexpr int kSocketThreads = 2;  // As oofgg-game has.
constexpr std::uint32_t kCelebrity = 7;
constexpr std::uint32_t kFirstWatcher = 100;
constexpr std::uint32_t kFirstStranger = 1'000'000;  // Who never come.

double SecondsSince(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Looks rarely, so that it takes no CPU from those it waits for.
template <typename Condition>
void WaitUntil(Condition condition) {
  while (!condition()) std::this_thread::sleep_for(std::chrono::microseconds(500));
}

/// As oofgg-game has it.
class Server {
 public:
  explicit Server(int threads, bool tls = false) {
    net::PresenceTcpOptions options;
    options.max_connections_per_address = 100'000;
    options.max_friends_per_address = 10'000'000;
    if (tls) {
      const testing::TestTlsFiles files(testing::TestCa().Issue("presence"));
      options.tls = net::PresenceTls::kRequired;
      options.handshakes = options.handshakes_per_address = {.per_second = 1e6, .burst = 1e6};
      options.secure = net::TlsLayers(
          net::TlsSource::Open({.certificate = files.certificate, .key = files.key}, Clock::System())
              .value());
    }
    listener_ =
        net::PresenceTcpListener::Listen(io_, "127.0.0.1:0", hub_, Clock::System(), timers_, {}, options)
            .value();
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { io_.run(); });
  }
  ~Server() {
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
    listener_.reset();
  }

  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }
  [[nodiscard]] presence::PresenceHub& hub() { return hub_; }
  void WaitForOnline(std::size_t count) const {
    WaitUntil([&] { return hub_.counts().online == count; });
  }

 private:
  ThreadPool timers_{1};
  presence::PresenceHub hub_{Clock::System(), timers_};
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::unique_ptr<net::PresenceTcpListener> listener_;
  std::vector<std::thread> threads_;
};

/// Accepts, reads the hello, and keeps the socket: what no server can do without.
class BareServer {
 public:
  BareServer()
      : listener_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)),
        poller_(epoll_create1(0)),
        stop_(eventfd(0, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, SOMAXCONN) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    Watch(listener_);
    Watch(stop_);
    thread_ = std::thread([this] { Run(); });
  }
  ~BareServer() {
    eventfd_write(stop_, 1);
    thread_.join();
    for (const int fd : sockets_) close(fd);
    for (const int fd : {listener_, poller_, stop_}) close(fd);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  void WaitForHellos(std::size_t count) const {
    WaitUntil([&] { return hellos_ == count; });
  }
  /// After the hellos.
  void SendToAll(std::string_view text) const {
    for (const int fd : sockets_) {
      if (send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0) std::abort();
    }
  }

 private:
  void Watch(int fd) const {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    epoll_ctl(poller_, EPOLL_CTL_ADD, fd, &event);
  }

  void Run() {
    std::array<epoll_event, 128> events{};
    std::array<char, 64 * 1024> buffer{};
    for (;;) {
      const int ready = epoll_wait(poller_, events.data(), events.size(), -1);
      for (int i = 0; i < ready; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == stop_) return;
        if (fd == listener_) {
          Accept();
        } else if (recv(fd, buffer.data(), buffer.size(), 0) > 0) {
          ++hellos_;
        }
      }
    }
  }

  void Accept() {
    for (int fd = 0; (fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      sockets_.push_back(fd);
      Watch(fd);
    }
  }

  const int listener_;
  const int poller_;
  const int stop_;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> hellos_{0};
  std::vector<int> sockets_;
  std::thread thread_;
};

class SilentHost final : public presence::PresenceHost {
  void Wake(presence::HostTag) override {}
  void Finish(presence::HostTag, Status) override {}
};

// Arguments: connections, and whether under TLS. A quarter comes first, so that what is there once is not
// counted.
void BM_MemoryOfAnIdleConnection(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  const bool tls = state.range(1) != 0;
  double bytes = 0;
  for (auto _ : state) {
    ClientProcess clients;
    Server server(1, tls);
    const auto connect = [&](std::uint32_t first, std::uint32_t more) {
      clients.Connect({.port = server.port(),
                       .count = more,
                       .first_user = first,
                       .friends = 10,
                       .first_friend = 0,
                       .stride = 37,
                       .among = count,
                       .tls = tls});
      clients.Wait();
      server.WaitForOnline(first + more);
    };
    connect(0, count / 4);
    const double before = HeapBytes();
    connect(count / 4, count - count / 4);
    bytes = (HeapBytes() - before) / (count - count / 4);
  }
  state.counters["bytes_per_connection"] = bytes;
}
BENCHMARK(BM_MemoryOfAnIdleConnection)
    ->Args({16'000, 0})
    ->Args({1'000, 1})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

struct Taken {
  double seconds = 0;
  double cpu = 0;
};

template <typename ServerKind, typename Wait>
Taken TimeToTake(ClientProcess& clients, ServerKind& server, std::uint32_t count, Wait wait) {
  const double cpu = CpuSeconds();
  const auto begin = SteadyClock::now();
  clients.Connect({.port = server.port(),
                   .count = count,
                   .first_user = kFirstWatcher,
                   .friends = 10,
                   .first_friend = kFirstStranger,
                   .stride = 37,
                   .among = count});
  wait();
  const Taken taken{SecondsSince(begin), CpuSeconds() - cpu};
  clients.Wait();
  return taken;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The rate of connections with their hellos, each end with one thread; medians of rounds that take turns,
// since the machine has other work.
void BM_AcceptAndHelloBesideBare(benchmark::State& state) {
  constexpr int kRounds = 5;
  const auto count = static_cast<std::uint32_t>(state.range(0));
  std::vector<double> rate, bare_rate, ratio, cpu, bare_cpu;
  for (auto _ : state) {
    for (int round = 0; round < kRounds; ++round) {
      Taken bare;
      Taken ours;
      {
        ClientProcess clients;
        BareServer server;
        bare = TimeToTake(clients, server, count, [&] { server.WaitForHellos(count); });
      }
      {
        ClientProcess clients;
        Server server(1);
        ours = TimeToTake(clients, server, count, [&] { server.WaitForOnline(count); });
      }
      rate.push_back(count / ours.seconds);
      bare_rate.push_back(count / bare.seconds);
      ratio.push_back(bare.seconds / ours.seconds);
      cpu.push_back(ours.cpu / count * 1e6);
      bare_cpu.push_back(bare.cpu / count * 1e6);
    }
  }
  state.counters["per_second"] = Median(rate);
  state.counters["bare_per_second"] = Median(bare_rate);
  state.counters["rate_ratio"] = Median(ratio);
  state.counters["cpu_us_each"] = Median(cpu);
  state.counters["bare_cpu_us_each"] = Median(bare_cpu);
}
BENCHMARK(BM_AcceptAndHelloBesideBare)->Arg(4'000)->Unit(benchmark::kMillisecond)->Iterations(1);

/// Watchers of the celebrity, on whichever server.
template <typename ServerKind>
void ConnectWatchers(ClientProcess& clients, const ServerKind& server, std::uint32_t count) {
  clients.Connect(
      {.port = server.port(), .count = count, .first_user = kFirstWatcher, .first_friend = kCelebrity});
  clients.Wait();
}

struct Told {
  double cpu_us_each = 0;  ///< Of a delivery.
  double last_ms = 0;      ///< Until all have heard; the median.
};

/// Tells all watchers `rounds` times that the celebrity has come, and gone.
template <typename Come, typename Go>
Told TellAll(ClientProcess& clients, std::uint32_t watchers, int rounds, Come come, Go go) {
  std::vector<double> last;
  const auto tell = [&](std::string_view line, auto change) {
    clients.Expect(line.size());
    const auto begin = SteadyClock::now();
    change();
    clients.Wait();
    last.push_back(SecondsSince(begin) * 1e3);
  };
  const double cpu = CpuSeconds();
  for (int i = 0; i < rounds; ++i) {
    tell(kOnline, come);
    tell(kOffline, go);
  }
  Told told;
  told.cpu_us_each = (CpuSeconds() - cpu) * 1e6 / (2.0 * rounds * watchers);
  told.last_ms = Median(std::move(last));
  return told;
}

Told TellAllBare(std::uint32_t watchers, int rounds) {
  ClientProcess clients;
  const BareServer server;
  ConnectWatchers(clients, server, watchers);
  server.WaitForHellos(watchers);
  return TellAll(
      clients, watchers, rounds, [&] { server.SendToAll(kOnline); }, [&] { server.SendToAll(kOffline); });
}

Told TellAllWith(ClientProcess& clients, Server& server, std::uint32_t watchers, int rounds) {
  const auto host = std::make_shared<SilentHost>();
  presence::PresenceConnection celebrity;
  return TellAll(
      clients, watchers, rounds,
      [&] { celebrity = server.hub().Connect(std::to_string(kCelebrity), {}, {}, host); },
      [&] { celebrity.Close(); });
}

// One user's changes and so many watchers: CPU of a delivery beside that of send().
void BM_FanOutBesideBare(benchmark::State& state) {
  const auto watchers = static_cast<std::uint32_t>(state.range(0));
  const int rounds = static_cast<int>(40'000 / watchers);
  Told bare;
  Told ours;
  for (auto _ : state) {
    bare = TellAllBare(watchers, rounds);
    ClientProcess clients;
    Server server(kSocketThreads);
    ConnectWatchers(clients, server, watchers);
    server.WaitForOnline(watchers);
    ours = TellAllWith(clients, server, watchers, rounds);
  }
  state.counters["cpu_us"] = ours.cpu_us_each;
  state.counters["bare_cpu_us"] = bare.cpu_us_each;
  state.counters["cpu_ratio"] = ours.cpu_us_each / bare.cpu_us_each;
  state.counters["last_ms"] = ours.last_ms;
  state.counters["bare_last_ms"] = bare.last_ms;
  state.counters["last_ratio"] = ours.last_ms / bare.last_ms;
}
BENCHMARK(BM_FanOutBesideBare)->Arg(1'000)->Arg(9'000)->Unit(benchmark::kMillisecond)->Iterations(1);

// A celebrity who comes and goes: how long until the last has heard, beside as many bare sends, and how long
// unrelated pairs take to hear of each other, at rest and meanwhile.
void BM_CelebrityBesideBare(benchmark::State& state) {
  constexpr std::uint32_t kPairs = 50;
  const auto watchers = static_cast<std::uint32_t>(state.range(0));
  const int rounds = static_cast<int>(state.range(1));
  Told bare;
  Told ours;
  ClientProcess::Latencies at_rest;
  ClientProcess::Latencies meanwhile;
  for (auto _ : state) {
    bare = TellAllBare(watchers, rounds);
    ClientProcess clients;
    ClientProcess others;
    Server server(kSocketThreads);
    ConnectWatchers(clients, server, watchers);
    others.Connect({.port = server.port(),
                    .count = kPairs,
                    .first_user = 2'000'000,
                    .first_friend = 1'000'000,
                    .among = kPairs});
    others.Wait();
    server.WaitForOnline(watchers + kPairs);
    others.Connect({.port = server.port(), .count = kPairs, .first_user = 1'000'000, .friends = 0});
    others.Wait();
    server.WaitForOnline(watchers + 2 * kPairs);
    ours = TellAllWith(clients, server, watchers, rounds);
    others.Flap();
    std::this_thread::sleep_for(std::chrono::seconds(1));
    at_rest = others.StopFlapping();
    others.Flap();
    TellAllWith(clients, server, watchers, rounds);
    meanwhile = others.StopFlapping();
  }
  state.counters["last_ms"] = ours.last_ms;
  state.counters["bare_last_ms"] = bare.last_ms;
  state.counters["last_ratio"] = ours.last_ms / bare.last_ms;
  state.counters["rest_p50_us"] = at_rest.p50_us;
  state.counters["rest_p99_us"] = at_rest.p99_us;
  state.counters["meanwhile_p50_us"] = meanwhile.p50_us;
  state.counters["meanwhile_p99_us"] = meanwhile.p99_us;
  state.counters["samples"] = meanwhile.samples;
}
BENCHMARK(BM_CelebrityBesideBare)->Args({18'000, 5})->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace oofgg
