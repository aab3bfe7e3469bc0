#pragma once

#include "game/game_store.h"

namespace oofgg::storage {

class Database;

/// Games in a SQLite file.
class SqliteGameStore final : public game::GameStore {
 public:
  /// `database` must outlive the store; its tables are made by MigrateGameTables.
  explicit SqliteGameStore(Database& database) : database_(database) {}

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
  Database& database_;
};

}  // namespace oofgg::storage
