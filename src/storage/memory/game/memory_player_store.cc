#include "storage/memory/game/memory_player_store.h"

namespace oofgg::storage {
namespace {

Status NoPlayer(std::string_view id) {
  return MakeStatus(StatusCode::kNotFound, "there is no player " + std::string(id));
}

}  // namespace

Status MemoryPlayerStore::InsertPlayer(const Player& player) {
  const std::lock_guard lock(mutex_);
  const auto [at, inserted] = players_.try_emplace(player.id, player);
  if (!inserted) return MakeStatus(StatusCode::kAlreadyExists, "there is a player " + player.id);
  at->second.version = 1;
  return {};
}

StatusOr<Player> MemoryPlayerStore::FindPlayer(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = players_.find(id);
  if (found == players_.end()) return NoPlayer(id);
  return found->second;
}

StatusOr<std::vector<Player>> MemoryPlayerStore::FindPlayers(std::span<const std::string> ids) {
  const std::lock_guard lock(mutex_);
  std::vector<Player> players;
  for (const std::string& id : ids) {
    if (const auto found = players_.find(id); found != players_.end()) players.push_back(found->second);
  }
  return players;
}

StatusOr<Player> MemoryPlayerStore::UpdatePlayer(const Player& player) {
  const std::lock_guard lock(mutex_);
  const auto found = players_.find(player.id);
  if (found == players_.end()) return NoPlayer(player.id);
  if (found->second.version != player.version) {
    return MakeStatus(StatusCode::kAborted, "player " + player.id + " was written at the same time");
  }
  found->second = player;
  ++found->second.version;
  return found->second;
}

StatusOr<bool> MemoryPlayerStore::ErasePlayer(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = players_.find(id);
  if (found == players_.end()) return false;
  players_.erase(found);
  return true;
}

}  // namespace oofgg::storage
