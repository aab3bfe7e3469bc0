#include "storage/memory/game/memory_game_store.h"

#include <algorithm>

namespace oofgg::storage {
namespace {

Status NoGame(std::string_view id) {
  return MakeStatus(StatusCode::kNotFound, "there is no game " + std::string(id));
}

}  // namespace

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
  Game stored = game;
  stored.version = 1;
  games_.emplace(game.id, stored);
  keys_.Remember(key, game.id);
  return stored;
}

StatusOr<Game> MemoryGameStore::FindGame(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = games_.find(id);
  if (found == games_.end()) return NoGame(id);
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

StatusOr<Game> MemoryGameStore::UpdateGame(const Game& game) {
  const std::lock_guard lock(mutex_);
  const auto found = games_.find(game.id);
  if (found == games_.end()) return NoGame(game.id);
  if (found->second.version != game.version) {
    return MakeStatus(StatusCode::kAborted, "game " + game.id + " was written at the same time");
  }
  found->second = game;
  ++found->second.version;
  return found->second;
}

Status MemoryGameStore::AddTrends(std::span<const game::GameTrend> trends) {
  const std::lock_guard lock(mutex_);
  for (const game::GameTrend& trend : trends) {
    if (!games_.contains(trend.game_id)) continue;
    const auto [heat, fresh] = heat_.try_emplace(trend.game_id, trend.heat);
    if (!fresh) heat->second = game::AddHeat(heat->second, trend.heat);
  }
  return {};
}

StatusOr<std::vector<game::TrendingGame>> MemoryGameStore::ListTrending(
    const std::optional<game::GameTrend>& after, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<game::TrendingGame> trending;
  for (const auto& [id, heat] : heat_) {
    if (after.has_value() && (heat > after->heat || (heat == after->heat && id <= after->game_id))) continue;
    trending.push_back({.game = games_.find(id)->second, .heat = heat});
  }
  // Stable, and the map is in order of id.
  std::stable_sort(trending.begin(), trending.end(),
                   [](const auto& a, const auto& b) { return a.heat > b.heat; });
  if (trending.size() > limit) trending.resize(limit);
  return trending;
}

StatusOr<std::string> MemoryGameStore::KeepSecret(std::string_view name, std::string_view fresh) {
  const std::lock_guard lock(mutex_);
  return secrets_.try_emplace(std::string(name), fresh).first->second;
}

StatusOr<bool> MemoryGameStore::Purge(const game::Sweep& sweep) {
  const std::lock_guard lock(mutex_);
  keys_.Purge(sweep);
  return false;
}

}  // namespace oofgg::storage
