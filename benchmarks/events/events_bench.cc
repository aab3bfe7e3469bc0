// What events between players cost the server, over gRPC and over WebSockets: in pairs, in groups of ten and
// of a hundred, and what a stream costs on which nothing is said. The server is the real oofgg-game; the
// players are this process.
//
// A round trip is from a player's `Send` until that event is back at that player, numbered, as all members
// hear their own events (WebSockets with `echo=1`). A delivery is an event that one player heard.
// `per_s_and_core` is how many deliveries the server makes with one core's time.
//
// `OOFGG_BENCH_SECONDS` (0.5) is how long each load lasts.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/events/event_world.h"
#include "benchmarks/events/grpc_players.h"
#include "benchmarks/events/websocket_players.h"
#include "servers/cli/load/histogram.h"

namespace oofgg {
namespace {

using SteadyClock = std::chrono::steady_clock;

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
  return std::chrono::duration<double>(seconds != nullptr ? std::strtod(seconds, nullptr) : 0.5);
}

/// What was sent and heard, counted from all threads.
class Tally {
 public:
  explicit Tally(std::size_t players) : under_way_(players) {}

  void OnSend(std::size_t player) { ++under_way_[player]; }
  void OnEvent(std::size_t listener, const Stamp& stamp) {
    ++deliveries_;
    if (stamp.sender != listener) return;
    --under_way_[listener];
    const std::lock_guard lock(mutex_);
    round_trips_.Record(static_cast<std::uint64_t>(stamp.age.count()));
  }
  /// How many of the player's events are not back yet.
  [[nodiscard]] int UnderWay(std::size_t player) const { return under_way_[player]; }
  [[nodiscard]] std::uint64_t deliveries() const { return deliveries_; }
  [[nodiscard]] double RoundTripMicros(double quantile) const {
    const std::lock_guard lock(mutex_);
    return static_cast<double>(round_trips_.Quantile(quantile)) / kNanosPerMicro;
  }

 private:
  std::atomic<std::uint64_t> deliveries_ = 0;
  std::vector<std::atomic<int>> under_way_;
  mutable std::mutex mutex_;
  load::Histogram round_trips_;
};

/// Sends what is due at `now`, and returns when it has to be called again.
using SendDue = std::function<SteadyClock::time_point(SteadyClock::time_point now)>;

void Measure(benchmark::State& state, EventWorld& world, const Tally& tally, const SendDue& send_due) {
  for (auto _ : state) {
    const double cpu_before = world.server().CpuSeconds();
    const auto start = SteadyClock::now();
    for (auto now = start; now - start < LoadTime(); now = SteadyClock::now()) {
      std::this_thread::sleep_until(send_due(now));
    }
    const std::chrono::duration<double> took = SteadyClock::now() - start;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // For the last of them.
    const double cpu = world.server().CpuSeconds() - cpu_before;
    const auto count = static_cast<double>(tally.deliveries());
    if (count < 1) return state.SkipWithError("nothing was delivered");
    state.counters["deliveries_per_s"] = count / took.count();
    state.counters["server_cores"] = cpu / took.count();
    state.counters["server_us_per_delivery"] = cpu * kMicros / count;
    state.counters["per_s_and_core"] = cpu > 0 ? count / cpu : 0;
    state.counters["round_trip_p50_us"] = tally.RoundTripMicros(0.5);
    state.counters["round_trip_p99_us"] = tally.RoundTripMicros(0.99);
    state.counters["server_MiB"] = world.server().KilobytesOf("VmRSS") / 1024;
  }
}

/// `range(0)` players in groups of `range(1)`, of whom each sends `range(2)` events a second, evenly spread.
void AtRate(benchmark::State& state, Way way) {
  EventWorld world;
  if (!world.server().ok()) return state.SkipWithError(world.server().errors().c_str());
  const auto count = static_cast<std::size_t>(state.range(0));
  Tally tally(count);
  const auto players = way.open(
      world.server().Address(way.address), world.MakeSeats(count, static_cast<std::size_t>(state.range(1))),
      [&](std::size_t listener, const Stamp& stamp) { tally.OnEvent(listener, stamp); });
  if (players == nullptr) return state.SkipWithError("a stream could not be opened");
  const auto gap = std::chrono::nanoseconds(std::chrono::seconds(1)) / (state.range(0) * state.range(2));
  std::optional<SteadyClock::time_point> due;
  std::size_t sent = 0;
  Measure(state, world, tally, [&](SteadyClock::time_point now) {
    for (due = due.value_or(now); *due <= now; *due += gap, ++sent) {
      tally.OnSend(sent % count);
      players->Send(sent % count);
    }
    return *due;
  });
}

/// The most there is: everybody sends the next event as soon as one of the two before is back, within what
/// the server lets a stream send.
void InLoop(benchmark::State& state, Way way) {
  constexpr int kWindow = 2;
  constexpr std::chrono::microseconds kAllowed{10'200};  // A hundred a second.
  EventWorld world;
  if (!world.server().ok()) return state.SkipWithError(world.server().errors().c_str());
  const auto count = static_cast<std::size_t>(state.range(0));
  Tally tally(count);
  const auto players = way.open(
      world.server().Address(way.address), world.MakeSeats(count, static_cast<std::size_t>(state.range(1))),
      [&](std::size_t listener, const Stamp& stamp) { tally.OnEvent(listener, stamp); });
  if (players == nullptr) return state.SkipWithError("a stream could not be opened");
  std::vector<SteadyClock::time_point> allowed(count);
  Measure(state, world, tally, [&](SteadyClock::time_point now) {
    for (std::size_t player = 0; player < count; ++player) {
      if (now < allowed[player] || tally.UnderWay(player) >= kWindow) continue;
      allowed[player] = now + kAllowed;
      tally.OnSend(player);
      players->Send(player);
    }
    return now + std::chrono::microseconds(500);
  });
}

/// What a stream holds in the server's memory while nobody says anything.
void IdleStreams(benchmark::State& state, Way way) {
  EventWorld world;
  if (!world.server().ok()) return state.SkipWithError(world.server().errors().c_str());
  constexpr std::size_t kGroup = 10;
  const auto open = [&](std::size_t count) {
    return way.open(world.server().Address(way.address), world.MakeSeats(count, kGroup),
                    [](std::size_t, const Stamp&) {});
  };
  const auto first = open(100);  // What is made once for all is there before.
  for (auto _ : state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    const double before = world.server().KilobytesOf("RssAnon");
    const auto players = open(count);
    if (first == nullptr || players == nullptr) return state.SkipWithError("a stream could not be opened");
    state.counters["KiB_per_stream"] =
        (world.server().KilobytesOf("RssAnon") - before) / static_cast<double>(count);
  }
}

void Rates(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"players", "group", "per_second"})
      ->Args({2, 2, 50})
      ->Args({100, 2, 50})
      ->Args({100, 10, 20})
      ->Args({100, 100, 4})
      ->Iterations(1)
      ->Unit(benchmark::kMillisecond);
}

void Loops(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"players", "group"})
      ->Args({400, 2})  // So many that it is not the limit of what one may say that is measured.
      ->Args({200, 10})
      ->Args({100, 100})
      ->Iterations(1)
      ->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(AtRate, grpc, kGrpc)->Apply(Rates);
BENCHMARK_CAPTURE(AtRate, websocket, kWebSocket)->Apply(Rates);
BENCHMARK_CAPTURE(InLoop, grpc, kGrpc)->Apply(Loops);
BENCHMARK_CAPTURE(InLoop, websocket, kWebSocket)->Apply(Loops);
BENCHMARK_CAPTURE(IdleStreams, grpc, kGrpc)->Arg(500)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(IdleStreams, websocket, kWebSocket)->Arg(500)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace oofgg
