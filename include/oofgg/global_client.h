#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "oofgg/call.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

struct StreamGlobalEventsRequest {
  std::string game_id{};  ///< Only events of this game and those for everybody; empty: all.
  /// Events after this sequence number are replayed first; 0: from now on.
  std::uint64_t after_sequence = 0;
};

/// One end of the stream of global events. Dropping it leaves the stream. Threads and lifetime as of Call.
class [[nodiscard]] GlobalEventStream {
 public:
  GlobalEventStream() = default;

  /// Tells everybody, or all who listen to the event's game; for admins. Otherwise as EventStream::Send.
  Status Send(GlobalEvent event);

 private:
  friend class GlobalClient;
  std::function<Status(GlobalEvent)> send_;
  Call call_;
};

/// What concerns everybody. Errors, threads and lifetime as of Client.
class GlobalClient {
 public:
  using OnEvent = std::function<void(StatusOr<GlobalEvent>)>;

  explicit GlobalClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  /// Opens the stream: events once and in order, over reconnects, as GameClient::StreamEvents has those of a
  /// session.
  GlobalEventStream StreamEvents(StreamGlobalEventsRequest request, OnEvent on_event);

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
