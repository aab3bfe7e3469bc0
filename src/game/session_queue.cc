#include "game/session_queue.h"

#include <utility>

#include "game/session_access.h"
#include "game/ticket_follower.h"
#include "game/trends.h"

namespace oofgg::game {
namespace {

// Whether the maker may have taken the ticket although we were told an error.
bool OutcomeUnknown(const Status& status) {
  return status.code() == StatusCode::kUnavailable || status.code() == StatusCode::kDeadlineExceeded ||
         status.code() == StatusCode::kCancelled || status.code() == StatusCode::kUnknown;
}

StatusOr<bool> Delete(SessionRecord& place) {
  if (place.state != SessionState::kQueued) return false;
  place.state = SessionState::kDeleted;
  return true;
}

}  // namespace

SessionQueue::SessionQueue(SessionStore& sessions, const ErasedPlayers& erased, MatchQueue* queue,
                           SessionNotifier& notifier, Trends& trends, UuidGenerator& ids,
                           MatchRecorder& matches)
    : sessions_(sessions),
      queue_(queue),
      notifier_(notifier),
      trends_(trends),
      ids_(ids),
      follower_(std::make_shared<TicketFollower>(sessions, erased, notifier, matches)) {}

SessionQueue::~SessionQueue() { follower_->Stop(); }

StatusOr<SessionRecord> SessionQueue::Join(const CallContext& context, std::string_view game_id,
                                           std::int32_t region) {
  if (queue_ == nullptr) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "this server has no matchmaker to queue with; join a session by its id");
  }
  OOFGG_ASSIGN_OR_RETURN(SessionRecord place, PlaceOf(context.caller->user_id, game_id, region));
  if (place.ticket_id.empty()) {
    OOFGG_ASSIGN_OR_RETURN(place, TakeTicket(context, place));
  }
  if (place.state == SessionState::kQueued) follower_->Follow(*queue_, context, place);
  return place;
}

StatusOr<SessionRecord> SessionQueue::Leave(const CallContext& context, const SessionRecord& place) {
  if (queue_ != nullptr) {
    // Without a ticket id the maker may still have one: asking again under the same key finds it.
    StatusOr<std::string> ticket = place.ticket_id;
    if (ticket->empty()) ticket = Enqueue(context, place);
    const Status cancelled = ticket.ok() ? queue_->Cancel(context, *ticket) : ticket.status();
    if (!cancelled.ok() && cancelled.code() != StatusCode::kNotFound) {
      return Annotate(cancelled, "leaving the queue of game " + place.game_id);
    }
  }
  follower_->Unfollow(place.id);
  OOFGG_ASSIGN_OR_RETURN(SessionRecord left, ModifySession(sessions_, place.id, Delete));
  notifier_.Notify(place.id);
  return left;
}

Status SessionQueue::Abandon(const SessionRecord& place) {
  if (follower_->GiveUp(place.id)) return {};
  OOFGG_RETURN_IF_ERROR(ModifySession(sessions_, place.id, Delete).status());
  notifier_.Notify(place.id);
  return {};
}

Status SessionQueue::CancelAbandoned() { return follower_->GiveUpDeleted(); }

void SessionQueue::Forget(const SessionRecord& place) { follower_->Unfollow(place.id); }

void SessionQueue::Attend(const CallContext& context, const SessionRecord& place) {
  const bool waits = place.state == SessionState::kQueued && !place.ticket_id.empty();
  if (queue_ != nullptr && waits && place.owner_id == context.caller->user_id) {
    follower_->Follow(*queue_, context, place);
  }
}

Status SessionQueue::Resume() {
  if (queue_ == nullptr) return {};
  OOFGG_ASSIGN_OR_RETURN(const std::vector<SessionRecord> places, sessions_.ListQueued());
  for (const SessionRecord& place : places) {
    if (place.ticket_id.empty()) continue;  // Its owner, asking again, gets the ticket if there is one.
    CallContext context;
    context.caller = Caller{.user_id = place.owner_id, .role = "user", .session_id = {}};
    follower_->Follow(*queue_, context, place);
  }
  return {};
}

// The stored place of the player, made if there is none.
StatusOr<SessionRecord> SessionQueue::PlaceOf(const std::string& player, std::string_view game_id,
                                              std::int32_t region) {
  auto active = sessions_.FindActive(player, game_id);
  if (active.ok() && active->state == SessionState::kQueued) return active;
  if (!active.ok() && active.status().code() != StatusCode::kNotFound) return active;

  SessionRecord place;
  place.id = ids_.Next();
  place.game_id = game_id;
  place.owner_id = player;
  place.state = SessionState::kQueued;
  place.region = region;
  place.members = {{.user_id = player, .team_id = {}, .join_ticket = {}}};
  auto made = sessions_.CreateSession(place, {}, 0);
  if (made.ok()) trends_.Note(game_id);
  if (made.ok() || made.status().code() != StatusCode::kAlreadyExists) return made;
  return sessions_.FindActive(player, game_id);  // A call at the same time was faster.
}

StatusOr<std::string> SessionQueue::Enqueue(const CallContext& context, const SessionRecord& place) {
  return queue_->Enqueue(context, {.game_id = place.game_id,
                                   .player_id = place.owner_id,
                                   .region = place.region,
                                   .idempotency_key = place.id});
}

StatusOr<SessionRecord> SessionQueue::TakeTicket(const CallContext& context, const SessionRecord& place) {
  const StatusOr<std::string> ticket = Enqueue(context, place);
  if (!ticket.ok()) {
    // A refusal ends the place. After an unknown outcome it stays, so that asking again finds the ticket.
    if (!OutcomeUnknown(ticket.status())) {
      OOFGG_RETURN_IF_ERROR(ModifySession(sessions_, place.id, [](SessionRecord& stored) -> StatusOr<bool> {
                              return stored.ticket_id.empty() ? Delete(stored) : StatusOr<bool>(false);
                            }).status());
    }
    return Annotate(ticket.status(), "queueing for game " + place.game_id);
  }
  OOFGG_ASSIGN_OR_RETURN(SessionRecord taken,
                         ModifySession(sessions_, place.id, [&](SessionRecord& stored) -> StatusOr<bool> {
                           if (stored.state != SessionState::kQueued || !stored.ticket_id.empty())
                             return false;
                           stored.ticket_id = *ticket;
                           return true;
                         }));
  if (taken.state != SessionState::kDeleted) return taken;
  static_cast<void>(
      queue_->Cancel(context, *ticket));  // Nobody holds it any more; the maker ages it out else.
  return MakeStatus(StatusCode::kAborted, "the place was given up at the same time; join again");
}

}  // namespace oofgg::game
