#pragma once

#include <map>
#include <mutex>
#include <string>

#include "game/game_store.h"
#include "storage/memory/game/creation_keys.h"

namespace oofgg::storage {

/// Games that end with the process.
class MemoryGameStore final : public game::GameStore {
 public:
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
  std::mutex mutex_;
  std::map<std::string, Game, std::less<>> games_;
  std::map<std::string, double, std::less<>> heat_;
  std::map<std::string, std::string, std::less<>> secrets_;
  CreationKeys<std::string> keys_;
};

}  // namespace oofgg::storage
