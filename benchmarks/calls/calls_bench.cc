// What a call costs the game server's processors: oofgg-game on SQLite as its own process, real tokens, eight
// players at once over loopback, beside a gRPC server that does nothing, in one run. `server_us` is the
// server's CPU time for a call, user and system; `of_empty` how many calls it could answer in the time of one
// hundred that an empty handler answers with the like of a session.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/calls/callers.h"
#include "benchmarks/calls/empty_server.h"
#include "benchmarks/servers/server_under_test.h"
#include "oofgg/auth/key_store.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/uuid.h"
#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace oofgg {
namespace {

namespace game_pb = ::v1::api::game;
namespace player_pb = ::v1::api::player;
namespace score_pb = ::v1::api::score;

constexpr std::size_t kPlayers = 8;
constexpr std::size_t kMostPlayers = 64;
constexpr std::size_t kOnTheList = 200;
constexpr std::size_t kCallsEach = 50;  // In a row, between two looks at the clock.

double CpuSecondsOf(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Signs tokens as oofgg-auth does, with a key whose public half is in a file.
class Authority {
 public:
  Authority() { std::ofstream(jwks_file()) << keys_.public_keys().ToJson(); }

  [[nodiscard]] std::string jwks_file() const { return folder_ / "jwks.json"; }
  [[nodiscard]] std::string TokenOf(const std::string& user, const std::string& role = "user") const {
    return issuer_.Issue({.user_id = user, .role = role, .session_id = "sid-" + user}).value();
  }

 private:
  testing::TemporaryDirectory folder_;
  const auth::KeyStore keys_ = auth::KeyStore::Open(folder_ / "keys").value();
  const auth::TokenIssuer issuer_{keys_.signing_key(), Clock::System(), RandomSource::System()};
};

/// The two servers, and who calls them.
class World {
 public:
  World()
      : game_("oofgg-game", {"--jwks", authority_.jwks_file(), "--games", "arena=Arena"}),
        empty_("/proc/self/exe", {.arguments = {std::string(kServeEmpty)}, .environment = {}}) {
    const auto ready = empty_.WaitForLine("ready ");
    if (!game_.ok() || !ready.has_value()) return;
    for (std::size_t i = 0; i < kMostPlayers; ++i) {
      const std::string user = NewUuidV7(Clock::System(), RandomSource::System());
      const std::string token = authority_.TokenOf(user);
      on_game.emplace_back(game_.Address("grpc"), user, token);
      on_empty.emplace_back(testing::WordOf(*ready, "grpc"), user, token);
    }
    ok_ = std::all_of(on_game.begin(), on_game.end(), MakeSession) && FillList();
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] pid_t game_pid() const { return game_.pid(); }
  [[nodiscard]] pid_t empty_pid() const { return empty_.pid(); }

  std::vector<PlayerOnline> on_game;
  std::vector<PlayerOnline> on_empty;
  double empty_microseconds = 0;  ///< What the empty handler took with a session.

 private:
  static bool MakeSession(PlayerOnline& player) {
    grpc::ClientContext context;
    player.SignIn(context);
    game_pb::SessionCreate request;
    request.set_game_id("arena");
    game_pb::StandardResponse response;
    const bool made = player.games->CreateSession(&context, request, &response).ok();
    player.session_id = response.session().id();
    return made;
  }

  bool FillList() {
    const PlayerOnline admin(game_.Address("grpc"), "admin", authority_.TokenOf("admin", "admin"));
    for (std::size_t i = 0; i < kOnTheList; ++i) {
      grpc::ClientContext context;
      admin.SignIn(context);
      score_pb::ScoreSubmission request;
      request.set_player_id(NewUuidV7(Clock::System(), RandomSource::System()));
      request.set_game_id("arena");
      request.set_instance_id(on_game.front().session_id);
      request.set_value(static_cast<std::int64_t>(1'000'000'000 + i));
      score_pb::StandardResponse response;
      if (!admin.scores->SubmitScore(&context, request, &response).ok()) return false;
    }
    return true;
  }

  const Authority authority_;
  const ServerUnderTest game_;
  testing::ChildProcess empty_;
  bool ok_ = false;
};

// One for all rows, made on the main thread, whose end is its children's.
World* world = nullptr;

grpc::Status GetEmpty(PlayerOnline& player, grpc::ClientContext& context) {
  game_pb::StandardResponse response;
  return player.games->GetSession(&context, game_pb::SessionGet(), &response);
}

grpc::Status GetEmptyAsSession(PlayerOnline& player, grpc::ClientContext& context) {
  game_pb::SessionGet request;
  request.set_id(std::string(kSessionShaped));
  game_pb::StandardResponse response;
  return player.games->GetSession(&context, request, &response);
}

grpc::Status GetSession(PlayerOnline& player, grpc::ClientContext& context) {
  game_pb::SessionGet request;
  request.set_id(player.session_id);
  game_pb::StandardResponse response;
  return player.games->GetSession(&context, request, &response);
}

grpc::Status GetPlayer(PlayerOnline& player, grpc::ClientContext& context) {
  player_pb::StandardResponse response;
  return player.players->GetPlayer(&context, player_pb::PlayerGet(), &response);
}

grpc::Status Submit(PlayerOnline& player, grpc::ClientContext& context, std::int64_t value) {
  score_pb::ScoreSubmission request;
  request.set_game_id("arena");
  request.set_instance_id(player.session_id);
  request.set_value(value);
  score_pb::StandardResponse response;
  return player.scores->SubmitScore(&context, request, &response);
}

/// As most are: not the player's best, kept as a row of its own.
grpc::Status SubmitScore(PlayerOnline& player, grpc::ClientContext& context) {
  return Submit(player, context, -1);
}

/// The player's best until now, on all four lists.
grpc::Status SubmitBest(PlayerOnline& player, grpc::ClientContext& context) {
  return Submit(player, context, static_cast<std::int64_t>(++player.calls));
}

grpc::Status GetTop100(PlayerOnline& player, grpc::ClientContext& context) {
  score_pb::LeaderboardRequest request;
  request.set_game_id("arena");
  request.set_limit(100);
  score_pb::StandardResponse response;
  const grpc::Status status = player.scores->GetLeaderboard(&context, request, &response);
  if (status.ok() && response.leaderboard().entries_size() != 100) {
    return {grpc::StatusCode::DATA_LOSS, "not a hundred"};
  }
  return status;
}

double Measure(benchmark::State& state, std::span<PlayerOnline> players, pid_t server, const OneCall& call) {
  CallTimes times;
  CallAtOnce(players, call, 1, times);  // Connects, and brings to memory what a first call has to look up.
  times = {};
  const double before = CpuSecondsOf(server);
  for (auto _ : state) CallAtOnce(players, call, kCallsEach, times);
  const double cpu = CpuSecondsOf(server) - before;
  if (!times.error.empty()) state.SkipWithError(times.error.c_str());
  const auto calls = static_cast<double>(times.microseconds.size());
  const double server_us = calls == 0 ? 0 : cpu * 1e6 / calls;
  state.counters["server_us"] = server_us;
  state.counters["calls_per_s"] = times.seconds == 0 ? 0 : calls / times.seconds;
  state.counters["p50_us"] = Percentile(times.microseconds, 0.5);
  state.counters["p99_us"] = Percentile(times.microseconds, 0.99);
  if (server_us > 0) state.counters["of_empty"] = world->empty_microseconds / server_us;
  return server_us;
}

void OnEmpty(benchmark::State& state, const OneCall& call) {
  Measure(state, std::span(world->on_empty).first(kPlayers), world->empty_pid(), call);
}

void OnEmptyAsSession(benchmark::State& state) {
  world->empty_microseconds =
      Measure(state, std::span(world->on_empty).first(kPlayers), world->empty_pid(), GetEmptyAsSession);
}

void OnGame(benchmark::State& state, const OneCall& call) {
  Measure(state, std::span(world->on_game).first(kPlayers), world->game_pid(), call);
}

/// By as many players at once as the row says.
void InACrowd(benchmark::State& state, const OneCall& call) {
  const auto players = static_cast<std::size_t>(state.range(0));
  Measure(state, std::span(world->on_game).first(players), world->game_pid(), call);
}

BENCHMARK_CAPTURE(OnEmpty, nothing, GetEmpty)->UseRealTime();
BENCHMARK(OnEmptyAsSession)->UseRealTime();
BENCHMARK_CAPTURE(OnGame, GetSession, GetSession)->UseRealTime();
BENCHMARK_CAPTURE(OnGame, GetPlayer, GetPlayer)->UseRealTime();
BENCHMARK_CAPTURE(OnGame, SubmitScore, SubmitScore)->UseRealTime();
BENCHMARK_CAPTURE(OnGame, SubmitBest, SubmitBest)->UseRealTime();
BENCHMARK_CAPTURE(InACrowd, SubmitScore, SubmitScore)->UseRealTime()->Arg(1)->Arg(kMostPlayers);
BENCHMARK_CAPTURE(OnGame, GetTop100, GetTop100)->UseRealTime();

}  // namespace
}  // namespace oofgg

int main(int argc, char** argv) {
  if (argc == 2 && argv[1] == oofgg::kServeEmpty) oofgg::ServeEmpty();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  oofgg::World servers;
  if (!servers.ok()) return 1;
  oofgg::world = &servers;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
