#include "storage/postgres/game/postgres_player_store.h"

#include "storage/postgres/all_rows.h"
#include "storage/postgres/database.h"
#include "storage/postgres/game/after_update.h"
#include "storage/postgres/game/game_schema.h"

namespace oofgg::storage {
namespace {

#define OOFGG_SELECT_PLAYER \
  "SELECT id, username, email, team, score, is_ai, is_inactive, role, version FROM game_players WHERE "
constexpr PgStatement kFindPlayer{OOFGG_SELECT_PLAYER "id = $1", PgKind::kRead};
constexpr PgStatement kFindPlayers{OOFGG_SELECT_PLAYER "id = ANY ($1::text[])", PgKind::kRead};
#undef OOFGG_SELECT_PLAYER

// Grouped: it waits for nothing but others of the same id, which groups come to in the same order.
constexpr PgStatement kInsertPlayer{
    "INSERT INTO game_players (id, username, email, team, score, is_ai, is_inactive, role, version)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) ON CONFLICT DO NOTHING",
    PgKind::kGroupedWrite, /*repeatable=*/true};

constexpr PgStatement kUpdatePlayer{
    "UPDATE game_players SET username = $2, email = $3, team = $4, score = $5, is_ai = $6, is_inactive = $7,"
    " role = $8, version = $9 + 1 WHERE id = $1 AND version = $9",
    PgKind::kGroupedWrite, /*repeatable=*/true};

constexpr PgStatement kErasePlayer{"DELETE FROM game_players WHERE id = $1", PgKind::kGroupedWrite,
                                   /*repeatable=*/true};

Player PlayerIn(const PgResult& result, int row) {
  return {.id = result.Text(row, 0),
          .username = result.Text(row, 1),
          .email = result.Text(row, 2),
          .team = result.Text(row, 3),
          .score = static_cast<std::int32_t>(result.Int(row, 4)),
          .is_ai = result.Bool(row, 5),
          .is_inactive = result.Bool(row, 6),
          .role = result.Text(row, 7),
          .version = result.Int(row, 8)};
}

/// All but the version, as parameters 1 to 8.
PgParams RowOf(const Player& player) {
  PgParams params;
  params.Text(player.id)
      .Text(player.username)
      .Text(player.email)
      .Text(player.team)
      .Int(player.score)
      .Bool(player.is_ai)
      .Bool(player.is_inactive)
      .Text(player.role);
  return params;
}

}  // namespace

StatusOr<std::unique_ptr<PostgresPlayerStore>> PostgresPlayerStore::Make(PostgresDatabase& database) {
  OOFGG_RETURN_IF_ERROR(MigrateGameTables(database));
  return std::unique_ptr<PostgresPlayerStore>(new PostgresPlayerStore(database));
}

Status PostgresPlayerStore::InsertPlayer(const Player& player) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult inserted, database_->Run(kInsertPlayer, RowOf(player)));
  if (inserted.affected() == 1) return {};
  if (inserted.repeated()) {
    const StatusOr<Player> stored = FindPlayer(player.id);
    Player ours = player;
    ours.version = 1;
    if (stored.ok() && *stored == ours) return {};
  }
  return MakeStatus(StatusCode::kAlreadyExists, "there is a player " + player.id);
}

StatusOr<Player> PostgresPlayerStore::FindPlayer(std::string_view id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(kFindPlayer, PgParams().Text(id)));
  if (found.rows() == 0) {
    return MakeStatus(StatusCode::kNotFound, "there is no player " + std::string(id));
  }
  return PlayerIn(found, 0);
}

StatusOr<std::vector<Player>> PostgresPlayerStore::FindPlayers(std::span<const std::string> ids) {
  if (ids.empty()) return std::vector<Player>();
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(kFindPlayers, PgParams().Texts(ids)));
  return AllRows(found, PlayerIn);
}

StatusOr<Player> PostgresPlayerStore::UpdatePlayer(const Player& player) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult updated,
                         database_->Run(kUpdatePlayer, RowOf(player).Int(player.version)));
  return AfterUpdate(player, updated.affected() == 1, updated, "player",
                     [&] { return FindPlayer(player.id); });
}

StatusOr<bool> PostgresPlayerStore::ErasePlayer(std::string_view id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult erased, database_->Run(kErasePlayer, PgParams().Text(id)));
  return erased.affected() == 1 || erased.repeated();
}

}  // namespace oofgg::storage
