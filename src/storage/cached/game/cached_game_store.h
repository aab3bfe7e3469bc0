#pragma once

#include <memory>

#include "game/game_store.h"
#include "storage/cached/game/row_cache.h"

namespace oofgg::storage {

/// Games of another store, those found by id kept in memory as well. With `max_age` others may write to that
/// store too: then a game may be told as it was so long ago, but for what this one has written. Threads:
/// safe.
class CachedGameStore final : public game::GameStore {
 public:
  /// `clock` outlives it.
  CachedGameStore(std::unique_ptr<game::GameStore> inner, const Clock& clock,
                  const RowCacheOptions& options = {})
      : inner_(std::move(inner)), games_(clock, options) {}

  StatusOr<Game> CreateGame(const Game& game, const game::CreationKey& key, std::uint32_t quota) override;
  StatusOr<Game> FindGame(std::string_view id) override;
  std::shared_ptr<const Game> GameAtHand(std::string_view id) override;
  StatusOr<Game> FindGameToChange(std::string_view id) override;
  StatusOr<std::vector<Game>> ListGames(std::string_view after, std::size_t limit) override;
  StatusOr<Game> UpdateGame(const Game& game) override;
  Status AddTrends(std::span<const game::GameTrend> trends) override;
  StatusOr<std::vector<game::TrendingGame>> ListTrending(const std::optional<game::GameTrend>& after,
                                                         std::size_t limit) override;
  StatusOr<std::string> KeepSecret(std::string_view name, std::string_view fresh) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  const std::unique_ptr<game::GameStore> inner_;
  RowCache<Game> games_;
};

}  // namespace oofgg::storage
