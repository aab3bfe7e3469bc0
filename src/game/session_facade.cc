#include "game/session_facade.h"

#include <algorithm>
#include <utility>

#include "game/session_checks.h"
#include "game/session_watch.h"
#include "game/validation.h"

namespace oofgg::game {
namespace {

Fingerprint SumOf(const CreateSessionRequest& request) {
  Fingerprint sum;
  sum.Add(request.game_id)
      .Add(static_cast<std::int64_t>(request.state))
      .Add(request.region)
      .Add(request.data);
  for (const std::string& user : request.user_ids) sum.Add(user);
  AddAttributes(sum, request.attributes);
  return sum;
}

Status CheckToRead(const CallContext& context, const GetSessionRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadGame));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("game_id", request.game_id));
  return CheckOptionalId("id", request.id);
}

StatusOr<Sessions> ShowTo(const CallContext& context, const GetSessionRequest& request,
                          const ResolvedSession& session) {
  if (!request.game_id.empty() && session.record.game_id != request.game_id) {
    return MakeStatus(StatusCode::kNotFound, "there is no session " + request.id + " of that game");
  }
  const std::string& caller = context.caller->user_id;
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadSession, RelationTo(session, caller)));
  Sessions found;
  found.sessions.push_back(ViewOf(session.record, request.id, caller));
  return found;
}

// A player's session is for all until it begins, so being late is no question of rights.
Status CheckMayJoin(const CallContext& context, const ResolvedSession& session) {
  Status allowed = Authorize(context, Act::kJoinSession, RelationTo(session, context.caller->user_id));
  if (allowed.code() == StatusCode::kPermissionDenied && !session.record.owner_id.empty()) {
    return SessionIsClosed();
  }
  return allowed;
}

}  // namespace

StatusOr<Session> SessionFacade::CreateSession(const CallContext& context,
                                               const CreateSessionRequest& request) {
  const auto& named = request.user_ids;
  const bool member =
      context.caller.has_value() &&
      (named.empty() || std::find(named.begin(), named.end(), context.caller->user_id) != named.end());
  OOFGG_RETURN_IF_ERROR(
      Authorize(context, Act::kCreateSession, {.member = member, .game_id = request.game_id}));
  OOFGG_RETURN_IF_ERROR(CheckNewSession(request));
  OOFGG_ASSIGN_OR_RETURN(const CreationKey key, MakeCreationKey(context, SumOf(request)));
  OOFGG_ASSIGN_OR_RETURN(const Game game, parts_.games.FindGame(request.game_id));
  OOFGG_RETURN_IF_ERROR(CheckMembers(named, CapacityOf(game)));
  OOFGG_RETURN_IF_ERROR(parts_.erased.Check(context.caller->user_id));
  for (const std::string& user : named) OOFGG_RETURN_IF_ERROR(parts_.erased.Check(user));

  SessionRecord session;
  session.id = parts_.ids.Next();
  session.game_id = request.game_id;
  session.owner_id = context.caller->user_id;
  session.state = request.state;
  session.attributes = request.attributes;
  session.region = request.region;
  session.data = request.data;
  for (const std::string& user : named)
    session.members.push_back({.user_id = user, .team_id = {}, .join_ticket = {}});
  if (named.empty()) {
    session.members.push_back({.user_id = context.caller->user_id, .team_id = {}, .join_ticket = {}});
  }
  OOFGG_RETURN_IF_ERROR(parts_.log.CheckRoom());
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord made,
                         parts_.sessions.CreateSession(session, key, game.max_sessions));
  if (made.id == session.id) {
    parts_.trends.Note(made.game_id, made.members.size());
  }
  OOFGG_RETURN_IF_ERROR(parts_.log.Append({parts_.clock.WallNow(),
                                           "session.created",
                                           made.id,
                                           {{"game_id", made.game_id}, {"owner_id", made.owner_id}},
                                           "session.created:" + made.id}));
  return ViewOf(made, made.id, context.caller->user_id);
}

StatusOr<Sessions> SessionFacade::GetSession(const CallContext& context, const GetSessionRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckToRead(context, request));
  if (request.id.empty()) return ListSessions(context, request.game_id);
  OOFGG_ASSIGN_OR_RETURN(const ResolvedSession session,
                         ResolveSession(parts_.sessions, context.caller->user_id, request.id));
  return ShowTo(context, request, session);
}

std::optional<StatusOr<Sessions>> SessionFacade::GetSessionAtHand(const CallContext& context,
                                                                  const GetSessionRequest& request) {
  if (!CheckToRead(context, request).ok() || request.id.empty()) return std::nullopt;
  const auto session = ResolveAtHand(parts_.sessions, request.id);
  if (!session.has_value()) return std::nullopt;
  return ShowTo(context, request, *session);
}

StatusOr<Sessions> SessionFacade::ListSessions(const CallContext& context, const std::string& game_id) {
  if (game_id.empty()) return InvalidField("id", "is missing; give the session's id, or a game_id to list");
  OOFGG_RETURN_IF_ERROR(parts_.games.FindGame(game_id).status());
  const std::string& caller = context.caller->user_id;
  OOFGG_ASSIGN_OR_RETURN(const auto records, parts_.sessions.ListSessions(game_id, caller, kMaxPage));
  Sessions found;
  for (const SessionRecord& record : records) found.sessions.push_back(ViewOf(record, record.id, caller));
  return found;
}

StatusOr<Session> SessionFacade::JoinLeave(const CallContext& context, const JoinLeaveRequest& request) {
  const bool self =
      context.caller.has_value() && (request.user_id.empty() || request.user_id == context.caller->user_id);
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kQueue, {.self = self}));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("user_id", request.user_id));
  OOFGG_RETURN_IF_ERROR(CheckId("game_id", request.game_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("session_id", request.session_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("team_id", request.team_id));
  OOFGG_RETURN_IF_ERROR(CheckRegion(request.region));
  if (request.action == JoinLeaveAction::kLeave) return Leave(context, request);
  if (request.action != JoinLeaveAction::kJoin) return InvalidField("action", "is neither JOIN nor LEAVE");
  OOFGG_RETURN_IF_ERROR(parts_.erased.Check(context.caller->user_id));
  return request.session_id.empty() ? JoinQueue(context, request) : JoinSession(context, request);
}

StatusOr<Session> SessionFacade::JoinQueue(const CallContext& context, const JoinLeaveRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.games.FindGame(request.game_id).status());
  OOFGG_RETURN_IF_ERROR(parts_.log.CheckRoom());  // For the match that comes of it.
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord place,
                         parts_.queue.Join(context, request.game_id, request.region));
  parts_.attendance.Forget(place.id, context.caller->user_id);  // Who asks again has not gone.
  return ViewOf(place, place.id, context.caller->user_id);
}

StatusOr<Session> SessionFacade::JoinSession(const CallContext& context, const JoinLeaveRequest& request) {
  const std::string& caller = context.caller->user_id;
  OOFGG_ASSIGN_OR_RETURN(const ResolvedSession session,
                         ResolveSession(parts_.sessions, caller, request.session_id));
  OOFGG_RETURN_IF_ERROR(CheckMayJoin(context, session));
  if (session.record.game_id != request.game_id) return InvalidField("game_id", "is not the session's game");
  if (IsMember(session.record, caller)) return ViewOf(session.record, request.session_id, caller);
  OOFGG_ASSIGN_OR_RETURN(const Game game, parts_.games.FindGame(request.game_id));

  bool came_in = false;
  bool charged = false;
  const auto join = [&](SessionRecord& stored) -> StatusOr<bool> {
    came_in = !IsMember(stored, caller);
    if (!came_in) return false;
    OOFGG_RETURN_IF_ERROR(CheckMayJoin(context, {stored, false}));
    if (stored.members.size() >= CapacityOf(game)) {
      return SessionIsFull();
    }
    if (!std::exchange(charged, true)) {
      // For their leaving as well, which is never refused.
      OOFGG_RETURN_IF_ERROR(parts_.allowance.ChargeCall(context, stored.id, 0, 2));
    }
    stored.members.push_back({.user_id = caller, .team_id = request.team_id, .join_ticket = {}});
    return true;
  };
  const auto turn = parts_.turns.Take(session.record.id);
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord joined, ModifySession(parts_.sessions, session.record.id, join));
  if (came_in) {
    parts_.attendance.Forget(joined.id, caller);
    parts_.events.Joined(joined, caller);
    parts_.trends.Note(joined.game_id);
  }
  return ViewOf(joined, request.session_id, caller);
}

StatusOr<Session> SessionFacade::Leave(const CallContext& context, const JoinLeaveRequest& request) {
  const std::string& caller = context.caller->user_id;
  ResolvedSession session;
  if (request.session_id.empty()) {
    OOFGG_ASSIGN_OR_RETURN(session.record, parts_.sessions.FindActive(caller, request.game_id));
  } else {
    OOFGG_ASSIGN_OR_RETURN(session, ResolveSession(parts_.sessions, caller, request.session_id));
  }
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kLeaveSession, RelationTo(session, caller)));
  if (session.record.game_id != request.game_id) return InvalidField("game_id", "is not the session's game");
  const std::string id = request.session_id.empty() ? session.record.id : request.session_id;
  if (session.record.state == SessionState::kQueued) {
    OOFGG_ASSIGN_OR_RETURN(const SessionRecord left, parts_.queue.Leave(context, session.record));
    return ViewOf(left, id, caller);
  }

  return LeaveSession(session.record, id, caller, MatchEnd::kAbandoned);
}

Status SessionFacade::ErasePlayer(const std::string& id) {
  while (true) {
    OOFGG_ASSIGN_OR_RETURN(const auto sessions, parts_.sessions.ListSessionsOf(id, kMaxPage));
    for (const SessionRecord& session : sessions) OOFGG_RETURN_IF_ERROR(EraseFrom(session, id));
    if (sessions.empty()) return {};
  }
}

Status SessionFacade::EraseFrom(const SessionRecord& session, const std::string& player) {
  SessionState before = session.state;
  const auto take_out = [&](SessionRecord& stored) -> StatusOr<bool> {
    before = stored.state;
    RemoveMember(stored, player);
    if (stored.members.empty()) {
      stored.state = SessionState::kDeleted;  // Or who joins before it is erased would be lost with it.
    } else if (stored.owner_id == player) {
      stored.owner_id = stored.members.front().user_id;  // They made it, and had left.
    }
    return true;
  };
  const auto turn = parts_.turns.Take(session.id);
  // First, or they would not be found again if the store failed in between.
  OOFGG_RETURN_IF_ERROR(EraseEntitiesOf(session, player));
  const auto rest = ModifySession(parts_.sessions, session.id, take_out);
  if (rest.status().code() == StatusCode::kNotFound) return {};
  OOFGG_RETURN_IF_ERROR(rest.status());
  NoteMatch(before, *rest, MatchEnd::kAbandoned);
  if (rest->members.empty()) {
    parts_.queue.Forget(session);
    OOFGG_RETURN_IF_ERROR(parts_.sessions.EraseSession(session.id));
  }
  parts_.events.Left(
      *rest, player,
      WithReason(MakeStatus(StatusCode::kFailedPrecondition, "your account was deleted"), "ACCOUNT_DELETED"));
  if (rest->owner_id != session.owner_id || !IsLive(rest->state)) parts_.events.Changed(*rest);
  return {};
}

StatusOr<StreamHandlerPtr<Session, Session>> SessionFacade::WatchQueue(const CallContext& context,
                                                                       const Session& request,
                                                                       std::shared_ptr<StreamHost> host) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadGame));
  OOFGG_RETURN_IF_ERROR(CheckId("id", request.id));
  const std::string& caller = context.caller->user_id;
  OOFGG_ASSIGN_OR_RETURN(const ResolvedSession session, ResolveSession(parts_.sessions, caller, request.id));
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadSession, RelationTo(session, caller)));

  host->Wake();
  auto watch = std::make_shared<SessionWatch>(parts_.sessions, parts_.notifier, parts_.attendance, context,
                                              request.id, std::move(host));
  const SessionRecord& record = session.record;
  if (record.state == SessionState::kQueued && record.owner_id == caller) watch->HoldPlace();
  // From before the first `Next` on, so that no change falls between.
  parts_.notifier.Add(request.id, watch);
  parts_.queue.Attend(context, record);
  return watch;
}

}  // namespace oofgg::game
