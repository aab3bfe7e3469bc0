#include "oofgg/auth/revocation_list.h"

#include <algorithm>
#include <mutex>

namespace oofgg::auth {

void RevocationList::Add(std::string_view session_id, WallTime until) {
  const WallTime now = clock_->WallNow();
  if (until <= now) return;
  const std::unique_lock lock(mutex_);
  ForgetExpired(now);
  const auto [entry, is_new] = until_.try_emplace(std::string(session_id), until);
  if (!is_new && until <= entry->second) return;
  entry->second = until;
  by_end_.emplace(until, session_id);
}

bool RevocationList::Contains(std::string_view session_id) const {
  const std::shared_lock lock(mutex_);
  return until_.find(session_id) != until_.end();
}

std::size_t RevocationList::size() const {
  const std::shared_lock lock(mutex_);
  return until_.size();
}

void RevocationList::ForgetExpired(WallTime now) {
  while (!by_end_.empty() && by_end_.begin()->first <= now) {
    const auto entry = until_.find(by_end_.begin()->second);
    // It may have been extended since.
    if (entry != until_.end() && entry->second <= now) until_.erase(entry);
    by_end_.erase(by_end_.begin());
  }
}

}  // namespace oofgg::auth
