#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "client/subscription.h"
#include "oofgg/game_client.h"

namespace oofgg::internal {

/// Both directions of a session's event stream over all its links.
class EventFeed final : public Subscription {
 public:
  using OnEvent = std::function<void(StatusOr<GameEvent>)>;

  EventFeed(const std::shared_ptr<ClientCore>& core, StreamEventsRequest request, OnEvent on_event);

  Status Send(GameEvent event);

 private:
  std::vector<std::string> OnOpen() override;
  StatusOr<Next> OnMessage(const std::string& bytes) override;
  void OnError(const Status& error) override;
  void DropCallback() override { on_event_ = nullptr; }
  void Deliver(GameEvent event);

  StreamEventsRequest request_;     // Its after_sequence moves on with what arrives.
  OnEvent on_event_;                // Used by callbacks only, which are one at a time.
  std::deque<std::string> outbox_;  // While there is no link.
  bool paused_ = false;
};

}  // namespace oofgg::internal
