#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "game/player_store.h"

namespace oofgg::storage {

class PostgresDatabase;

/// Profiles in PostgreSQL.
class PostgresPlayerStore final : public game::PlayerStore {
 public:
  /// Makes or upgrades the tables of the game room. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<PostgresPlayerStore>> Make(PostgresDatabase& database);

  Status InsertPlayer(const Player& player) override;
  StatusOr<Player> FindPlayer(std::string_view id) override;
  StatusOr<std::vector<Player>> FindPlayers(std::span<const std::string> ids) override;
  StatusOr<Player> UpdatePlayer(const Player& player) override;
  StatusOr<bool> ErasePlayer(std::string_view id) override;

 private:
  explicit PostgresPlayerStore(PostgresDatabase& database) : database_(&database) {}

  PostgresDatabase* database_;
};

}  // namespace oofgg::storage
