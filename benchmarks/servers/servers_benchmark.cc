// The real programs as child processes: from start to ready, idle memory, login and refresh, a seat.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/servers/server_under_test.h"
#include "http/curl_client.h"
#include "oofgg/client.h"
#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace oofgg {
namespace {

using ::oofgg::testing::TemporaryDirectory;

constexpr const char* kPassword = "correct horse battery";

std::string ArenaCommand() {
  const char* programs = std::getenv("OOFGG_BIN_DIR");
  return std::string(programs != nullptr ? programs : "build/release/bin") +
         "/oofgg-arena --listen 127.0.0.1:{port} --control-listen 127.0.0.1:{control_port}";
}

std::vector<std::string> MakerArguments(std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"--authorizer", "opaque", "--process-command", ArenaCommand(),
                                        // The benchmark asks for all its players, as a proxy does.
                                        "--local-proxy"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

void FromStartToReady(benchmark::State& state, const std::string& program,
                      const std::vector<std::string>& arguments) {
  double resident = 0;
  double own = 0;
  for (auto _ : state) {
    const auto server = std::make_unique<ServerUnderTest>(program, arguments);
    state.PauseTiming();
    if (!server->ok()) return state.SkipWithError(server->errors().c_str());
    resident = server->KilobytesOf("VmRSS");
    own = server->KilobytesOf("RssAnon");
    state.ResumeTiming();
  }
  state.counters["resident_KiB"] = resident;
  state.counters["own_KiB"] = own;
}

void AuthStart(benchmark::State& state) { FromStartToReady(state, "oofgg-auth", {}); }

void GameStart(benchmark::State& state) {
  const ServerUnderTest auth("oofgg-auth", {});
  const std::string jwks = "http://" + auth.Address("ops") + "/.well-known/jwks.json";
  FromStartToReady(state, "oofgg-game", {"--jwks", jwks});
}

void MakerStart(benchmark::State& state) { FromStartToReady(state, "oofgg-maker", MakerArguments()); }

void Register(benchmark::State& state) {
  const ServerUnderTest auth("oofgg-auth", {});
  const auto client = ClientOf(auth);
  int players = 0;
  for (auto _ : state) {
    const auto session = client->auth().Register(
        {.username = "player" + std::to_string(++players), .email = {}, .password = kPassword});
    if (!session.ok()) return state.SkipWithError(session.status().ToString().c_str());
  }
}

void Login(benchmark::State& state) {
  const ServerUnderTest auth("oofgg-auth", {});
  const auto client = ClientOf(auth);
  int logins = 0;
  for (auto _ : state) {
    // Each a player of their own: one alone would meet the limit on logins under a name.
    const std::string name = "player" + std::to_string(++logins);
    state.PauseTiming();
    (void)client->auth().Register({.username = name, .email = {}, .password = kPassword});
    state.ResumeTiming();
    const auto session = client->auth().Login({.username = name, .password = kPassword});
    if (!session.ok()) return state.SkipWithError(session.status().ToString().c_str());
  }
}

void Refresh(benchmark::State& state) {
  const ServerUnderTest auth("oofgg-auth", {});
  const auto client = ClientOf(auth);
  if (!client->auth().Register({.username = "ann", .email = {}, .password = kPassword}).ok())
    return state.SkipWithError("register");
  for (auto _ : state) {
    const auto session = client->auth().Refresh();
    if (!session.ok()) return state.SkipWithError(session.status().ToString().c_str());
  }
}

HttpReply Ask(http::CurlClient& http, const ServerUnderTest& maker, const std::string& method,
              const std::string& client, const std::string& query = "") {
  auto reply = http::Fetch(http, {.method = method,
                                  .url = "http://" + maker.Address("http") + "/request" + query,
                                  .headers = {{"Authorization", client}},
                                  .timeout = std::chrono::seconds(40)});
  return reply.ok() ? *std::move(reply) : HttpReply{};
}

/// POST /request until 200, as a client does it that then waits by long poll; the last answer.
HttpReply TakeSeat(http::CurlClient& http, const ServerUnderTest& maker, const std::string& client) {
  HttpReply reply = Ask(http, maker, "POST", client);
  while (reply.status == 202) reply = Ask(http, maker, "GET", client, "?wait=30");
  return reply;
}

/// A slot is free: what our own part of the way costs.
void SeatOnAWarmServer(benchmark::State& state) {
  const ServerUnderTest maker("oofgg-maker", MakerArguments());
  http::CurlClient http;
  if (!maker.ok() || TakeSeat(http, maker, "first").status != 200) return state.SkipWithError("no maker");
  int players = 0;
  for (auto _ : state) {
    // Each a player of their own: one alone would meet the limit on a client's requests.
    const std::string player = "player-" + std::to_string(++players);
    const HttpReply reply = TakeSeat(http, maker, player);
    if (reply.status != 200) return state.SkipWithError(reply.body.c_str());
    state.PauseTiming();
    Ask(http, maker, "DELETE", player);
    state.ResumeTiming();
  }
}

/// No server runs: one is started for the request.
void SeatOnAColdServer(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    auto maker = std::make_unique<ServerUnderTest>("oofgg-maker", MakerArguments());
    http::CurlClient http;
    state.ResumeTiming();
    const HttpReply reply = TakeSeat(http, *maker, "only");
    if (reply.status != 200) return state.SkipWithError(reply.body.c_str());
    state.PauseTiming();
    maker.reset();
    state.ResumeTiming();
  }
}

/// What a durable answer costs at least: the disk's own time, to set the others beside.
void DiskSync(benchmark::State& state) {
  const TemporaryDirectory folder;
  const int file = open((folder.path() + "/file").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  const std::string page(4096, 'x');
  for (auto _ : state) {
    if (write(file, page.data(), page.size()) < 0 || fdatasync(file) != 0)
      return state.SkipWithError("cannot write");
  }
  close(file);
}

BENCHMARK(DiskSync)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(AuthStart)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(GameStart)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(MakerStart)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(Register)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(Login)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(Refresh)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(SeatOnAWarmServer)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(SeatOnAColdServer)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace oofgg

int main(int argc, char** argv) {
  // Game servers outlive their maker; here they end with us.
  oofgg::testing::AdoptOrphans();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  oofgg::testing::EndOrphans();
  return 0;
}
