#include "game/session_access.h"

#include <algorithm>
#include <string>
#include <utility>

#include "game/optimistic.h"

namespace oofgg::game {

StatusOr<ResolvedSession> ResolveSession(SessionStore& sessions, std::string_view user_id,
                                         std::string_view id) {
  if (id == kGlobalSessionId)
    return MakeStatus(StatusCode::kNotFound, "there is no session " + std::string(id));
  ResolvedSession session;
  OOFGG_ASSIGN_OR_RETURN(session.record, sessions.FindSession(id));
  if (session.record.alias_of.empty()) return session;
  if (session.record.owner_id != user_id) {
    return MakeStatus(StatusCode::kNotFound, "there is no session " + std::string(id));
  }
  session.by_alias = true;
  const std::string match_id = session.record.alias_of;
  OOFGG_ASSIGN_OR_RETURN(session.record, sessions.FindSession(match_id));
  return session;
}

std::optional<ResolvedSession> ResolveAtHand(SessionStore& sessions, std::string_view id) {
  if (id == kGlobalSessionId) return std::nullopt;
  const auto record = sessions.SessionAtHand(id);
  if (record == nullptr || !record->alias_of.empty()) return std::nullopt;
  return ResolvedSession{.record = *record, .by_alias = false};
}

Status EnsureGlobalSession(SessionStore& sessions) {
  SessionRecord session;
  session.id = kGlobalSessionId;
  session.state = SessionState::kStarted;
  const Status made = sessions.CreateSession(session, {}, 0).status();
  return made.code() == StatusCode::kAlreadyExists ? Status() : made;
}

bool IsMember(const SessionRecord& record, std::string_view user_id) {
  return std::any_of(record.members.begin(), record.members.end(),
                     [user_id](const SessionMember& member) { return member.user_id == user_id; });
}

bool RemoveMember(SessionRecord& record, std::string_view user_id) {
  const auto gone = std::erase_if(
      record.members, [user_id](const SessionMember& member) { return member.user_id == user_id; });
  if (gone == 0) return false;
  if (record.members.empty()) {
    if (IsLive(record.state)) record.state = SessionState::kFinished;
  } else if (record.owner_id == user_id) {
    record.owner_id = record.members.front().user_id;
  }
  return true;
}

Relation RelationTo(const ResolvedSession& session, std::string_view user_id) {
  const SessionRecord& record = session.record;
  const bool by_player = !record.owner_id.empty();
  return {
      .self = session.by_alias || (by_player && record.owner_id == user_id),
      .member = IsMember(record, user_id),
      .open = by_player && (record.state == SessionState::kCreated || record.state == SessionState::kWaiting),
      .game_id = record.game_id};
}

Session ViewOf(const SessionRecord& record, std::string_view id, std::string_view viewer) {
  Session session{.id = std::string(id),
                  .game_id = record.game_id,
                  .user_ids = {},
                  .state = record.state,
                  .attributes = record.attributes,
                  .region = record.region,
                  .data = record.data,
                  .host_id = record.owner_id,
                  .version = record.version};
  for (const SessionMember& member : record.members) {
    session.user_ids.push_back(member.user_id);
    if (member.user_id == viewer && !member.join_ticket.empty()) {
      session.attributes.insert_or_assign(std::string(kJoinTicketAttribute), member.join_ticket);
    }
  }
  return session;
}

StatusOr<SessionRecord> ModifySession(SessionStore& sessions, std::string_view id,
                                      absl::FunctionRef<StatusOr<bool>(SessionRecord&)> change,
                                      std::int64_t version) {
  const auto attempt = [&]() -> StatusOr<SessionRecord> {
    OOFGG_ASSIGN_OR_RETURN(SessionRecord record, sessions.FindSession(id));
    OOFGG_ASSIGN_OR_RETURN(const bool changed, change(record));
    if (!changed) return record;
    return sessions.UpdateSession(record);
  };
  return RetryOnConflict(attempt, version);
}

bool IsServerAttribute(std::string_view key) {
  return key == kAddressAttribute || key == kJoinTicketAttribute || key == kMatchIdAttribute ||
         key == kErrorAttribute;
}

}  // namespace oofgg::game
