// SessionFacade: changing, leaving and deleting sessions.
#include <algorithm>
#include <utility>

#include "game/optimistic.h"
#include "game/session_checks.h"
#include "game/session_facade.h"
#include "game/session_state.h"
#include "game/validation.h"

namespace oofgg::game {
namespace {

Status OutOfSession() {
  return WithReason(MakeStatus(StatusCode::kFailedPrecondition, "you left the session"), "LEFT_SESSION");
}

// Keeps who stays, as they were, and adds the others in the order in which they are named.
void SetMembers(SessionRecord& session, const std::vector<std::string>& user_ids) {
  std::vector<SessionMember> members;
  for (const std::string& user : user_ids) {
    const auto before = std::find_if(session.members.begin(), session.members.end(),
                                     [&](const SessionMember& member) { return member.user_id == user; });
    if (before != session.members.end()) {
      members.push_back(*before);
    } else {
      members.push_back({.user_id = user, .team_id = {}, .join_ticket = {}});
    }
  }
  session.members = std::move(members);
}

std::vector<std::string> MissingIn(const SessionRecord& other, const SessionRecord& session) {
  std::vector<std::string> missing;
  for (const SessionMember& member : session.members) {
    if (!IsMember(other, member.user_id)) missing.push_back(member.user_id);
  }
  return missing;
}

// Who says that it is over says that it was played, even if it never was started.
bool BeginsMatch(SessionState from, SessionState to, const UpdateSessionRequest& request) {
  if (!IsLive(from) || IsPlayed(from)) return false;
  return IsPlayed(to) || request.state == SessionState::kFinished;
}

MatchEnd EndBy(const UpdateSessionRequest& request) {
  if (!request.state.has_value() || IsLive(*request.state)) return MatchEnd::kAbandoned;
  return *request.state == SessionState::kDeleted ? MatchEnd::kDeleted : MatchEnd::kFinished;
}

}  // namespace

// What a change of the session means for the match that is played in it.
void SessionFacade::NoteMatch(SessionState before, const SessionRecord& after, MatchEnd how) {
  if (!IsPlayed(before) || !after.alias_of.empty()) return;
  if (IsLive(after.state)) {
    parts_.matches.NoteMembers(after);
  } else {
    parts_.matches.Close(after, how);
  }
}

StatusOr<ResolvedSession> SessionFacade::FindToChange(const CallContext& context, Act act,
                                                      const std::string& id, const std::string& game_id) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadGame));  // Somebody, before anything is looked up.
  const std::string& caller = context.caller->user_id;
  OOFGG_ASSIGN_OR_RETURN(ResolvedSession session, ResolveSession(parts_.sessions, caller, id));
  if (!game_id.empty() && session.record.game_id != game_id) {
    return MakeStatus(StatusCode::kNotFound, "there is no session " + id + " of that game");
  }
  Relation relation = RelationTo(session, caller);
  relation.self = session.record.owner_id == caller;  // By alias, a match is not the player's to change.
  OOFGG_RETURN_IF_ERROR(Authorize(context, act, relation));
  if (session.record.state == SessionState::kQueued) {
    return MakeStatus(StatusCode::kFailedPrecondition, "a place in the queue is left by JoinLeave");
  }
  return session;
}

StatusOr<bool> SessionFacade::Change(SessionRecord& stored, const UpdateSessionRequest& request,
                                     const Game& game) {
  OOFGG_RETURN_IF_ERROR(CheckVersion("the session", request.version, stored.version));
  if (!IsLive(stored.state) && request.state.value_or(stored.state) == stored.state) return SessionIsOver();
  const SessionRecord before = stored;
  if (request.state.has_value()) {
    OOFGG_RETURN_IF_ERROR(CheckTransition(stored.state, *request.state));
    stored.state = *request.state;
  }
  if (request.user_ids.has_value()) {
    SetMembers(stored, *request.user_ids);
    if (stored.members.size() > CapacityOf(game)) return SessionIsFull();
    const bool host_left = IsMember(before, stored.owner_id) && !IsMember(stored, stored.owner_id);
    if (stored.members.empty()) {
      stored.state = SessionState::kFinished;
    } else if (host_left) {
      stored.owner_id = stored.members.front().user_id;
    }
  }
  if (request.replace_attributes) {
    std::erase_if(stored.attributes,
                  [](const auto& attribute) { return !IsServerAttribute(attribute.first); });
  }
  for (const std::string& key : request.remove_attributes) stored.attributes.erase(key);
  for (const auto& [key, value] : request.attributes) stored.attributes.insert_or_assign(key, value);
  if (stored.attributes.size() > kMaxAttributes) {
    return InvalidField("attributes", "would be too many; at most " + std::to_string(kMaxAttributes));
  }
  stored.region = request.region.value_or(stored.region);
  stored.data = request.data.value_or(stored.data);
  return stored != before;
}

StatusOr<Session> SessionFacade::UpdateSession(const CallContext& context,
                                               const UpdateSessionRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadGame));
  OOFGG_RETURN_IF_ERROR(CheckSessionUpdate(request));
  OOFGG_ASSIGN_OR_RETURN(const ResolvedSession session,
                         FindToChange(context, Act::kUpdateSession, request.id, request.game_id));
  OOFGG_ASSIGN_OR_RETURN(const Game game, parts_.games.FindGame(session.record.game_id));
  if (request.user_ids.has_value()) {
    OOFGG_RETURN_IF_ERROR(CheckMembers(*request.user_ids, kMaxMembers));
    for (const std::string& user : *request.user_ids) OOFGG_RETURN_IF_ERROR(parts_.erased.Check(user));
  }

  SessionRecord before;
  bool charged = false;
  bool begins = false;
  bool begin_told = false;
  const auto change = [&](SessionRecord& stored) -> StatusOr<bool> {
    before = stored;
    OOFGG_ASSIGN_OR_RETURN(const bool is_changed, Change(stored, request, game));
    begins = BeginsMatch(before.state, stored.state, request);
    if (begins) OOFGG_RETURN_IF_ERROR(parts_.matches.CheckRoom());
    if (is_changed && !std::exchange(charged, true)) {
      const std::size_t told = 1 + MissingIn(stored, before).size() + MissingIn(before, stored).size();
      OOFGG_RETURN_IF_ERROR(parts_.allowance.ChargeCall(context, stored.id, 0, told));
    }
    if (!begins) return is_changed;
    const MatchRecord match = parts_.matches.Open(stored);
    // Before the row says so, since nobody could make up for it who dies in between. Then nothing is changed.
    if (!begin_told) OOFGG_RETURN_IF_ERROR(parts_.matches.TellStarted(match));
    begin_told = true;
    return is_changed;
  };
  const auto turn = parts_.turns.Take(session.record.id);
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord changed,
                         ModifySession(parts_.sessions, session.record.id, change, request.version));
  const std::vector<std::string> gone = MissingIn(changed, before);
  const std::vector<std::string> come = MissingIn(before, changed);
  if (!IsLive(changed.state) || !gone.empty() || !come.empty()) {
    NoteMatch(begins ? SessionState::kStarted : before.state, changed, EndBy(request));
  }
  for (const std::string& player : gone) parts_.events.Left(changed, player, OutOfSession());
  for (const std::string& fresh : come) {
    parts_.attendance.Forget(changed.id, fresh);
    parts_.events.Joined(changed, fresh);
  }
  if (changed.version != before.version) parts_.events.Changed(changed);
  for (const std::string& player : gone) OOFGG_RETURN_IF_ERROR(EraseEntitiesOf(changed, player));
  return ViewOf(changed, request.id, context.caller->user_id);
}

StatusOr<Session> SessionFacade::DeleteSession(const CallContext& context,
                                               const DeleteSessionRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadGame));
  OOFGG_RETURN_IF_ERROR(CheckId("id", request.id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("game_id", request.game_id));
  OOFGG_ASSIGN_OR_RETURN(const ResolvedSession session,
                         FindToChange(context, Act::kDeleteSession, request.id, request.game_id));
  OOFGG_RETURN_IF_ERROR(parts_.log.CheckRoom());
  SessionState before = SessionState::kDeleted;
  const auto end = [&](SessionRecord& stored) -> StatusOr<bool> {
    OOFGG_RETURN_IF_ERROR(CheckTransition(stored.state, SessionState::kDeleted));
    before = std::exchange(stored.state, SessionState::kDeleted);
    return before != SessionState::kDeleted;
  };
  const auto turn = parts_.turns.Take(session.record.id);
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord deleted, ModifySession(parts_.sessions, session.record.id, end));
  NoteMatch(before, deleted, MatchEnd::kDeleted);
  if (IsLive(before)) parts_.events.Changed(deleted);
  // Of a repeated call again, since the first one may have died before it did.
  OOFGG_RETURN_IF_ERROR(parts_.log.Append({parts_.clock.WallNow(),
                                           "session.deleted",
                                           deleted.id,
                                           {{"game_id", deleted.game_id}},
                                           "session.deleted:" + deleted.id}));
  return ViewOf(deleted, request.id, context.caller->user_id);
}

StatusOr<Session> SessionFacade::LeaveSession(const SessionRecord& session, const std::string& id,
                                              const std::string& player, MatchEnd if_last) {
  bool was_in = false;
  SessionState before = session.state;
  const auto leave = [&](SessionRecord& stored) -> StatusOr<bool> {
    before = stored.state;
    was_in = RemoveMember(stored, player);
    return was_in;
  };
  const auto turn = parts_.turns.Take(session.id);
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord left, ModifySession(parts_.sessions, session.id, leave));
  if (was_in) {
    NoteMatch(before, left, if_last);
    parts_.events.Left(left, player, OutOfSession());
    if (left.owner_id != session.owner_id || !IsLive(left.state)) parts_.events.Changed(left);
  }
  // Last, and again if they left before, as the store may have failed in between.
  OOFGG_RETURN_IF_ERROR(EraseEntitiesOf(left, player));
  return ViewOf(left, id, player);
}

Status SessionFacade::TakeOut(const std::string& session_id, const std::string& player_id) {
  if (player_id == kGameServers) return {};
  const auto session = parts_.sessions.FindSession(session_id);
  if (session.status().code() == StatusCode::kNotFound) return {};
  OOFGG_RETURN_IF_ERROR(session.status());
  if (session->state == SessionState::kQueued) {
    return session->owner_id == player_id ? parts_.queue.Abandon(*session) : Status();
  }
  const bool hosted = !session->owner_id.empty() && session->alias_of.empty();
  if (!hosted || !IsLive(session->state)) return {};
  return LeaveSession(*session, session_id, player_id, MatchEnd::kHostLost).status();
}

Status SessionFacade::FinishIf(absl::FunctionRef<bool()> nobody_attends, const std::string& session_id) {
  bool ended = false;
  SessionState before = SessionState::kFinished;
  const auto finish = [&](SessionRecord& stored) -> StatusOr<bool> {
    before = stored.state;
    ended = IsLive(stored.state) && stored.state != SessionState::kQueued && nobody_attends();
    if (ended) stored.state = SessionState::kFinished;
    return ended;
  };
  const auto turn = parts_.turns.Take(session_id);
  const auto session = ModifySession(parts_.sessions, session_id, finish);
  if (session.status().code() == StatusCode::kNotFound) return {};
  OOFGG_RETURN_IF_ERROR(session.status());
  if (!ended) return {};
  NoteMatch(before, *session, MatchEnd::kExpired);
  parts_.events.Changed(*session);
  return {};
}

// What a player controlled goes with them.
Status SessionFacade::EraseEntitiesOf(const SessionRecord& session, const std::string& player) {
  OOFGG_ASSIGN_OR_RETURN(const auto entities, parts_.entities.ListEntities(session.id));
  for (const Entity& entity : entities) {
    if (entity.controller != EntityController::kPlayer || entity.player_id != player) continue;
    OOFGG_ASSIGN_OR_RETURN(const bool erased, parts_.entities.EraseEntity(session.id, entity.id));
    if (erased) parts_.events.EntityChanged(session, entity, "deleted");
  }
  return {};
}

}  // namespace oofgg::game
