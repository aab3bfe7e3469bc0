#include "game/session_facade.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "game/session_watch.h"
#include "game/validation.h"

namespace oofgg::game {
namespace {

Status CheckMembers(const std::vector<std::string>& user_ids, std::size_t capacity) {
  if (user_ids.size() > capacity) {
    return InvalidField("user_ids",
                        "are more than the game allows in a session; at most " + std::to_string(capacity));
  }
  for (const std::string& user : user_ids) OOFGG_RETURN_IF_ERROR(CheckId("user_ids", user));
  std::vector<std::string> sorted = user_ids;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) return {};
  return InvalidField("user_ids", "names a player twice");
}

Status CheckNewSession(const CreateSessionRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckId("game_id", request.game_id));
  if (request.state != SessionState::kCreated && request.state != SessionState::kWaiting) {
    return InvalidField("state", "is not one that a session begins in; STATE_CREATED or STATE_WAITING");
  }
  OOFGG_RETURN_IF_ERROR(CheckAttributes("attributes", request.attributes));
  for (const auto& [key, value] : request.attributes) {
    // Or a player could send the others to an address of their choosing.
    if (IsServerAttribute(key))
      return InvalidField("attributes." + key, "is set by the server only; use another key");
  }
  OOFGG_RETURN_IF_ERROR(CheckRegion(request.region));
  return CheckData("data", request.data);
}

Fingerprint SumOf(const CreateSessionRequest& request) {
  Fingerprint sum;
  sum.Add(request.game_id)
      .Add(static_cast<std::int64_t>(request.state))
      .Add(request.region)
      .Add(request.data);
  for (const std::string& user : request.user_ids) sum.Add(user);
  for (const auto& [key, value] : request.attributes) {
    sum.Add(key).Add(static_cast<std::int64_t>(value.index()));
    if (const auto* text = std::get_if<std::string>(&value)) sum.Add(*text);
    if (const auto* number = std::get_if<std::int32_t>(&value)) sum.Add(*number);
    if (const auto* real = std::get_if<float>(&value)) sum.Add(std::to_string(*real));
    if (const auto* flag = std::get_if<bool>(&value)) sum.Add(std::int64_t{*flag});
  }
  return sum;
}

std::size_t CapacityOf(const Game& game) {
  return game.max_players_per_session == 0 ? kMaxMembers
                                           : std::min<std::size_t>(game.max_players_per_session, kMaxMembers);
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
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord made,
                         parts_.sessions.CreateSession(session, key, game.max_sessions));
  if (made.id == session.id) {
    parts_.log.Append({parts_.clock.WallNow(),
                       "session.created",
                       made.id,
                       {{"game_id", made.game_id}, {"owner_id", made.owner_id}}});
  }
  return ViewOf(made, made.id, context.caller->user_id);
}

StatusOr<Sessions> SessionFacade::GetSession(const CallContext& context, const GetSessionRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadGame));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("game_id", request.game_id));
  if (request.id.empty()) return ListSessions(context, request.game_id);
  OOFGG_RETURN_IF_ERROR(CheckId("id", request.id));

  const std::string& caller = context.caller->user_id;
  OOFGG_ASSIGN_OR_RETURN(const ResolvedSession session, ResolveSession(parts_.sessions, caller, request.id));
  if (!request.game_id.empty() && session.record.game_id != request.game_id) {
    return MakeStatus(StatusCode::kNotFound, "there is no session " + request.id + " of that game");
  }
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadSession, RelationTo(session, caller)));
  Sessions found;
  found.sessions.push_back(ViewOf(session.record, request.id, caller));
  return found;
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
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord place,
                         parts_.queue.Join(context, request.game_id, request.region));
  return ViewOf(place, place.id, context.caller->user_id);
}

StatusOr<Session> SessionFacade::JoinSession(const CallContext& context, const JoinLeaveRequest& request) {
  const std::string& caller = context.caller->user_id;
  OOFGG_ASSIGN_OR_RETURN(const ResolvedSession session,
                         ResolveSession(parts_.sessions, caller, request.session_id));
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kJoinSession, RelationTo(session, caller)));
  if (session.record.game_id != request.game_id) return InvalidField("game_id", "is not the session's game");
  if (IsMember(session.record, caller)) return ViewOf(session.record, request.session_id, caller);
  OOFGG_ASSIGN_OR_RETURN(const Game game, parts_.games.FindGame(request.game_id));

  const auto join = [&](SessionRecord& stored) -> StatusOr<bool> {
    if (IsMember(stored, caller)) return false;
    OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kJoinSession, RelationTo({stored, false}, caller)));
    if (stored.members.size() >= CapacityOf(game)) {
      return WithReason(MakeStatus(StatusCode::kFailedPrecondition, "the session is full"), "SESSION_FULL");
    }
    stored.members.push_back({.user_id = caller, .team_id = request.team_id, .join_ticket = {}});
    return true;
  };
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord joined, ModifySession(parts_.sessions, session.record.id, join));
  Announce(joined, caller, "joined");
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
  if (!IsMember(session.record, caller)) return ViewOf(session.record, id, caller);  // Left before.

  const auto leave = [&](SessionRecord& stored) -> StatusOr<bool> {
    const auto gone =
        std::erase_if(stored.members, [&](const auto& member) { return member.user_id == caller; });
    if (stored.members.empty()) stored.state = SessionState::kFinished;
    return gone > 0;
  };
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord left, ModifySession(parts_.sessions, session.record.id, leave));
  Kick(left, caller,
       WithReason(MakeStatus(StatusCode::kFailedPrecondition, "you left the session"), "LEFT_SESSION"));
  Announce(left, caller, "left");
  return ViewOf(left, id, caller);
}

Status SessionFacade::ErasePlayer(const std::string& id) {
  while (true) {
    OOFGG_ASSIGN_OR_RETURN(const auto sessions, parts_.sessions.ListSessionsOf(id, kMaxPage));
    for (const SessionRecord& session : sessions) OOFGG_RETURN_IF_ERROR(EraseFrom(session, id));
    if (sessions.empty()) return {};
  }
}

Status SessionFacade::EraseFrom(const SessionRecord& session, const std::string& player) {
  const auto take_out = [&](SessionRecord& stored) -> StatusOr<bool> {
    std::erase_if(stored.members, [&](const auto& member) { return member.user_id == player; });
    if (stored.members.empty()) {
      stored.state = SessionState::kDeleted;  // Or who joins before it is erased would be lost with it.
    } else if (stored.owner_id == player) {
      stored.owner_id = stored.members.front().user_id;
    }
    return true;
  };
  const auto rest = ModifySession(parts_.sessions, session.id, take_out);
  if (rest.status().code() == StatusCode::kNotFound) return {};
  OOFGG_RETURN_IF_ERROR(rest.status());
  if (rest->members.empty()) {
    parts_.queue.Forget(session);
    OOFGG_RETURN_IF_ERROR(parts_.sessions.EraseSession(session.id));
  }
  Kick(
      *rest, player,
      WithReason(MakeStatus(StatusCode::kFailedPrecondition, "your account was deleted"), "ACCOUNT_DELETED"));
  Announce(*rest, player, "left");
  return {};
}

void SessionFacade::Kick(const SessionRecord& session, const std::string& player, const Status& why) {
  if (const auto channel = parts_.hub.Find(session.id)) channel->Kick(player, why);
}

// To those who watch the row, and to those who listen to the session's events, if anybody does.
void SessionFacade::Announce(const SessionRecord& session, const std::string& player,
                             const std::string& event_name) {
  parts_.notifier.Notify(session.id);
  const auto channel = parts_.hub.Find(session.id);
  if (channel == nullptr) return;
  GameEvent event;
  event.name = event_name;
  event.type = EventType::kSystem;
  event.timestamp_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.WallNow().time_since_epoch())
          .count();
  event.game_id = session.game_id;
  event.player_id = player;
  channel->Publish(std::move(event));
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
  auto watch =
      std::make_shared<SessionWatch>(parts_.sessions, parts_.notifier, caller, request.id, std::move(host));
  // From before the first `Next` on, so that no change falls between.
  parts_.notifier.Add(request.id, watch);
  parts_.queue.Attend(context, session.record);
  return watch;
}

}  // namespace oofgg::game
