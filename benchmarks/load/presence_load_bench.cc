// How soon followers hear of changes, and what that costs the server, over each door of the presence port.

#include <benchmark/benchmark.h>

#include "benchmarks/servers/server_under_test.h"
#include "servers/cli/load/presence_load.h"

namespace oofgg {
namespace {

constexpr double kNanosPerMicro = 1e3;
constexpr double kMicros = 1e6;

void BM_PresenceLoad(benchmark::State& state, load::Protocol protocol) {
  const ServerUnderTest auth("oofgg-auth", {});
  const ServerUnderTest game("oofgg-game",
                             {"--jwks", "http://" + auth.Address("ops") + "/.well-known/jwks.json"});
  if (!game.ok()) return state.SkipWithError(game.errors().c_str());
  load::PresenceLoadOptions options;
  options.server = "127.0.0.1" + game.Address("presence").substr(game.Address("presence").rfind(':'));
  options.protocol = protocol;
  options.steps = {300};
  options.rates = {static_cast<std::uint32_t>(state.range(0))};
  options.duration = std::chrono::milliseconds(2'000);
  options.server_pids = {game.pid()};
  for (auto _ : state) {
    const auto report = RunPresenceLoad(options, [](const std::string&, bool) {});
    if (!report.ok()) return state.SkipWithError(std::string(report.status().message()).c_str());
    if (report->lost() > 0) return state.SkipWithError("followers were left with a wrong state");
    const load::RateFigures& rate = report->rates.front();
    const auto heard = static_cast<double>(rate.heard.deliveries);
    state.counters["hellos_per_s"] = report->steps.front().connected / report->steps.front().connect_seconds;
    state.counters["heard_per_s"] = heard / rate.seconds;
    state.counters["p50_us"] = static_cast<double>(rate.latency.p50_ns) / kNanosPerMicro;
    state.counters["p99_us"] = static_cast<double>(rate.latency.p99_ns) / kNanosPerMicro;
    state.counters["server_us_per_heard"] = rate.server_cpu_s.value_or(0) * kMicros / heard;
  }
}
BENCHMARK_CAPTURE(BM_PresenceLoad, tcp, load::Protocol::kTcp)->Arg(1'000)->Iterations(1);
BENCHMARK_CAPTURE(BM_PresenceLoad, udp, load::Protocol::kUdp)->Arg(1'000)->Iterations(1);

}  // namespace
}  // namespace oofgg
