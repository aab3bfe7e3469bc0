#include "net/websocket/subscriptions.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "game/session_events.h"
#include "net/websocket/text_message.h"
#include "wire/websocket.h"

namespace oofgg::net {
namespace {

// Events that are looked at in a turn, so that a flood of those that are not for this client ends too.
constexpr int kMostInATurn = 1024;

/// Whether coming back to the session helps where its stream ended so: the fault is nobody's who could mend
/// it, or events were lost, which has been told, and there are more to come.
bool IsHelpedByReturning(StatusCode code) {
  switch (code) {
    case StatusCode::kAborted:
    case StatusCode::kOutOfRange:
    case StatusCode::kUnavailable:
    case StatusCode::kInternal:
    case StatusCode::kUnknown:
    case StatusCode::kDeadlineExceeded:
    case StatusCode::kResourceExhausted:
      return true;
    default:
      return false;
  }
}

CloseCode CloseCodeFor(StatusCode code) {
  switch (code) {
    case StatusCode::kInvalidArgument:
      return CloseCode::kBadRequest;
    case StatusCode::kUnauthenticated:
      return CloseCode::kRevoked;
    case StatusCode::kPermissionDenied:
      return CloseCode::kForbidden;
    case StatusCode::kNotFound:
      return CloseCode::kNotFound;
    case StatusCode::kFailedPrecondition:
      return CloseCode::kOver;
    case StatusCode::kOutOfRange:
      return CloseCode::kEventsLost;
    default:
      return CloseCode::kNone;
  }
}

}  // namespace

/// What a stream knows of its WebSocket.
class Subscriptions::Host final : public StreamHost {
 public:
  explicit Host(std::weak_ptr<SubscriptionOwner> owner) : owner_(std::move(owner)) {}

  void Wake() override {
    has_news_ = true;
    if (const auto owner = owner_.lock()) owner->OnNews();
  }

  void Finish(Status status) override {
    {
      const std::lock_guard lock(mutex_);
      if (!end_.has_value()) end_ = std::move(status);
    }
    Wake();
  }

  [[nodiscard]] bool TakeNews() { return has_news_.exchange(false); }
  void KeepNews() { has_news_ = true; }
  [[nodiscard]] std::optional<Status> end() const {
    const std::lock_guard lock(mutex_);
    return end_;
  }

  std::vector<Status> refused;  ///< Filled within `OnMessage`, hence without the lock.

 private:
  const std::weak_ptr<SubscriptionOwner> owner_;
  std::atomic<bool> has_news_ = true;
  mutable std::mutex mutex_;
  std::optional<Status> end_;
};

Subscriptions::Subscriptions(const OpenEvents& open, Caller caller, Options options,
                             std::weak_ptr<SubscriptionOwner> owner)
    : open_(open),
      context_{.caller = std::move(caller), .bearer_token = {}, .idempotency_key = {}, .peer_address = {}},
      options_(options),
      owner_(std::move(owner)) {}

void Subscriptions::OpenPath(const std::string& session_id, std::uint64_t after, std::string& out) {
  path_ = session_id;
  Subscribe(session_id, after, /*is_path=*/true, out);
}

bool Subscriptions::IsAtHand() const {
  return std::all_of(subscriptions_.begin(), subscriptions_.end(),
                     [](const Subscription& subscription) { return subscription.handler->IsAtHand(); });
}

bool Subscriptions::Take(const ReceivedFrame& message, bool may_wait, std::string& out) {
  if (verdict_.has_value()) return true;
  binary_ = message.opcode == Opcode::kBinary;
  StatusOr<GameEvent> event =
      binary_ ? wire::DecodeWebSocketMessage(message.payload) : ReadTextMessage(message.payload);
  if (event.ok() && event->name == kSubscribeType) return TakeSubscribe(*event, may_wait, out);
  event.ok() ? Publish(*std::move(event), out) : WriteError({}, event.status(), out);
  return true;
}

bool Subscriptions::TakeSubscribe(const GameEvent& event, bool may_wait, std::string& out) {
  if (event.session_id.empty()) {
    WriteError({}, InvalidField("instance_id", "is missing; it names the session"), out);
  } else if (may_wait) {
    Subscribe(event.session_id, event.sequence, /*is_path=*/false, out);
  }
  return may_wait || event.session_id.empty();
}

void Subscriptions::Subscribe(const std::string& session_id, std::uint64_t after, bool is_path,
                              std::string& out) {
  if (Find(session_id) < subscriptions_.size()) return WriteSubscribed(session_id, out);
  if (subscriptions_.size() >= options_.max_sessions) {
    return WriteError(session_id,
                      MakeStatus(StatusCode::kResourceExhausted, "one connection takes " +
                                                                     std::to_string(options_.max_sessions) +
                                                                     " sessions; open another one"),
                      out);
  }
  const auto host = std::make_shared<Host>(owner_);
  auto handler = open_(context_, host, [host](const Status& why) { host->refused.push_back(why); });
  if (!handler.ok()) {
    WriteError(session_id, handler.status(), out);
    if (is_path) Condemn(CloseCodeFor(handler.status().code()));
    return;
  }
  subscriptions_.push_back({session_id, host, *std::move(handler), is_path, /*is_sure=*/false});
  GameEvent first;
  first.session_id = session_id;
  first.sequence = after;
  subscriptions_.back().handler->OnMessage(std::move(first));
  if (const auto end = host->end()) return End(subscriptions_.size() - 1, *end, out);
  subscriptions_.back().is_sure = after == 0;  // Else the log may be yet to be read.
  if (!is_path) WriteSubscribed(session_id, out);
}

void Subscriptions::Publish(GameEvent event, std::string& out) {
  if (event.session_id.empty()) event.session_id = path_;
  if (event.session_id.empty()) {
    return WriteError({}, InvalidField("instance_id", "is missing, and the path names no session"), out);
  }
  const std::size_t index = Find(event.session_id);
  if (index == subscriptions_.size()) {
    return WriteError(event.session_id,
                      WithReason(MakeStatus(StatusCode::kFailedPrecondition,
                                            "this connection does not have the session; subscribe to it"),
                                 "NOT_SUBSCRIBED"),
                      out);
  }
  const Subscription& subscription = subscriptions_[index];
  event.sequence = 0;
  subscription.handler->OnMessage(std::move(event));
  for (const Status& why : std::exchange(subscription.host->refused, {})) {
    WriteError(subscription.session_id, why, out);
  }
}

bool Subscriptions::Pull(std::string& out, std::size_t most_bytes) {
  bool more = false;
  ++turn_;
  for (std::size_t i = 0; i < subscriptions_.size(); ++i) {
    Subscription& subscription = subscriptions_[(turn_ + i) % subscriptions_.size()];
    if (!subscription.host->TakeNews()) continue;
    PullFrom(subscription, out, most_bytes);
    if (subscription.is_dry) continue;
    subscription.host->KeepNews();
    more = true;
  }
  for (std::size_t i = subscriptions_.size(); i-- > 0;) {
    const auto end = subscriptions_[i].is_dry ? subscriptions_[i].host->end() : std::nullopt;
    if (end.has_value()) End(i, *end, out);
  }
  return more;
}

void Subscriptions::PullFrom(Subscription& subscription, std::string& out, std::size_t most_bytes) {
  subscription.is_dry = false;
  for (int seen = 0; seen < kMostInATurn && out.size() < most_bytes; ++seen) {
    const std::optional<GameEvent> event = subscription.handler->Next();
    if (!event.has_value()) {
      subscription.is_dry = true;
      return;
    }
    subscription.is_sure = true;
    if (IsFor(*event)) WriteEvent(*event, out);
  }
}

/// What has no id only tells how far the reader has come. What a server says of a player is news to them too.
bool Subscriptions::IsFor(const GameEvent& event) const {
  if (event.id.empty()) return false;
  return options_.echo || event.type == EventType::kSystem || event.player_id != context_.caller->user_id;
}

void Subscriptions::End(std::size_t index, const Status& why, std::string& out) {
  const Subscription ended = std::move(subscriptions_[index]);
  subscriptions_.erase(subscriptions_.begin() + static_cast<std::ptrdiff_t>(index));
  ended.handler->OnClose();
  WriteError(ended.session_id, why, out);
  if (!ended.is_path) return;
  if (!ended.is_sure) return Condemn(CloseCodeFor(why.code()));
  if (IsHelpedByReturning(why.code())) Condemn(CloseCode::kNone);
}

void Subscriptions::Condemn(CloseCode code) {
  if (!verdict_.has_value()) verdict_ = {code, "the session of the path is not to be had"};
}

void Subscriptions::Close() {
  for (const Subscription& subscription : std::exchange(subscriptions_, {})) subscription.handler->OnClose();
}

std::size_t Subscriptions::Find(std::string_view session_id) const {
  std::size_t index = 0;
  while (index < subscriptions_.size() && subscriptions_[index].session_id != session_id) ++index;
  return index;
}

void Subscriptions::WriteEvent(const GameEvent& event, std::string& out) {
  if (binary_) return AppendFrame(out, Opcode::kBinary, wire::EncodeWebSocketEvent(event));
  std::string text;
  AppendTextEvent(text, event);
  AppendFrame(out, Opcode::kText, text);
}

void Subscriptions::WriteSubscribed(const std::string& session_id, std::string& out) {
  if (binary_) {
    GameEvent event;
    event.name = game::kSubscribedEvent;
    event.session_id = session_id;
    event.type = EventType::kSystem;
    return AppendFrame(out, Opcode::kBinary, wire::EncodeWebSocketEvent(event));
  }
  std::string text;
  AppendTextSubscribed(text, session_id);
  AppendFrame(out, Opcode::kText, text);
}

void Subscriptions::WriteError(std::string_view session_id, const Status& why, std::string& out) {
  if (binary_) return AppendFrame(out, Opcode::kBinary, wire::EncodeWebSocketError(session_id, why));
  std::string text;
  AppendTextError(text, session_id, why);
  AppendFrame(out, Opcode::kText, text);
}

}  // namespace oofgg::net
