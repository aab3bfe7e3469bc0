// From "I want to play" to an address, with a real Docker engine, beside what the engine alone takes.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "benchmarks/servers/server_under_test.h"
#include "http/curl_client.h"
#include "tests/support/docker_engine.h"

namespace oofgg {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;
using SteadyClock = std::chrono::steady_clock;

double Since(SteadyClock::time_point begin) { return Milliseconds(SteadyClock::now() - begin).count(); }

/// One engine for all; made by the first benchmark that runs.
testing::DockerEngine& Engine() {
  static const auto engine = [] {
    auto made = std::make_unique<testing::DockerEngine>();
    if (!made->trouble().empty()) return made;
    const std::string program = std::getenv("OOFGG_TEST_QUIRKY_SERVER");
    made->MakeImage("three", program, {"3000", "3"});
    made->MakeImage("many", program, {"3000", "100000"});
    (void)made->Docker("network create players");
    return made;
  }();
  return *engine;
}

bool Possible(benchmark::State& state) {
  std::string obstacle = testing::DockerEngine::Obstacle();
  if (obstacle.empty()) obstacle = Engine().trouble();
  if (!obstacle.empty()) state.SkipWithError(("no Docker here: " + obstacle).c_str());
  return obstacle.empty();
}

/// A maker on a network, and those who ask it.
class Maker {
 public:
  /// `slots`: what it is told of the image; 0: it finds out.
  explicit Maker(const std::string& image, std::int64_t slots = 0)
      : server_("oofgg-maker", {"--local-proxy", "--container-backend", "docker", "--docker-host",
                                Engine().host(), "--docker-network", "players", "--image-to-pull", image,
                                "--image-pull-policy", "missing", "--server-slots", std::to_string(slots)}),
        url_("http://" + server_.Address("http") + "/request") {}
  ~Maker() { Clear(); }
  Maker(const Maker&) = delete;
  Maker& operator=(const Maker&) = delete;

  [[nodiscard]] const ServerUnderTest& server() const { return server_; }

  /// Until there is an address; in milliseconds.
  double Seat(const std::string& client) const {
    const auto begin = SteadyClock::now();
    int status = Ask("POST", url_, client);
    while (status == 202) status = Ask("GET", url_ + "?wait=30", client);
    if (status != 200) std::abort();
    return Since(begin);
  }

  static void Clear() {
    std::string names;
    for (const std::string& name : Engine().Containers()) names += " " + name;
    if (!names.empty()) (void)Engine().Docker("rm -f" + names);
  }

 private:
  int Ask(const std::string& method, const std::string& url, const std::string& client) const {
    const auto reply = http::Fetch(http_, {.method = method,
                                           .url = url,
                                           .headers = {{"Authorization", client}},
                                           .timeout = std::chrono::seconds(60)});
    return reply.ok() ? reply->status : 0;
  }

  mutable http::CurlClient http_{{.max_connections_per_host = 512}};
  ServerUnderTest server_;
  const std::string url_;
};

/// `docker run` until its game server answers; in milliseconds.
double Run(http::CurlClient& http, const std::string& name) {
  const auto begin = SteadyClock::now();
  (void)Engine().Docker("run --detach --network players --publish 3000 --name " + name + " three");
  const std::string address = Engine().Docker(
      "inspect --format '{{(index .NetworkSettings.Networks \"players\").IPAddress}}' " + name);
  while (!http::Fetch(http, {.url = "http://" + address + ":3000/status"}).ok()) {
  }
  return Since(begin);
}

/// So many containers, three at a time, as the maker starts them.
void EngineAlone(benchmark::State& state) {
  if (!Possible(state)) return;
  const auto count = static_cast<int>(state.range(0));
  http::CurlClient http;
  for (auto _ : state) {
    const auto begin = SteadyClock::now();
    std::atomic<int> next = 0;
    std::vector<std::thread> hands;
    for (int hand = 0; hand < (std::min)(count, 3); ++hand) {
      hands.emplace_back([&] {
        for (int i = next++; i < count; i = next++) Run(http, "alone-" + std::to_string(i));
      });
    }
    for (std::thread& hand : hands) hand.join();
    state.SetIterationTime(Since(begin) / 1000);
    Maker::Clear();
  }
}
BENCHMARK(EngineAlone)->Arg(1)->Arg(10)->UseManualTime()->Unit(benchmark::kMillisecond);

/// So many clients who ask at once, and no game server runs. Whether the maker is told that one holds three.
void Cold(benchmark::State& state) {
  if (!Possible(state)) return;
  const auto count = static_cast<int>(state.range(0));
  for (auto _ : state) {
    const Maker maker("three", state.range(1));
    const auto begin = SteadyClock::now();
    std::vector<std::thread> clients;
    for (int i = 0; i < count; ++i) {
      clients.emplace_back([&maker, i] { (void)maker.Seat("client-" + std::to_string(i)); });
    }
    for (std::thread& client : clients) client.join();
    state.SetIterationTime(Since(begin) / 1000);
    state.counters["servers"] = static_cast<double>(Engine().Containers().size());
    state.counters["maker_cpu_ms"] = maker.server().CpuSeconds() * 1000;
    state.counters["maker_peak_MiB"] = maker.server().KilobytesOf("VmHWM") / 1024;
  }
}
BENCHMARK(Cold)->Args({1, 0})->Args({30, 0})->Args({30, 3})->UseManualTime()->Unit(benchmark::kMillisecond);

/// A hundred containers take minutes, so only for whoever asks.
[[maybe_unused]] const bool kCrowd = [] {
  if (std::getenv("OOFGG_BENCH_CROWD") == nullptr) return false;
  benchmark::RegisterBenchmark("EngineAlone", EngineAlone)
      ->Arg(100)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond)
      ->Iterations(1);
  benchmark::RegisterBenchmark("Cold", Cold)
      ->Args({300, 0})
      ->Args({300, 3})
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond)
      ->Iterations(1);
  return true;
}();

/// One new client after another, where a game server has room.
void Warm(benchmark::State& state) {
  if (!Possible(state)) return;
  const Maker maker("many");
  (void)maker.Seat("first");
  std::vector<double> times;
  for (auto _ : state) {
    times.push_back(maker.Seat("client-" + std::to_string(times.size())));
    state.SetIterationTime(times.back() / 1000);
  }
  std::sort(times.begin(), times.end());
  state.counters["p50_ms"] = times[times.size() / 2];
  state.counters["p99_ms"] = times[times.size() * 99 / 100];
}
BENCHMARK(Warm)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace oofgg
