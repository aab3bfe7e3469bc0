#pragma once

#include "game/player_store.h"

namespace oofgg::storage {

class Database;

/// Profiles in a SQLite file.
class SqlitePlayerStore final : public game::PlayerStore {
 public:
  /// `database` must outlive the store; its tables are made by MigrateGameTables.
  explicit SqlitePlayerStore(Database& database) : database_(database) {}

  Status InsertPlayer(const Player& player) override;
  StatusOr<Player> FindPlayer(std::string_view id) override;
  StatusOr<std::vector<Player>> FindPlayers(std::span<const std::string> ids) override;
  StatusOr<Player> UpdatePlayer(const Player& player) override;
  StatusOr<bool> ErasePlayer(std::string_view id) override;

 private:
  Database& database_;
};

}  // namespace oofgg::storage
