// What TLS costs an HTTP listener: heap of an idle connection, and the CPU of a handshake. The clients are a
// process of their own, so that only the server's memory and CPU are counted.

#include <benchmark/benchmark.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/presence/heap.h"
#include "net/http_server.h"
#include "net/tls/tls_source.h"
#include "tests/support/tcp_peer.h"
#include "tests/support/tls_peer.h"

namespace oofgg::net {
namespace {

constexpr std::string_view kRequest = "GET /request HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kAnswer = "Accepted";

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// A listener whose sockets are served by this thread, since the heap is counted for it alone.
class Listener {
 public:
  explicit Listener(bool secure) {
    HttpServerOptions options;
    options.max_connections_per_address = 100'000;
    if (secure) {
      options.secure = TlsLayers(
          TlsSource::Open({.certificate = files_.certificate, .key = files_.key}, Clock::System()).value());
    }
    server_ = std::move(HttpServer::Listen(
                            io_, "127.0.0.1:0",
                            [](const HttpRequest&, const HttpReplier& reply) {
                              reply({.status = 202, .body = std::string(kAnswer)});
                            },
                            std::move(options))
                            .value());
  }
  ~Listener() {
    server_.reset();
    io_.poll();
  }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  /// Serves what `clients` do in a process of their own until they are done, and calls `meanwhile` before
  /// they hang up.
  void Serve(const std::function<void(std::vector<std::unique_ptr<testing::TlsPeer>>&,
                                      std::vector<std::unique_ptr<testing::TcpPeer>>&)>& clients,
             const std::function<void()>& meanwhile) {
    std::array<int, 2> done{};
    std::array<int, 2> leave{};
    if (pipe(done.data()) != 0 || pipe(leave.data()) != 0) std::abort();
    const pid_t child = fork();
    if (child == 0) {
      close(leave[1]);
      std::vector<std::unique_ptr<testing::TlsPeer>> tls;
      std::vector<std::unique_ptr<testing::TcpPeer>> plain;
      clients(tls, plain);
      char byte = 0;
      if (write(done[1], &byte, 1) == 1) (void)!read(leave[0], &byte, 1);
      _exit(0);
    }
    pollfd ready{done[0], POLLIN, 0};
    while (poll(&ready, 1, 0) == 0) io_.run_for(std::chrono::milliseconds(5));
    io_.poll();
    meanwhile();
    close(leave[1]);
    waitpid(child, nullptr, 0);
    for (const int fd : {done[0], done[1], leave[0]}) close(fd);
    while (server_->connections() > 0) io_.run_one_for(std::chrono::milliseconds(10));
  }

 private:
  testing::TestCa ca_;
  testing::TestTlsFiles files_{ca_.Issue("server")};
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::unique_ptr<HttpServer> server_;
};

void BM_IdleConnection(benchmark::State& state) {
  const bool secure = state.range(0) != 0;
  const auto count = static_cast<std::size_t>(state.range(1));
  double bytes = 0;
  for (auto _ : state) {
    Listener listener(secure);
    const double before = HeapBytes();
    listener.Serve(
        [&](auto& tls, auto& plain) {
          for (std::size_t i = 0; i < count; ++i) {
            if (secure) {
              tls.push_back(std::make_unique<testing::TlsPeer>(listener.port()));
              tls.back()->Send(kRequest);
              tls.back()->ReadUntil(kAnswer);
            } else {
              plain.push_back(
                  std::make_unique<testing::TcpPeer>("127.0.0.1:" + std::to_string(listener.port())));
              plain.back()->Send(kRequest);
              plain.back()->ReadLineWith("Content-Length");
            }
          }
        },
        [&] { bytes = HeapBytes() - before; });
  }
  state.counters["heap_bytes_each"] = bytes / static_cast<double>(count);
}
BENCHMARK(BM_IdleConnection)
    ->ArgNames({"tls", "connections"})
    ->Args({0, 300})
    ->Args({1, 300})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

void BM_Handshakes(benchmark::State& state) {
  constexpr int kEach = 200;
  Listener listener(/*secure=*/true);
  double cpu = 0;
  for (auto _ : state) {
    const double before = CpuSeconds();
    listener.Serve(
        [&](auto&, auto&) {
          for (int i = 0; i < kEach; ++i) testing::TlsPeer(listener.port());
        },
        [&] { cpu += CpuSeconds() - before; });
  }
  const auto all = static_cast<double>(state.iterations() * kEach);
  state.counters["server_cpu_us_each"] = cpu * 1e6 / all;
  state.counters["per_server_core_s"] = all / cpu;
}
BENCHMARK(BM_Handshakes)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace oofgg::net
