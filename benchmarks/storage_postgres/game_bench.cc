// What the game room asks of PostgreSQL most, through its stores: scores submitted and sessions joined a
// second by as many players at once, and how fast a start reads standings.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "oofgg/uuid.h"
#include "storage/postgres/database.h"
#include "storage/postgres/game/postgres_score_store.h"
#include "storage/postgres/game/postgres_session_store.h"
#include "tests/support/postgres_server.h"

namespace oofgg::storage {
namespace {

/// Commits wait for the disk.
oofgg::testing::PostgresServer& GameServerDatabase() {
  static oofgg::testing::PostgresServer server({.fsync = true});
  return server;
}

struct GameBench {
  std::unique_ptr<PostgresDatabase> database;
  std::unique_ptr<PostgresScoreStore> scores;
  std::unique_ptr<PostgresSessionStore> sessions;
};
std::unique_ptr<GameBench> game_bench;

void OpenGameStores(const benchmark::State&) {
  game_bench = std::make_unique<GameBench>();
  game_bench->database = PostgresDatabase::Open(GameServerDatabase().NewSchemaUrl()).value();
  game_bench->scores = PostgresScoreStore::Make(*game_bench->database).value();
  game_bench->sessions = PostgresSessionStore::Make(*game_bench->database).value();
}
void CloseGameStores(const benchmark::State&) { game_bench.reset(); }

std::string NewId() { return NewUuidV7(Clock::System(), RandomSource::System()); }

/// Each thread is a player who submits, each time under a new idempotency key.
void BM_SubmitScore(benchmark::State& state) {
  Score score;
  score.player_id = NewId();
  score.game_id = "arena";
  score.score_type = "default";
  for (auto _ : state) {
    score.id = NewId();
    score.created_at = Clock::System().WallNow();
    ++score.value;
    const auto stored = game_bench->scores->InsertScore(score, {}, {score.player_id, score.id, 1});
    if (!stored.ok()) state.SkipWithError(stored.status().ToString().c_str());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_SubmitScore)
    ->Setup(OpenGameStores)
    ->Teardown(CloseGameStores)
    ->Threads(1)
    ->Threads(8)
    ->Threads(32)
    ->UseRealTime();

/// Each thread is a player who comes into a session of their own and goes again.
void BM_JoinAndLeave(benchmark::State& state) {
  game::SessionRecord session;
  session.id = NewId();
  session.game_id = "arena";
  session.owner_id = NewId();
  session.members = {{session.owner_id, "", ""}};
  session = game_bench->sessions->CreateSession(session, {}, 0).value();
  const std::string player = NewId();
  for (auto _ : state) {
    if (session.members.size() == 1) {
      session.members.push_back({player, "red", ""});
    } else {
      session.members.pop_back();
    }
    auto written = game_bench->sessions->UpdateSession(session);
    if (!written.ok()) return state.SkipWithError(written.status().ToString().c_str());
    session = *std::move(written);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_JoinAndLeave)
    ->Setup(OpenGameStores)
    ->Teardown(CloseGameStores)
    ->Threads(1)
    ->Threads(8)
    ->Threads(32)
    ->UseRealTime();

/// A list of a million players.
void BM_VisitStandings(benchmark::State& state) {
  const std::string url = GameServerDatabase().SchemaUrl("standings");
  const auto database = PostgresDatabase::Open(url).value();
  const auto scores = PostgresScoreStore::Make(*database).value();
  GameServerDatabase().Sql(
      "SET search_path = test_standings; TRUNCATE game_standing_lists, game_standings RESTART IDENTITY;"
      " INSERT INTO game_standing_lists (game_id, score_type, period, period_start) VALUES ('arena', 't', 0, "
      "0);"
      " INSERT INTO game_standings SELECT 1, gen_random_uuid()::text, i, i, 0 FROM generate_series(1, "
      "1000000) i;"
      " ANALYZE game_standings");
  std::int64_t rows = 0;
  for (auto _ : state) {
    const Status visited = scores->VisitStandings(WallTime(), [&rows](const game::StandingRow&) {
      ++rows;
      return Status();
    });
    if (!visited.ok()) state.SkipWithError(visited.ToString().c_str());
  }
  state.SetItemsProcessed(rows);
}
BENCHMARK(BM_VisitStandings)->Unit(benchmark::kMillisecond)->Iterations(3)->UseRealTime();

}  // namespace
}  // namespace oofgg::storage
