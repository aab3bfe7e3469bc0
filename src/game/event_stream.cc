#include "game/event_stream.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "game/authorization.h"
#include "game/session_access.h"
#include "game/session_events.h"
#include "game/validation.h"

namespace oofgg::game {
namespace {

// Whether the message that opens a stream is also an event.
bool SaysSomething(const GameEvent& event) {
  return !event.name.empty() || !event.data.empty() || !event.attributes.empty() ||
         event.type != EventType::kUnspecified;
}

// Whether the event is for that member, besides its sender.
bool IsFor(const GameEvent& event, const std::string& player, const std::string& team) {
  if (event.player_id == player) return true;
  if (!event.to_player_ids.empty()) {
    return std::find(event.to_player_ids.begin(), event.to_player_ids.end(), player) !=
           event.to_player_ids.end();
  }
  return event.team_id.empty() || event.team_id == team;
}

std::string TeamOf(const SessionRecord& session, const std::string& player) {
  for (const SessionMember& member : session.members) {
    if (member.user_id == player) return member.team_id;
  }
  return {};
}

}  // namespace

EventStream::EventStream(const EventFacade::Parts& parts, const CallContext& context, Side side,
                         std::shared_ptr<StreamHost> host, EventFacade::OnRefused on_refused)
    : parts_(parts),
      context_(context),
      side_(side),
      host_(std::make_shared<StreamHostRef>(std::move(host))),
      on_refused_(std::move(on_refused)) {}

void EventStream::OnMessage(GameEvent message) {
  if (stage_ == Stage::kEnded) return;
  Status status;
  if (stage_ == Stage::kUnopened) {
    status = OpenFor(message);
    if (status.ok() && SaysSomething(message)) status = Send(std::move(message));
  } else {
    status = Send(std::move(message));
    if (!status.ok() && on_refused_) return on_refused_(status);
  }
  if (!status.ok()) End(std::move(status));
}

void EventStream::OnClose() {
  LeaveChannel();
  host_->Drop();
}

void EventStream::LeaveChannel() {
  const Stage left = std::exchange(stage_, Stage::kEnded);
  parts_.notifier.Remove(session_id_, this);
  cursor_.reset();
  if (left == Stage::kOpen) parts_.attendance.Depart(real_id_, Attendee());
}

std::string_view EventStream::Attendee() const {
  return side_ == Side::kPlayer ? std::string_view(context_.caller->user_id) : kGameServers;
}

void EventStream::OnSessionChanged() {
  session_changed_ = true;
  host_->Wake();
}

Status EventStream::OpenFor(const GameEvent& first) {
  OOFGG_RETURN_IF_ERROR(CheckId("session_id", first.session_id));
  if (SaysSomething(first)) OOFGG_RETURN_IF_ERROR(CheckEvent(first));
  session_id_ = first.session_id;
  // Clients that begin with an event know nothing of resuming.
  is_beginning_due_ = first.sequence == 0 && !SaysSomething(first);
  if (first.sequence == 0) return Enter({.at = EventStart::At::kNow});
  if (first.sequence == kBeforeAll) return Enter({.at = EventStart::At::kOldest});
  return Enter({.at = EventStart::At::kAfter, .after = first.sequence});
}

// Takes a cursor on the session's channel, or waits where the session is still a place in the queue.
Status EventStream::Enter(EventStart start) {
  const std::string& caller = context_.caller->user_id;
  if (stage_ == Stage::kUnopened) {
    // Before the session is read, so that a match made in between is noticed.
    parts_.notifier.Add(session_id_, shared_from_this());
    stage_ = Stage::kQueued;
  }
  OOFGG_ASSIGN_OR_RETURN(const ResolvedSession session, ResolveSession(parts_.sessions, caller, session_id_));
  OOFGG_RETURN_IF_ERROR(AuthorizeSide(session));
  if (!IsLive(session.record.state)) {
    return SessionIsOver();
  }
  if (session.record.state == SessionState::kQueued) return {};

  parts_.notifier.Remove(session_id_, this);
  const std::string& real_id = session.record.id;
  OOFGG_ASSIGN_OR_RETURN(auto channel,
                         parts_.hub.Open(real_id, [&] { return parts_.sessions.NextStreamRun(real_id); }));
  const auto limit = side_ == Side::kPlayer ? StreamLimit::kPerPlayer : StreamLimit::kNone;
  OOFGG_ASSIGN_OR_RETURN(cursor_, channel->Subscribe(
                                      caller, start, [host = host_] { host->Wake(); }, limit));
  // Who left before the cursor was there has not been told by LEAVE.
  OOFGG_ASSIGN_OR_RETURN(const ResolvedSession now, ResolveSession(parts_.sessions, caller, session_id_));
  OOFGG_RETURN_IF_ERROR(AuthorizeSide(now));
  if (!IsLive(now.record.state))
    return SessionIsOver();  // Nor has the end, if the channel was not there yet.
  cursor_->Confirm(now.record.version);
  game_id_ = session.record.game_id;
  team_id_ = TeamOf(now.record, caller);
  real_id_ = real_id;
  speaker_ = EventAllowance::SpeakerOf(real_id, caller, side_);
  parts_.attendance.Arrive(real_id_, Attendee());
  stage_ = Stage::kOpen;
  if (is_beginning_due_) host_->Wake();
  return {};
}

Status EventStream::AuthorizeSide(const ResolvedSession& session) const {
  const Act act = side_ == Side::kServer ? Act::kHostEvents : Act::kStreamEvents;
  return Authorize(context_, act, RelationTo(session, context_.caller->user_id));
}

Status EventStream::CheckEvent(const GameEvent& event) const {
  if (!event.session_id.empty() && !session_id_.empty() && event.session_id != session_id_) {
    return InvalidField("session_id", "is not the one this stream was opened for; open another stream");
  }
  OOFGG_RETURN_IF_ERROR(CheckText("event_name", event.name, 0, kMaxNameBytes));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("team_id", event.team_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("player_id", event.player_id));
  if (event.to_player_ids.size() > kMaxAddressees) {
    return InvalidField("to_player_ids", "are too many; at most " + std::to_string(kMaxAddressees));
  }
  for (const std::string& id : event.to_player_ids) OOFGG_RETURN_IF_ERROR(CheckId("to_player_ids", id));
  OOFGG_RETURN_IF_ERROR(CheckAttributes("attributes", event.attributes));
  OOFGG_RETURN_IF_ERROR(CheckData("data", event.data));
  if (IsServerEvent(event.name)) {
    return InvalidField("event_name", "is for events that the backend makes; choose another");
  }
  if (event.type == EventType::kSystem && side_ != Side::kServer) {
    return InvalidField("type", "is for events that servers make; choose another");
  }
  if (event.type > EventType::kCompletion) return InvalidField("type", "is not a type of event");
  if (event.name.size() + event.data.size() + SizeOf(event.attributes) <= parts_.options.max_event_bytes)
    return {};
  return InvalidField("data", "and attributes are too long for one event; at most " +
                                  std::to_string(parts_.options.max_event_bytes) + " bytes");
}

Status EventStream::Send(GameEvent event) {
  OOFGG_RETURN_IF_ERROR(CheckEvent(event));
  if (stage_ != Stage::kOpen) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "there is no match yet, hence nobody to send to; wait for STATE_STARTED");
  }
  OOFGG_RETURN_IF_ERROR(parts_.allowance.Charge(speaker_, SizeOf(event)));
  event.timestamp_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.WallNow().time_since_epoch())
          .count();
  if (side_ == Side::kPlayer) event.player_id = context_.caller->user_id;
  event.game_id = game_id_;
  return cursor_->Publish(std::move(event));
}

std::optional<GameEvent> EventStream::Next() {
  if (stage_ == Stage::kQueued && session_changed_.exchange(false)) {
    if (Status status = Enter({.at = EventStart::At::kOldest}); !status.ok()) End(std::move(status));
  }
  if (stage_ != Stage::kOpen) return std::nullopt;
  if (auto beginning = BeginningIfDue()) return beginning;
  while (true) {
    const auto next = cursor_->Next();
    if (!next.ok()) {
      End(next.status());
      return std::nullopt;
    }
    if (*next == nullptr) return PositionIfDue();
    if (side_ == Side::kPlayer && !IsFor(**next, context_.caller->user_id, team_id_)) {
      skipped_.Note((*next)->sequence);
      continue;
    }
    skipped_.Clear();
    is_beginning_due_ = false;
    GameEvent event = **next;
    event.session_id = session_id_;  // The receiver's name for it.
    return event;
  }
}

// Or an event that comes while the link is broken, before any other, would be lost without a word.
std::optional<GameEvent> EventStream::BeginningIfDue() {
  const auto began = is_beginning_due_ ? cursor_->Began() : std::nullopt;
  if (!began.has_value()) return std::nullopt;
  is_beginning_due_ = false;
  if (*began == 0) return std::nullopt;  // A log of old; there is no telling of it.
  return PositionAt(*began);
}

std::optional<GameEvent> EventStream::PositionIfDue() {
  const auto sequence = skipped_.TakeIfDue();
  return sequence.has_value() ? std::optional(PositionAt(*sequence)) : std::nullopt;
}

GameEvent EventStream::PositionAt(std::uint64_t sequence) const {
  GameEvent position;
  position.session_id = session_id_;
  position.sequence = sequence;
  return position;
}

void EventStream::End(Status status) {
  const bool was_open = stage_ == Stage::kOpen;
  LeaveChannel();
  // Put out, or it is over: not away. Who joins again is not waited for before they open a stream.
  const bool is_out = status.code() == StatusCode::kFailedPrecondition;
  if (was_open && is_out) parts_.attendance.Forget(real_id_, Attendee());
  host_->Finish(std::move(status));
}

}  // namespace oofgg::game
