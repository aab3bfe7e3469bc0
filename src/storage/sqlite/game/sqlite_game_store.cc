#include "storage/sqlite/game/sqlite_game_store.h"

#include "storage/json_columns.h"
#include "storage/sqlite/game/creation_keys.h"
#include "storage/sqlite/with_value.h"

namespace oofgg::storage {
namespace {

#define OOFGG_GAME_COLUMNS                                                                      \
  "g.id, g.owner_id, g.name, g.short_description, g.description, g.image_url, g.max_sessions, " \
  "g.max_players_per_session, g.data, g.score_rules, g.version"

constexpr std::string_view kSelectGame = "SELECT " OOFGG_GAME_COLUMNS " FROM games g WHERE g.id = ?1";
constexpr std::string_view kSelectGames =
    "SELECT " OOFGG_GAME_COLUMNS " FROM games g WHERE g.id > ?1 ORDER BY g.id LIMIT ?2";
constexpr std::string_view kSelectTrending = "SELECT " OOFGG_GAME_COLUMNS
                                             ", t.heat FROM game_trends t JOIN games g ON g.id = t.game_id "
                                             "ORDER BY t.heat DESC, t.game_id LIMIT ?1";
constexpr std::string_view kSelectTrendingAfter =
    "SELECT " OOFGG_GAME_COLUMNS
    ", t.heat FROM game_trends t JOIN games g ON g.id = t.game_id "
    "WHERE t.heat < ?2 OR (t.heat = ?2 AND t.game_id > ?3) ORDER BY t.heat DESC, t.game_id LIMIT ?1";
#undef OOFGG_GAME_COLUMNS
constexpr int kHeatColumn = 11;

Status NoGame(std::string_view id) {
  return MakeStatus(StatusCode::kNotFound, "there is no game " + std::string(id));
}

StatusOr<Game> ReadGameRow(const Statement& row) {
  Game game;
  game.id = row.Text(0);
  game.owner_id = row.Text(1);
  game.name = row.Text(2);
  game.short_description = row.Text(3);
  game.description = row.Text(4);
  game.image_url = row.Text(5);
  game.max_sessions = static_cast<std::uint32_t>(row.Int(6));
  game.max_players_per_session = static_cast<std::uint32_t>(row.Int(7));
  game.data = row.Text(8);
  OOFGG_ASSIGN_OR_RETURN(game.score_rules, ScoreRulesFromJson(row.Text(9)));
  game.version = row.Int(10);
  return game;
}

void BindGame(Statement& statement, const Game& game) {
  statement.Bind(1, game.id)
      .Bind(2, game.owner_id)
      .Bind(3, game.name)
      .Bind(4, game.short_description)
      .Bind(5, game.description)
      .Bind(6, game.image_url)
      .Bind(7, game.max_sessions)
      .Bind(8, game.max_players_per_session)
      .Bind(9, game.data)
      .Bind(10, ToJson(game.score_rules));
}

StatusOr<Game> ReadGame(Connection& connection, std::string_view id) {
  Statement select = connection.Prepare(kSelectGame);
  OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, id).Step());
  if (!found) return NoGame(id);
  return ReadGameRow(select);
}

Status CheckQuota(Connection& connection, std::string_view owner_id, std::uint32_t quota) {
  if (quota == 0) return {};
  Statement count = connection.Prepare("SELECT count(*) FROM games WHERE owner_id = ?1");
  OOFGG_RETURN_IF_ERROR(count.Bind(1, owner_id).Step().status());
  if (count.Int(0) < static_cast<std::int64_t>(quota)) return {};
  return MakeStatus(StatusCode::kResourceExhausted,
                    "the owner has " + std::to_string(count.Int(0)) + " games already");
}

Status InsertGameRow(Connection& connection, const Game& game) {
  Statement insert = connection.Prepare(
      "INSERT INTO games (id, owner_id, name, short_description, description, image_url, max_sessions, "
      "max_players_per_session, data, score_rules, version) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1)");
  BindGame(insert, game);
  return insert.Run();
}

Status AddTrend(Connection& connection, const game::GameTrend& trend) {
  Statement select = connection.Prepare("SELECT heat FROM game_trends WHERE game_id = ?1");
  OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, trend.game_id).Step());
  const double heat = found ? game::AddHeat(select.Real(0), trend.heat) : trend.heat;
  return connection
      .Prepare("INSERT OR REPLACE INTO game_trends (game_id, heat) SELECT id, ?2 FROM games WHERE id = ?1")
      .Bind(1, trend.game_id)
      .Bind(2, heat)
      .Run();
}

}  // namespace

StatusOr<Game> SqliteGameStore::CreateGame(const Game& game, const game::CreationKey& key,
                                           std::uint32_t quota) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<Game> {
    OOFGG_ASSIGN_OR_RETURN(const std::string made, FindMade(connection, "game", key));
    if (!made.empty()) return ReadGame(connection, made);
    if (const auto taken = ReadGame(connection, game.id); taken.status().code() != StatusCode::kNotFound) {
      return taken.ok() ? MakeStatus(StatusCode::kAlreadyExists, "there is a game " + game.id)
                        : taken.status();
    }
    OOFGG_RETURN_IF_ERROR(CheckQuota(connection, game.owner_id, quota));
    OOFGG_RETURN_IF_ERROR(InsertGameRow(connection, game));
    OOFGG_RETURN_IF_ERROR(RememberMade(connection, "game", key, game.id));
    return ReadGame(connection, game.id);
  });
}

StatusOr<Game> SqliteGameStore::FindGame(std::string_view id) {
  return ReadValue(database_, [&](Connection& connection) { return ReadGame(connection, id); });
}

StatusOr<std::vector<Game>> SqliteGameStore::ListGames(std::string_view after, std::size_t limit) {
  return ReadValue(database_, [&](Connection& connection) -> StatusOr<std::vector<Game>> {
    std::vector<Game> games;
    Statement select = connection.Prepare(kSelectGames);
    select.Bind(1, after).Bind(2, limit);
    for (;;) {
      OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
      if (!more) return games;
      OOFGG_ASSIGN_OR_RETURN(Game game, ReadGameRow(select));
      games.push_back(std::move(game));
    }
  });
}

StatusOr<Game> SqliteGameStore::UpdateGame(const Game& game) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<Game> {
    Statement update = connection.Prepare(
        "UPDATE games SET owner_id = ?2, name = ?3, short_description = ?4, description = ?5, image_url = "
        "?6, "
        "max_sessions = ?7, max_players_per_session = ?8, data = ?9, score_rules = ?10, version = version + "
        "1 "
        "WHERE id = ?1 AND version = ?11");
    BindGame(update, game);
    OOFGG_RETURN_IF_ERROR(update.Bind(11, game.version).Run());
    const bool updated = connection.Changes() == 1;
    OOFGG_ASSIGN_OR_RETURN(Game stored, ReadGame(connection, game.id));
    if (updated) return stored;
    return MakeStatus(StatusCode::kAborted, "game " + game.id + " was written at the same time");
  });
}

Status SqliteGameStore::AddTrends(std::span<const game::GameTrend> trends) {
  return database_.Write([&](Connection& connection) -> Status {
    for (const game::GameTrend& trend : trends) OOFGG_RETURN_IF_ERROR(AddTrend(connection, trend));
    return {};
  });
}

StatusOr<std::vector<game::TrendingGame>> SqliteGameStore::ListTrending(
    const std::optional<game::GameTrend>& after, std::size_t limit) {
  return ReadValue(database_, [&](Connection& connection) -> StatusOr<std::vector<game::TrendingGame>> {
    Statement select = connection.Prepare(after.has_value() ? kSelectTrendingAfter : kSelectTrending);
    select.Bind(1, limit);
    if (after.has_value()) select.Bind(2, after->heat).Bind(3, after->game_id);
    std::vector<game::TrendingGame> trending;
    for (;;) {
      OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
      if (!more) return trending;
      OOFGG_ASSIGN_OR_RETURN(Game game, ReadGameRow(select));
      trending.push_back({.game = std::move(game), .heat = select.Real(kHeatColumn)});
    }
  });
}

StatusOr<std::string> SqliteGameStore::KeepSecret(std::string_view name, std::string_view fresh) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<std::string> {
    OOFGG_RETURN_IF_ERROR(
        connection.Prepare("INSERT INTO game_secrets (name, secret) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
            .Bind(1, name)
            .BindBlob(2, fresh)
            .Run());
    Statement select = connection.Prepare("SELECT secret FROM game_secrets WHERE name = ?1");
    OOFGG_RETURN_IF_ERROR(select.Bind(1, name).Step().status());
    return select.Text(0);
  });
}

StatusOr<bool> SqliteGameStore::Purge(const game::Sweep& sweep) {
  return WriteValue(database_, [&](Connection& connection) { return PurgeMade(connection, "game", sweep); });
}

}  // namespace oofgg::storage
