#include "storage/memory/game/memory_game_store.h"

#include <algorithm>

namespace oofgg::storage {

StatusOr<Game> MemoryGameStore::CreateGame(const Game& game, const game::CreationKey& key,
                                           std::uint32_t quota) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(const std::string* made, keys_.Find(key));
  if (made != nullptr) return games_.find(*made)->second;
  if (games_.contains(game.id)) return MakeStatus(StatusCode::kAlreadyExists, "there is a game " + game.id);
  const auto owned = std::count_if(games_.begin(), games_.end(),
                                   [&](const auto& other) { return other.second.owner_id == game.owner_id; });
  if (quota != 0 && owned >= static_cast<std::int64_t>(quota)) {
    return MakeStatus(StatusCode::kResourceExhausted,
                      "the owner has " + std::to_string(owned) + " games already");
  }
  games_.emplace(game.id, game);
  keys_.Remember(key, game.id);
  return game;
}

StatusOr<Game> MemoryGameStore::FindGame(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = games_.find(id);
  if (found == games_.end()) return MakeStatus(StatusCode::kNotFound, "there is no game " + std::string(id));
  return found->second;
}

StatusOr<std::vector<Game>> MemoryGameStore::ListGames(std::string_view after, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<Game> games;
  for (auto it = games_.upper_bound(after); it != games_.end() && games.size() < limit; ++it) {
    games.push_back(it->second);
  }
  return games;
}

StatusOr<bool> MemoryGameStore::Purge(const game::Sweep& sweep) {
  const std::lock_guard lock(mutex_);
  keys_.Purge(sweep);
  return false;
}

}  // namespace oofgg::storage
