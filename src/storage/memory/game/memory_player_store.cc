#include "storage/memory/game/memory_player_store.h"

namespace oofgg::storage {
namespace {

Status NoPlayer(std::string_view id) {
  return MakeStatus(StatusCode::kNotFound, "there is no player " + std::string(id));
}

}  // namespace

Status MemoryPlayerStore::InsertPlayer(const Player& player) {
  const std::lock_guard lock(mutex_);
  if (players_.try_emplace(player.id, game::PlayerRecord{player, 1}).second) return {};
  return MakeStatus(StatusCode::kAlreadyExists, "there is a player " + player.id);
}

StatusOr<game::PlayerRecord> MemoryPlayerStore::FindPlayer(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = players_.find(id);
  if (found == players_.end()) return NoPlayer(id);
  return found->second;
}

StatusOr<std::vector<Player>> MemoryPlayerStore::FindPlayers(std::span<const std::string> ids) {
  const std::lock_guard lock(mutex_);
  std::vector<Player> players;
  for (const std::string& id : ids) {
    if (const auto found = players_.find(id); found != players_.end())
      players.push_back(found->second.player);
  }
  return players;
}

Status MemoryPlayerStore::UpdatePlayer(const game::PlayerRecord& record) {
  const std::lock_guard lock(mutex_);
  const auto found = players_.find(record.player.id);
  if (found == players_.end()) return NoPlayer(record.player.id);
  if (found->second.version != record.version) {
    return MakeStatus(StatusCode::kAborted, "player " + record.player.id + " was written at the same time");
  }
  found->second = {record.player, record.version + 1};
  return {};
}

StatusOr<bool> MemoryPlayerStore::ErasePlayer(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = players_.find(id);
  if (found == players_.end()) return false;
  players_.erase(found);
  return true;
}

}  // namespace oofgg::storage
