#pragma once

#include <cstddef>
#include <memory>

#include "game/attendance_board.h"
#include "game/entity_store.h"
#include "game/game_room.h"
#include "game/match_store.h"
#include "oofgg/status.h"
#include "servers/common/ops_server.h"
#include "servers/game/settings.h"
#include "storage/postgres/database.h"
#include "storage/redis/redis_client.h"
#include "storage/sqlite/database.h"

namespace oofgg::servers {

/// The stores of oofgg-game, and the database that they stand on: one of the two. With `--redis`, sessions
/// and entities are there instead, and who attends them, for all instances.
struct GameStorage {
  std::unique_ptr<storage::Database> sqlite;
  std::unique_ptr<storage::PostgresDatabase> postgres;
  std::unique_ptr<storage::RedisClient> redis;
  std::unique_ptr<game::PlayerStore> players;
  std::unique_ptr<game::GameStore> games;
  std::unique_ptr<game::SessionStore> sessions;
  std::unique_ptr<game::EntityStore> entities;
  std::unique_ptr<game::ScoreStore> scores;
  std::unique_ptr<game::MatchStore> matches;
  std::unique_ptr<game::AttendanceBoard> attendance;
  /// How many calls should be under way at once: those on the network wait, and share what they wait for.
  std::size_t workers = 0;

  [[nodiscard]] game::GameRoom::Stores stores() const {
    return {*players, *games, *sessions, *entities, *scores, *matches, attendance.get()};
  }
};

/// Opens `--database` by its scheme and brings its tables up to date, and `--redis` where it is given.
/// Errors: those of `OpenDatabase`, `PostgresDatabase::Open`, `RedisOptionsOf` and `CheckDurability`, naming
/// the flag; kUnavailable where Redis does not answer; kFailedPrecondition where it has the sessions of
/// another database than this of PostgreSQL; on SQLite that is a warning in the log.
[[nodiscard]] StatusOr<GameStorage> OpenGameStores(const GameSettings& settings);

/// Whether Redis is there, for /readyz and /metrics; nothing without `--redis`.
void AddRedisHealth(OpsServer& ops, const GameStorage& storage);

}  // namespace oofgg::servers
