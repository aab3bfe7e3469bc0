#pragma once

#include <memory>

#include "game/player_store.h"
#include "storage/cached/game/row_cache.h"

namespace oofgg::storage {

/// Profiles of another store, kept in memory as well. With `max_age` others may write to that store too:
/// then a profile may be told as it was so long ago, but for what this one has written. Threads: safe.
class CachedPlayerStore final : public game::PlayerStore {
 public:
  /// `clock` outlives it.
  CachedPlayerStore(std::unique_ptr<game::PlayerStore> inner, const Clock& clock,
                    const RowCacheOptions& options = {})
      : inner_(std::move(inner)), players_(clock, options) {}

  Status InsertPlayer(const Player& player) override;
  StatusOr<Player> FindPlayer(std::string_view id) override;
  std::shared_ptr<const Player> PlayerAtHand(std::string_view id) override;
  StatusOr<Player> FindPlayerToChange(std::string_view id) override;
  StatusOr<std::vector<Player>> FindPlayers(std::span<const std::string> ids) override;
  StatusOr<Player> UpdatePlayer(const Player& player) override;
  StatusOr<bool> ErasePlayer(std::string_view id) override;

 private:
  const std::unique_ptr<game::PlayerStore> inner_;
  RowCache<Player> players_;
};

}  // namespace oofgg::storage
