#include "game/erased_players.h"

namespace oofgg::game {

void ErasedPlayers::Add(const DeletedUser& user) {
  const std::lock_guard lock(mutex_);
  players_[user.user_id] = {.deleted_at = user.deleted_at, .until = user.until};
}

bool ErasedPlayers::Contains(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  return players_.contains(id);
}

void ErasedPlayers::SetDone(std::string_view id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = players_.find(id); found != players_.end()) found->second.done = true;
}

std::vector<std::string> ErasedPlayers::Pending(WallTime now, std::chrono::milliseconds settling) {
  const std::lock_guard lock(mutex_);
  absl::erase_if(players_,
                 [now](const auto& entry) { return entry.second.done && entry.second.until < now; });
  std::vector<std::string> pending;
  for (const auto& [id, entry] : players_) {
    if (!entry.done || now < entry.deleted_at + settling) pending.push_back(id);
  }
  return pending;
}

}  // namespace oofgg::game
