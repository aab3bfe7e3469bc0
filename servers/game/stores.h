#pragma once

#include <cstddef>
#include <memory>

#include "game/entity_store.h"
#include "game/game_room.h"
#include "oofgg/status.h"
#include "servers/common/server_flags.h"
#include "storage/postgres/database.h"
#include "storage/sqlite/database.h"

namespace oofgg::servers {

/// The stores of oofgg-game, and the database that they stand on: one of the two.
struct GameStorage {
  std::unique_ptr<storage::Database> sqlite;
  std::unique_ptr<storage::PostgresDatabase> postgres;
  std::unique_ptr<game::PlayerStore> players;
  std::unique_ptr<game::GameStore> games;
  std::unique_ptr<game::SessionStore> sessions;
  std::unique_ptr<game::EntityStore> entities;
  std::unique_ptr<game::ScoreStore> scores;
  /// How many calls should be under way at once: those on the network wait, and share what they wait for.
  std::size_t workers = 0;

  [[nodiscard]] game::GameRoom::Stores stores() const {
    return {*players, *games, *sessions, *entities, *scores};
  }
};

/// Opens `--database` by its scheme and brings its tables up to date. Errors: those of `OpenDatabase` and of
/// `PostgresDatabase::Open`, naming the flag.
[[nodiscard]] StatusOr<GameStorage> OpenGameStores(const ServerSettings& settings);

}  // namespace oofgg::servers
