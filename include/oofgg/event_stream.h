#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "oofgg/call.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

struct StreamEventsRequest {
  std::string session_id{};
  std::string game_id{};
  /// Events after this sequence number are replayed first; 0: from now on.
  std::uint64_t after_sequence = 0;
};

/// One end of a session's event stream. Dropping it leaves the stream. Threads and lifetime as of Call.
class [[nodiscard]] EventStream {
 public:
  using OnEvent = std::function<void(StatusOr<GameEvent>)>;
  enum class Side : std::uint8_t { kPlayer, kServer };

  EventStream() = default;
  /// What GameClient and InstanceClient do.
  static EventStream Open(const std::shared_ptr<internal::ClientCore>& core, Side side,
                          StreamEventsRequest request, OnEvent on_event);

  /// Sends to the session, at most once: what was on its way when the link broke may be lost. While
  /// there is no link events wait, 256 at most: kResourceExhausted. kFailedPrecondition: the stream has
  /// ended.
  Status Send(GameEvent event);

 private:
  std::function<Status(GameEvent)> send_;
  Call call_;
};

}  // namespace oofgg
