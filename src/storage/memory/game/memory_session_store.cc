#include "storage/memory/game/memory_session_store.h"

#include <algorithm>

namespace oofgg::storage {
namespace {

using game::SessionRecord;

Status NoSession(std::string_view id) {
  return MakeStatus(StatusCode::kNotFound, "there is no session " + std::string(id));
}

bool HasMember(const SessionRecord& session, std::string_view user_id) {
  return std::any_of(session.members.begin(), session.members.end(),
                     [user_id](const auto& member) { return member.user_id == user_id; });
}

// Live, of that game, and not the other name of another session.
bool IsLiveOf(const SessionRecord& session, std::string_view game_id) {
  return session.game_id == game_id && session.alias_of.empty() && game::IsLive(session.state);
}

}  // namespace

bool MemorySessionStore::HasPlaceLocked(const SessionRecord& place) const {
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& entry) {
    const SessionRecord& other = entry.second;
    return other.id != place.id && other.state == SessionState::kQueued && other.owner_id == place.owner_id &&
           other.game_id == place.game_id;
  });
}

StatusOr<SessionRecord> MemorySessionStore::CreateSession(const SessionRecord& session,
                                                          const game::CreationKey& key,
                                                          std::uint32_t max_live) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(const std::string* made, keys_.Find(key));
  const auto before = made == nullptr ? sessions_.end() : sessions_.find(*made);
  if (before != sessions_.end()) return before->second;
  if (sessions_.contains(session.id)) {
    return MakeStatus(StatusCode::kAlreadyExists, "there is a session " + session.id);
  }
  if (session.state == SessionState::kQueued && HasPlaceLocked(session)) {
    return MakeStatus(StatusCode::kAlreadyExists, "the player is in the queue of this game already");
  }
  const auto live = std::count_if(sessions_.begin(), sessions_.end(), [&](const auto& entry) {
    return IsLiveOf(entry.second, session.game_id) && entry.second.state != SessionState::kQueued;
  });
  if (max_live != 0 && live >= static_cast<std::int64_t>(max_live)) {
    return MakeStatus(StatusCode::kResourceExhausted, "the game has all the sessions it may have");
  }
  SessionRecord stored = session;
  stored.version = 1;
  sessions_.emplace(stored.id, stored);
  keys_.Remember(key, stored.id);
  return stored;
}

StatusOr<SessionRecord> MemorySessionStore::FindSession(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return NoSession(id);
  return found->second;
}

StatusOr<SessionRecord> MemorySessionStore::UpdateSession(const SessionRecord& session) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session.id);
  if (found == sessions_.end()) return NoSession(session.id);
  if (found->second.version != session.version) {
    return MakeStatus(StatusCode::kAborted, "session " + session.id + " was written at the same time");
  }
  found->second = session;
  ++found->second.version;
  return found->second;
}

StatusOr<SessionRecord> MemorySessionStore::FindActive(std::string_view user_id, std::string_view game_id) {
  const std::lock_guard lock(mutex_);
  const SessionRecord* newest = nullptr;
  for (const auto& [id, session] : sessions_) {
    if (!IsLiveOf(session, game_id) || !HasMember(session, user_id)) continue;
    if (session.state == SessionState::kQueued) return session;
    newest = &session;
  }
  if (newest != nullptr) return *newest;
  return MakeStatus(StatusCode::kNotFound, "the player is in no session of game " + std::string(game_id));
}

StatusOr<std::vector<SessionRecord>> MemorySessionStore::ListSessions(std::string_view game_id,
                                                                      std::string_view user_id,
                                                                      std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<SessionRecord> found;
  for (auto it = sessions_.rbegin(); it != sessions_.rend() && found.size() < limit; ++it) {
    const SessionRecord& session = it->second;
    const bool open = !session.owner_id.empty() &&
                      (session.state == SessionState::kCreated || session.state == SessionState::kWaiting);
    if (IsLiveOf(session, game_id) && (open || HasMember(session, user_id))) found.push_back(session);
  }
  return found;
}

StatusOr<std::vector<SessionRecord>> MemorySessionStore::ListRunning(std::string_view after,
                                                                     std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<SessionRecord> running;
  for (auto it = sessions_.upper_bound(after); it != sessions_.end() && running.size() < limit; ++it) {
    const SessionRecord& session = it->second;
    if (session.state == SessionState::kQueued || !session.alias_of.empty()) continue;
    if (game::IsLive(session.state)) running.push_back(session);
  }
  return running;
}

StatusOr<std::vector<SessionRecord>> MemorySessionStore::ListQueued() {
  const std::lock_guard lock(mutex_);
  std::vector<SessionRecord> queued;
  for (const auto& [id, session] : sessions_) {
    if (session.state == SessionState::kQueued) queued.push_back(session);
  }
  return queued;
}

StatusOr<std::vector<SessionRecord>> MemorySessionStore::ListSessionsOf(std::string_view user_id,
                                                                        std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<SessionRecord> found;
  for (auto it = sessions_.begin(); it != sessions_.end() && found.size() < limit; ++it) {
    if (it->second.owner_id == user_id || HasMember(it->second, user_id)) found.push_back(it->second);
  }
  return found;
}

Status MemorySessionStore::EraseSession(std::string_view id) {
  const std::lock_guard lock(mutex_);
  EraseLocked(std::string(id));
  return {};
}

// With its aliases, which stand for nothing else.
void MemorySessionStore::EraseLocked(const std::string& id) {
  std::erase_if(sessions_,
                [&](const auto& other) { return other.first == id || other.second.alias_of == id; });
  stream_runs_.erase(id);
  ended_.erase(id);
}

StatusOr<std::uint64_t> MemorySessionStore::NextStreamRun(std::string_view session_id) {
  const std::lock_guard lock(mutex_);
  if (!sessions_.contains(session_id)) return NoSession(session_id);
  return stream_runs_[std::string(session_id)]++;
}

StatusOr<bool> MemorySessionStore::Purge(const game::Sweep& sweep) {
  const std::lock_guard lock(mutex_);
  keys_.Purge(sweep);
  for (const auto& [id, session] : sessions_) {
    if (!game::IsLive(session.state)) ended_.try_emplace(id, sweep.now);
  }
  std::vector<std::string> old;
  for (const auto& [id, since] : ended_) {
    if (since + sweep.keep <= sweep.now) old.push_back(id);
  }
  for (const std::string& id : old) EraseLocked(id);
  return false;
}

}  // namespace oofgg::storage
