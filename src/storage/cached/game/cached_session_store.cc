#include "storage/cached/game/cached_session_store.h"

namespace oofgg::storage {
namespace {

using game::SessionRecord;

// What has ended, and aliases of it, go with a sweep, which does not say which they were.
bool IsKept(const SessionRecord& session) { return game::IsLive(session.state) && session.alias_of.empty(); }

}  // namespace

StatusOr<SessionRecord> CachedSessionStore::CreateSession(const SessionRecord& session,
                                                          const game::CreationKey& key,
                                                          std::uint32_t max_live) {
  RowCache<SessionRecord>::Writing writing(sessions_, session.id);
  auto made = inner_->CreateSession(session, key, max_live);
  if (made.ok() && made->id == session.id && IsKept(*made)) writing.Keep(*made);
  return made;
}

StatusOr<SessionRecord> CachedSessionStore::FindSession(std::string_view id) {
  if (const auto session = sessions_.Find(id)) return *session;
  const auto reading = sessions_.BeginReading(id);
  auto found = inner_->FindSession(id);
  if (found.ok() && IsKept(*found)) sessions_.Keep(reading, id, *found);
  return found;
}

std::shared_ptr<const SessionRecord> CachedSessionStore::SessionAtHand(std::string_view id) {
  return sessions_.Find(id);
}

StatusOr<SessionRecord> CachedSessionStore::UpdateSession(const SessionRecord& session) {
  RowCache<SessionRecord>::Writing writing(sessions_, session.id);
  auto updated = inner_->UpdateSession(session);
  if (updated.ok() && IsKept(*updated)) writing.Keep(*updated);
  return updated;
}

StatusOr<SessionRecord> CachedSessionStore::FindActive(std::string_view user_id, std::string_view game_id) {
  return inner_->FindActive(user_id, game_id);
}

StatusOr<std::vector<SessionRecord>> CachedSessionStore::ListSessions(std::string_view game_id,
                                                                      std::string_view user_id,
                                                                      std::size_t limit) {
  return inner_->ListSessions(game_id, user_id, limit);
}

StatusOr<std::vector<SessionRecord>> CachedSessionStore::ListRunning(std::string_view after,
                                                                     std::size_t limit) {
  return inner_->ListRunning(after, limit);
}

StatusOr<std::vector<SessionRecord>> CachedSessionStore::ListQueued() { return inner_->ListQueued(); }

StatusOr<std::vector<SessionRecord>> CachedSessionStore::ListSessionsOf(std::string_view user_id,
                                                                        std::size_t limit) {
  return inner_->ListSessionsOf(user_id, limit);
}

Status CachedSessionStore::EraseSession(std::string_view id) {
  const RowCache<SessionRecord>::Writing writing(sessions_, id);
  return inner_->EraseSession(id);
}

StatusOr<std::uint64_t> CachedSessionStore::NextStreamRun(std::string_view session_id) {
  return inner_->NextStreamRun(session_id);
}

StatusOr<bool> CachedSessionStore::Purge(const game::Sweep& sweep) { return inner_->Purge(sweep); }

}  // namespace oofgg::storage
