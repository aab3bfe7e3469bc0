#include "client/light/friend_book.h"

#include <absl/container/flat_hash_set.h>

#include "client/show_the_same.h"

namespace oofgg::internal {

void FriendBook::SetFriends(const std::vector<std::string>& friends) {
  Friends next;
  bool all_settled = true;
  for (const std::string& user_id : friends) {
    const auto known = friends_.find(user_id);
    const auto added = next.try_emplace(user_id, known == friends_.end() ? Friend() : known->second);
    all_settled = all_settled && added.first->second.settled;
  }
  friends_ = std::move(next);
  if (!all_settled) SetStale(true);
}

void FriendBook::Forget() {
  told_.clear();
  for (auto& [user_id, state] : friends_) state.settled = false;
  SetStale(true);
}

void FriendBook::ForgetOthers(const std::vector<std::string>& friends) {
  const absl::flat_hash_set<std::string_view> list(friends.begin(), friends.end());
  absl::erase_if(told_, [&](const auto& told) { return !list.contains(told.first); });
}

void FriendBook::Tell(PresenceUpdate update) {
  const auto entry = friends_.find(update.user_id);
  if (entry == friends_.end() && update.state == PresenceState::kOffline) {
    told_.erase(update.user_id);  // Also of strangers, who left.
    return;
  }
  update.version = ++last_version_;
  PresenceUpdate& told = told_[update.user_id];
  told = std::move(update);
  if (entry != friends_.end()) Queue(*entry);
}

void FriendBook::Settle() {
  for (auto& entry : friends_) {
    if (!std::exchange(entry.second.settled, true)) Queue(entry);
  }
  SetStale(false);
}

std::optional<PresenceUpdate> FriendBook::TakeReport(const std::string& user_id) {
  const auto entry = friends_.find(user_id);
  if (entry == friends_.end()) return std::nullopt;
  entry->second.queued = false;
  std::optional<PresenceUpdate> state = StateOf(*entry);
  std::optional<PresenceUpdate>& reported = entry->second.reported;
  if (!state.has_value() || (reported.has_value() && ShowTheSame(*reported, *state))) return std::nullopt;
  if (state->version == 0) state->version = ++last_version_;
  return reported = std::move(state);
}

std::optional<PresenceUpdate> FriendBook::StateOf(const std::string& user_id) const {
  const auto entry = friends_.find(user_id);
  return entry == friends_.end() ? std::nullopt : StateOf(*entry);
}

std::optional<PresenceUpdate> FriendBook::StateOf(const Friends::value_type& entry) const {
  if (const auto told = told_.find(entry.first); told != told_.end()) return told->second;
  if (!entry.second.settled) return std::nullopt;
  return PresenceUpdate{.user_id = entry.first, .state = PresenceState::kOffline};
}

void FriendBook::Queue(Friends::value_type& entry) {
  if (!std::exchange(entry.second.queued, true)) events_.push_back({.user_id = entry.first});
}

void FriendBook::SetStale(bool stale) {
  if (std::exchange(stale_, stale) != stale) events_.push_back({.user_id = {}, .stale = stale});
}

}  // namespace oofgg::internal
