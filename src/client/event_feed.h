#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/subscription.h"
#include "wire/codec.h"

namespace oofgg::internal {

/// Both directions of a stream of numbered events over all its links; `M` is the method, whose messages have
/// a `sequence`.
template <class M>
class EventFeed final : public Subscription {
 public:
  using Event = typename M::Response;
  using OnEvent = std::function<void(StatusOr<Event>)>;

  /// `hello` is what a new link begins with; its `sequence`, the last event received, moves on with them.
  EventFeed(const std::shared_ptr<ClientCore>& core, Event hello, OnEvent on_event)
      : Subscription(core, wire::InfoOf<M>(), core->callbacks()),
        hello_(std::move(hello)),
        on_event_(std::move(on_event)) {}

  /// `event` without a place of its own in the stream: the server gives it one.
  Status Send(Event event) {
    event.sequence = 0;
    std::string bytes = wire::EncodeRequest<M>(event);
    std::lock_guard lock(mutex_);
    if (finished()) return MakeStatus(StatusCode::kFailedPrecondition, "the event stream has ended");
    if (WriteLocked(bytes)) return absl::OkStatus();
    if (has_link() || outbox_.size() >= kMaxOutbox) {
      return MakeStatus(StatusCode::kResourceExhausted, "too many events wait to be sent");
    }
    outbox_.push_back(std::move(bytes));
    return absl::OkStatus();
  }

  /// What the stream was opened for; does not change.
  [[nodiscard]] const Event& hello() const { return hello_; }

 private:
  static constexpr std::size_t kMaxOutbox = 256;
  // Events that wait for the game. Above it the rest stays on the server, whose replay we ask for when a
  // quarter is left.
  static constexpr std::size_t kMaxInbox = 1024;

  std::vector<std::string> OnOpen() override {
    paused_ = false;
    std::vector<std::string> messages = {wire::EncodeRequest<M>(hello_)};
    for (std::string& message : outbox_) messages.push_back(std::move(message));
    outbox_.clear();
    return messages;
  }

  StatusOr<Next> OnMessage(const std::string& bytes) override {
    OOFGG_ASSIGN_OR_RETURN(Event event, wire::DecodeResponse<M>(bytes));
    if (event.sequence != 0) {
      if (event.sequence <= hello_.sequence) return Next::kGoOn;  // Replayed: known already.
      hello_.sequence = event.sequence;
      if (event.id.empty()) return Next::kGoOn;  // Only how far it went: those before were for others.
    }
    PushLocked([this, event = std::move(event)]() mutable { Deliver(std::move(event)); });
    if (callbacks_.size() < kMaxInbox) return Next::kGoOn;
    paused_ = true;
    return Next::kPause;
  }

  void Deliver(Event event) {
    on_event_(std::move(event));
    if (callbacks_.size() > kMaxInbox / 4) return;
    {
      std::lock_guard lock(mutex_);
      if (!std::exchange(paused_, false)) return;
    }
    Reopen();
  }

  void OnError(const Status& error) override {
    PushLocked([this, error] { on_event_(error); });
  }
  void DropCallback() override { on_event_ = nullptr; }

  Event hello_;                     // Its sequence under `mutex_`.
  OnEvent on_event_;                // Used by callbacks only, which are one at a time.
  std::deque<std::string> outbox_;  // While there is no link.
  bool paused_ = false;
};

}  // namespace oofgg::internal
