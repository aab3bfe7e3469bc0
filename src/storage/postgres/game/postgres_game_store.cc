#include "storage/postgres/game/postgres_game_store.h"

#include <limits>
#include <map>
#include <string>
#include <utility>

#include "storage/json_columns.h"
#include "storage/postgres/all_rows.h"
#include "storage/postgres/database.h"
#include "storage/postgres/game/after_update.h"
#include "storage/postgres/game/creation.h"
#include "storage/postgres/game/game_schema.h"

namespace oofgg::storage {
namespace {

constexpr PgStatement kCreateGame{
    "SELECT outcome, made, fingerprint FROM"
    " game_create_game($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    PgKind::kWrite, /*repeatable=*/true};

constexpr PgStatement kUpdateGame{
    "UPDATE game_games SET owner_id = $2, name = $3, short_description = $4, description = $5,"
    " image_url = $6, max_sessions = $7, max_players_per_session = $8, data = $9, score_rules = $10,"
    " version = $11 + 1 WHERE id = $1 AND version = $11",
    PgKind::kGroupedWrite, /*repeatable=*/true};

#define OOFGG_GAME_COLUMNS                                                     \
  "g.id, g.owner_id, g.name, g.short_description, g.description, g.image_url," \
  " g.max_sessions, g.max_players_per_session, g.data, g.score_rules, g.version"
constexpr PgStatement kFindGame{"SELECT " OOFGG_GAME_COLUMNS " FROM game_games g WHERE g.id = $1",
                                PgKind::kRead};
constexpr PgStatement kListGames{
    "SELECT " OOFGG_GAME_COLUMNS " FROM game_games g WHERE g.id > $1 ORDER BY g.id LIMIT $2", PgKind::kRead};
// Behind the heat $1 and of that heat behind the id $2, said so that one range of the index is read.
constexpr PgStatement kListTrending{
    "SELECT " OOFGG_GAME_COLUMNS
    ", t.heat FROM game_trends t JOIN game_games g ON g.id = t.game_id"
    " WHERE t.heat <= $1 AND (t.heat < $1 OR t.game_id > $2) ORDER BY t.heat DESC, t.game_id LIMIT $3",
    PgKind::kRead};
#undef OOFGG_GAME_COLUMNS
constexpr int kHeatColumn = 11;

// As game::AddHeat; beyond 700 the smaller one adds nothing that a double could tell. In order of id, so that
// two of these do not wait in a circle. Not repeated: heat would be counted twice.
constexpr PgStatement kAddTrends{
    "INSERT INTO game_trends AS t (game_id, heat)"
    " SELECT g.id, n.heat FROM unnest($1::text[], $2::double precision[]) AS n (id, heat)"
    " JOIN game_games g ON g.id = n.id ORDER BY g.id"
    " ON CONFLICT (game_id) DO UPDATE SET heat = GREATEST(t.heat, excluded.heat)"
    " + ln(1 + exp(-LEAST(abs(t.heat - excluded.heat), 700)))",
    PgKind::kWrite};

// The update changes nothing, but lets the row that is there be seen, whoever put it there.
constexpr PgStatement kKeepSecret{
    "INSERT INTO game_secrets AS s (name, secret) VALUES ($1, $2)"
    " ON CONFLICT (name) DO UPDATE SET secret = s.secret RETURNING s.secret",
    PgKind::kWrite, /*repeatable=*/true};

StatusOr<Game> GameIn(const PgResult& result, int row) {
  Game game;
  game.id = result.Text(row, 0);
  game.owner_id = result.Text(row, 1);
  game.name = result.Text(row, 2);
  game.short_description = result.Text(row, 3);
  game.description = result.Text(row, 4);
  game.image_url = result.Text(row, 5);
  game.max_sessions = static_cast<std::uint32_t>(result.Int(row, 6));
  game.max_players_per_session = static_cast<std::uint32_t>(result.Int(row, 7));
  game.data = result.Text(row, 8);
  OOFGG_ASSIGN_OR_RETURN(game.score_rules, ScoreRulesFromJson(result.Text(row, 9)));
  game.version = result.Int(row, 10);
  return game;
}

/// All but the version, in the order of the table's columns.
void AddRow(PgParams& params, const Game& game) {
  params.Text(game.id)
      .Text(game.owner_id)
      .Text(game.name)
      .Text(game.short_description)
      .Text(game.description)
      .Text(game.image_url)
      .Int(game.max_sessions)
      .Int(game.max_players_per_session)
      .Bytes(game.data)
      .Text(ToJson(game.score_rules));
}

}  // namespace

StatusOr<std::unique_ptr<PostgresGameStore>> PostgresGameStore::Make(PostgresDatabase& database) {
  OOFGG_RETURN_IF_ERROR(MigrateGameTables(database));
  return std::unique_ptr<PostgresGameStore>(new PostgresGameStore(database));
}

StatusOr<Game> PostgresGameStore::CreateGame(const Game& game, const game::CreationKey& key,
                                             std::uint32_t quota) {
  PgParams params = ParamsOf(key);
  params.Int(quota);
  AddRow(params, game);
  OOFGG_ASSIGN_OR_RETURN(const GameCreationResult created,
                         RunCreation(*database_, kCreateGame, std::move(params), key));
  Game ours = game;
  ours.version = 1;
  switch (created.outcome) {
    case GameCreation::kDone:
      return ours;
    case GameCreation::kMadeBefore:
      return FindGame(created.made);
    case GameCreation::kFull:
      return MakeStatus(StatusCode::kResourceExhausted,
                        "the owner has " + std::to_string(quota) + " games already");
    default:
      break;
  }
  if (created.repeated) {
    const StatusOr<Game> stored = FindGame(game.id);
    if (stored.ok() && *stored == ours) return ours;
  }
  return MakeStatus(StatusCode::kAlreadyExists, "there is a game " + game.id);
}

StatusOr<Game> PostgresGameStore::FindGame(std::string_view id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(kFindGame, PgParams().Text(id)));
  if (found.rows() == 0) return MakeStatus(StatusCode::kNotFound, "there is no game " + std::string(id));
  return GameIn(found, 0);
}

StatusOr<std::vector<Game>> PostgresGameStore::ListGames(std::string_view after, std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult found,
      database_->Run(kListGames, PgParams().Text(after).Int(static_cast<std::int64_t>(limit))));
  return TryAllRows(found, GameIn);
}

StatusOr<Game> PostgresGameStore::UpdateGame(const Game& game) {
  PgParams params;
  AddRow(params, game);
  OOFGG_ASSIGN_OR_RETURN(const PgResult updated, database_->Run(kUpdateGame, params.Int(game.version)));
  return AfterUpdate(game, updated.affected() == 1, updated, "game", [&] { return FindGame(game.id); });
}

Status PostgresGameStore::AddTrends(std::span<const game::GameTrend> trends) {
  // A statement can change a row only once.
  std::map<std::string_view, double> sums;
  for (const game::GameTrend& trend : trends) {
    const auto [sum, is_new] = sums.try_emplace(trend.game_id, trend.heat);
    if (!is_new) sum->second = game::AddHeat(sum->second, trend.heat);
  }
  if (sums.empty()) return {};
  std::vector<std::string> ids;
  std::vector<double> heats;
  for (const auto& [id, heat] : sums) {
    ids.emplace_back(id);
    heats.push_back(heat);
  }
  return database_->Run(kAddTrends, PgParams().Texts(ids).Reals(heats)).status();
}

StatusOr<std::vector<game::TrendingGame>> PostgresGameStore::ListTrending(
    const std::optional<game::GameTrend>& after, std::size_t limit) {
  const auto start = after.value_or(game::GameTrend{"", std::numeric_limits<double>::infinity()});
  OOFGG_ASSIGN_OR_RETURN(
      const PgResult found,
      database_->Run(kListTrending,
                     PgParams().Real(start.heat).Text(start.game_id).Int(static_cast<std::int64_t>(limit))));
  return TryAllRows(found, [](const PgResult& result, int row) -> StatusOr<game::TrendingGame> {
    OOFGG_ASSIGN_OR_RETURN(Game game, GameIn(result, row));
    return game::TrendingGame{.game = std::move(game), .heat = result.Real(row, kHeatColumn)};
  });
}

StatusOr<std::string> PostgresGameStore::KeepSecret(std::string_view name, std::string_view fresh) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult kept,
                         database_->Run(kKeepSecret, PgParams().Text(name).Bytes(fresh)));
  return kept.Text(0, 0);
}

StatusOr<bool> PostgresGameStore::Purge(const game::Sweep& sweep) {
  return PurgeCreationKeys(*database_, "game", sweep);
}

}  // namespace oofgg::storage
