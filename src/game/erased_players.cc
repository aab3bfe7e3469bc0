#include "game/erased_players.h"

namespace oofgg::game {

void ErasedPlayers::Add(const DeletedUser& user, WallTime now) {
  const std::lock_guard lock(mutex_);
  Entry& entry = players_.try_emplace(user.user_id, Entry{.heard_at = now}).first->second;
  entry.until = user.until;
  entry.done = false;
}

bool ErasedPlayers::Contains(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  return players_.contains(id);
}

Status ErasedPlayers::Check(std::string_view id) const {
  if (!Contains(id)) return {};
  return WithReason(MakeStatus(StatusCode::kNotFound,
                               "the account of player " + std::string(id) + " was deleted; keep nothing"),
                    "ACCOUNT_DELETED");
}

void ErasedPlayers::NoteErased(std::string_view id, WallTime since) {
  const std::lock_guard lock(mutex_);
  const auto found = players_.find(id);
  if (found != players_.end() && since >= found->second.heard_at + kSettling) found->second.done = true;
}

std::vector<std::string> ErasedPlayers::Pending(WallTime now) {
  const std::lock_guard lock(mutex_);
  absl::erase_if(players_,
                 [now](const auto& entry) { return entry.second.done && entry.second.until < now; });
  std::vector<std::string> pending;
  for (const auto& [id, entry] : players_) {
    if (!entry.done) pending.push_back(id);
  }
  return pending;
}

}  // namespace oofgg::game
