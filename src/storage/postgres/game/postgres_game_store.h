#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "game/game_store.h"

namespace oofgg::storage {

class PostgresDatabase;

/// Games in PostgreSQL.
class PostgresGameStore final : public game::GameStore {
 public:
  /// Makes or upgrades the tables of the game room. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<PostgresGameStore>> Make(PostgresDatabase& database);

  StatusOr<Game> CreateGame(const Game& game, const game::CreationKey& key, std::uint32_t quota) override;
  StatusOr<Game> FindGame(std::string_view id) override;
  StatusOr<std::vector<Game>> ListGames(std::string_view after, std::size_t limit) override;
  StatusOr<Game> UpdateGame(const Game& game) override;
  Status AddTrends(std::span<const game::GameTrend> trends) override;
  StatusOr<std::vector<game::TrendingGame>> ListTrending(const std::optional<game::GameTrend>& after,
                                                         std::size_t limit) override;
  StatusOr<std::string> KeepSecret(std::string_view name, std::string_view fresh) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  explicit PostgresGameStore(PostgresDatabase& database) : database_(&database) {}

  PostgresDatabase* database_;
};

}  // namespace oofgg::storage
