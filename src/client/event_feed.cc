#include "client/event_feed.h"

#include <utility>

#include "wire/codec.h"

namespace oofgg::internal {
namespace {

using EventsMethod = wire::methods::StreamEvents;

constexpr std::size_t kMaxOutbox = 256;
// Events that wait for the game. Above it the rest stays on the server, whose replay we ask for when a
// quarter is left.
constexpr std::size_t kMaxInbox = 1024;

}  // namespace

EventFeed::EventFeed(const std::shared_ptr<ClientCore>& core, StreamEventsRequest request, OnEvent on_event)
    : Subscription(core, wire::InfoOf<EventsMethod>(), core->callbacks()),
      request_(std::move(request)),
      on_event_(std::move(on_event)) {}

Status EventFeed::Send(GameEvent event) {
  event.session_id = request_.session_id;
  if (event.game_id.empty()) event.game_id = request_.game_id;
  event.sequence = 0;
  std::string bytes = wire::EncodeRequest<EventsMethod>(event);
  std::lock_guard lock(mutex_);
  if (finished()) return MakeStatus(StatusCode::kFailedPrecondition, "the event stream has ended");
  if (WriteLocked(bytes)) return absl::OkStatus();
  if (has_link() || outbox_.size() >= kMaxOutbox) {
    return MakeStatus(StatusCode::kResourceExhausted, "too many events wait to be sent");
  }
  outbox_.push_back(std::move(bytes));
  return absl::OkStatus();
}

std::vector<std::string> EventFeed::OnOpen() {
  paused_ = false;
  GameEvent hello;
  hello.session_id = request_.session_id;
  hello.game_id = request_.game_id;
  hello.sequence = request_.after_sequence;
  std::vector<std::string> messages = {wire::EncodeRequest<EventsMethod>(hello)};
  for (std::string& message : outbox_) messages.push_back(std::move(message));
  outbox_.clear();
  return messages;
}

StatusOr<Subscription::Next> EventFeed::OnMessage(const std::string& bytes) {
  OOFGG_ASSIGN_OR_RETURN(GameEvent event, wire::DecodeResponse<EventsMethod>(bytes));
  if (event.sequence != 0) {
    if (event.sequence <= request_.after_sequence) return Next::kGoOn;  // Replayed: known already.
    request_.after_sequence = event.sequence;
  }
  PushLocked([this, event = std::move(event)]() mutable { Deliver(std::move(event)); });
  if (callbacks_.size() < kMaxInbox) return Next::kGoOn;
  paused_ = true;
  return Next::kPause;
}

void EventFeed::Deliver(GameEvent event) {
  on_event_(std::move(event));
  if (callbacks_.size() > kMaxInbox / 4) return;
  {
    std::lock_guard lock(mutex_);
    if (!std::exchange(paused_, false)) return;
  }
  Reopen();
}

void EventFeed::OnError(const Status& error) {
  PushLocked([this, error] { on_event_(error); });
}

}  // namespace oofgg::internal
