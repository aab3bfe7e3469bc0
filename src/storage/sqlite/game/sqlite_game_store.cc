#include "storage/sqlite/game/sqlite_game_store.h"

#include "storage/sqlite/game/creation_keys.h"
#include "storage/sqlite/with_value.h"

namespace oofgg::storage {
namespace {

constexpr std::string_view kSelectGame =
    "SELECT id, owner_id, name, short_description, description, image_url, max_sessions, "
    "max_players_per_session, data FROM games WHERE id = ?1";
constexpr std::string_view kSelectGames =
    "SELECT id, owner_id, name, short_description, description, image_url, max_sessions, "
    "max_players_per_session, data FROM games WHERE id > ?1 ORDER BY id LIMIT ?2";

Game ReadGameRow(const Statement& row) {
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
  return game;
}

StatusOr<Game> ReadGame(Connection& connection, std::string_view id) {
  Statement select = connection.Prepare(kSelectGame);
  OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, id).Step());
  if (!found) return MakeStatus(StatusCode::kNotFound, "there is no game " + std::string(id));
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
      "max_players_per_session, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
  return insert.Bind(1, game.id)
      .Bind(2, game.owner_id)
      .Bind(3, game.name)
      .Bind(4, game.short_description)
      .Bind(5, game.description)
      .Bind(6, game.image_url)
      .Bind(7, game.max_sessions)
      .Bind(8, game.max_players_per_session)
      .Bind(9, game.data)
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
    return game;
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
      games.push_back(ReadGameRow(select));
    }
  });
}

StatusOr<bool> SqliteGameStore::Purge(const game::Sweep& sweep) {
  return WriteValue(database_, [&](Connection& connection) { return PurgeMade(connection, "game", sweep); });
}

}  // namespace oofgg::storage
