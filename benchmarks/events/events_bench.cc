// What events between players cost the server, over gRPC and over WebSocket: in pairs, in groups of ten and
// all together, and what a stream costs on which nothing is said. The server is the real oofgg-game; the
// players are this process.
//
// `OOFGG_BENCH_SECONDS` (1) is how long each load lasts.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "benchmarks/events/event_world.h"
#include "benchmarks/events/grpc_players.h"
#include "benchmarks/events/websocket_players.h"
#include "servers/cli/load/histogram.h"

namespace oofgg {
namespace {

constexpr std::size_t kPlayers = 100;
constexpr double kMicros = 1e6;
constexpr double kNanosPerMicro = 1e3;

using OpenPlayers = std::unique_ptr<EventPlayers> (*)(const std::string&, const std::vector<Seat>&,
                                                      EventPlayers::OnEvent);

struct Way {
  const char* address;
  OpenPlayers open;
};
constexpr Way kGrpc{"grpc", OpenGrpcPlayers};
constexpr Way kWebSocket{"websocket", OpenWebSocketPlayers};

std::chrono::duration<double> LoadTime() {
  const char* const seconds = std::getenv("OOFGG_BENCH_SECONDS");
  return std::chrono::duration<double>(seconds != nullptr ? std::strtod(seconds, nullptr) : 1);
}

/// What was delivered, counted from all threads.
class Deliveries {
 public:
  void Note(std::chrono::nanoseconds took) {
    const std::lock_guard lock(mutex_);
    took_->Record(static_cast<std::uint64_t>(took.count()));
  }
  [[nodiscard]] std::unique_ptr<load::Histogram> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(took_, std::make_unique<load::Histogram>());
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<load::Histogram> took_ = std::make_unique<load::Histogram>();
};

/// Everybody sends `per_second` events, evenly spread, for the load's time. Returns how many were sent.
std::size_t SendAll(EventPlayers& players, double per_second) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto gap = std::chrono::duration<double>(1 / (per_second * kPlayers));
  std::size_t sent = 0;
  for (auto now = start; now - start < LoadTime(); now = Clock::now()) {
    const auto due = static_cast<std::size_t>((now - start) / gap) + 1;
    for (; sent < due; ++sent) players.Send(sent % kPlayers);
    std::this_thread::sleep_until(
        start + std::chrono::duration_cast<Clock::duration>(gap * static_cast<double>(sent)));
  }
  return sent;
}

/// Players in groups of `range(0)`, of whom each sends `range(1)` events a second.
void Events(benchmark::State& state, Way way) {
  EventWorld world;
  if (!world.server().ok()) return state.SkipWithError("oofgg-game did not start");
  const auto group = static_cast<std::size_t>(state.range(0));
  const std::vector<Seat> seats = world.MakeSeats(kPlayers, group);
  Deliveries deliveries;
  const auto players =
      way.open(world.server().Address(way.address), seats, [&](auto took) { deliveries.Note(took); });
  if (players == nullptr) return state.SkipWithError("a stream could not be opened");
  for (auto _ : state) {
    const double cpu_before = world.server().CpuSeconds();
    const std::size_t sent = SendAll(*players, static_cast<double>(state.range(1)));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));  // For the last of them.
    const double cpu = world.server().CpuSeconds() - cpu_before;
    const auto took = deliveries.Take();
    const auto count = static_cast<double>(took->count());
    if (count < 1) return state.SkipWithError("nothing was delivered");
    state.counters["sent"] = static_cast<double>(sent);
    state.counters["deliveries"] = count;
    state.counters["server_us_per_delivery"] = cpu * kMicros / count;
    state.counters["per_s_and_core"] = count / cpu;
    state.counters["p50_us"] = static_cast<double>(took->Quantile(0.5)) / kNanosPerMicro;
    state.counters["p99_us"] = static_cast<double>(took->Quantile(0.99)) / kNanosPerMicro;
    state.counters["server_MiB"] = world.server().KilobytesOf("VmRSS") / 1024;
  }
}

/// What a stream holds in the server's memory while nobody says anything.
void IdleStreams(benchmark::State& state, Way way) {
  EventWorld world;
  if (!world.server().ok()) return state.SkipWithError("oofgg-game did not start");
  constexpr std::size_t kGroup = 10;
  const auto open = [&](std::size_t count) {
    return way.open(world.server().Address(way.address), world.MakeSeats(count, kGroup), [](auto) {});
  };
  const auto first = open(kPlayers);  // What is made once for all is there before.
  for (auto _ : state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    const double before = world.server().KilobytesOf("RssAnon");
    const auto players = open(count);
    if (first == nullptr || players == nullptr) return state.SkipWithError("a stream could not be opened");
    state.counters["KiB_per_stream"] =
        (world.server().KilobytesOf("RssAnon") - before) / static_cast<double>(count);
  }
}

void Loads(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"group", "per_second"})
      ->Args({2, 50})
      ->Args({10, 20})
      ->Args({10, 5})
      ->Args({100, 4})
      ->Iterations(1)
      ->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(Events, grpc, kGrpc)->Apply(Loads);
BENCHMARK_CAPTURE(Events, websocket, kWebSocket)->Apply(Loads);
BENCHMARK_CAPTURE(IdleStreams, grpc, kGrpc)->Arg(500)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(IdleStreams, websocket, kWebSocket)->Arg(500)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace oofgg
