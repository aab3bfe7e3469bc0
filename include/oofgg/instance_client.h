#pragma once

#include <memory>
#include <utility>

#include "oofgg/event_stream.h"

namespace oofgg {

/// What a game server (an instance of a game) has of a session: everything said on its stream. It signs in
/// with a service credential (AccountClient::ServiceLogin) for the game. Errors, threads and lifetime as of
/// Client.
class InstanceClient {
 public:
  explicit InstanceClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  /// As GameClient::StreamEvents, but all events come, whomever they are for, and those sent may be of any
  /// type and in the name of any player, or of none.
  EventStream StreamEvents(StreamEventsRequest request, EventStream::OnEvent on_event) {
    return EventStream::Open(core_, EventStream::Side::kServer, std::move(request), std::move(on_event));
  }

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
