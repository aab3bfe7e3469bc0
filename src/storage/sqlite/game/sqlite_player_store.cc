#include "storage/sqlite/game/sqlite_player_store.h"

#include "storage/sqlite/with_value.h"

namespace oofgg::storage {
namespace {

constexpr std::string_view kSelectPlayer =
    "SELECT id, username, email, team, score, is_ai, is_inactive, role, version FROM players WHERE id = ?1";

Player ReadPlayerRow(const Statement& row) {
  return {.id = row.Text(0),
          .username = row.Text(1),
          .email = row.Text(2),
          .team = row.Text(3),
          .score = static_cast<std::int32_t>(row.Int(4)),
          .is_ai = row.Int(5) != 0,
          .is_inactive = row.Int(6) != 0,
          .role = row.Text(7),
          .version = row.Int(8)};
}

Status NoPlayer(std::string_view id) {
  return MakeStatus(StatusCode::kNotFound, "there is no player " + std::string(id));
}

void BindPlayer(Statement& statement, const Player& player) {
  statement.Bind(1, player.id)
      .Bind(2, player.username)
      .Bind(3, player.email)
      .Bind(4, player.team)
      .Bind(5, player.score)
      .Bind(6, player.is_ai)
      .Bind(7, player.is_inactive)
      .Bind(8, player.role);
}

}  // namespace

Status SqlitePlayerStore::InsertPlayer(const Player& player) {
  return database_.Write([&](Connection& connection) {
    Statement insert = connection.Prepare(
        "INSERT INTO players (id, username, email, team, score, is_ai, is_inactive, role, version) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)");
    BindPlayer(insert, player);
    return insert.Run();
  });
}

StatusOr<Player> SqlitePlayerStore::FindPlayer(std::string_view id) {
  return ReadValue(database_, [&](Connection& connection) -> StatusOr<Player> {
    Statement select = connection.Prepare(kSelectPlayer);
    OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, id).Step());
    if (!found) return NoPlayer(id);
    return ReadPlayerRow(select);
  });
}

StatusOr<std::vector<Player>> SqlitePlayerStore::FindPlayers(std::span<const std::string> ids) {
  return ReadValue(database_, [&](Connection& connection) -> StatusOr<std::vector<Player>> {
    std::vector<Player> players;
    Statement select = connection.Prepare(kSelectPlayer);
    for (const std::string& id : ids) {
      OOFGG_ASSIGN_OR_RETURN(bool found, select.Bind(1, id).Step());
      if (!found) continue;
      players.push_back(ReadPlayerRow(select));
      OOFGG_ASSIGN_OR_RETURN(found, select.Step());  // To the end, for the next id.
    }
    return players;
  });
}

StatusOr<Player> SqlitePlayerStore::UpdatePlayer(const Player& player) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<Player> {
    Statement update = connection.Prepare(
        "UPDATE players SET username = ?2, email = ?3, team = ?4, score = ?5, is_ai = ?6, is_inactive = ?7, "
        "role = ?8, version = version + 1 WHERE id = ?1 AND version = ?9");
    BindPlayer(update, player);
    OOFGG_RETURN_IF_ERROR(update.Bind(9, player.version).Run());
    const bool updated = connection.Changes() == 1;
    Statement select = connection.Prepare(kSelectPlayer);
    OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, player.id).Step());
    if (!found) return NoPlayer(player.id);
    if (updated) return ReadPlayerRow(select);
    return MakeStatus(StatusCode::kAborted, "player " + player.id + " was written at the same time");
  });
}

StatusOr<bool> SqlitePlayerStore::ErasePlayer(std::string_view id) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<bool> {
    OOFGG_RETURN_IF_ERROR(connection.Prepare("DELETE FROM players WHERE id = ?1").Bind(1, id).Run());
    return connection.Changes() > 0;
  });
}

}  // namespace oofgg::storage
