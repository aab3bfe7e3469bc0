#pragma once

#include <memory>
#include <string_view>

#include "game/event_allowance.h"
#include "game/event_facade.h"
#include "game/event_hub.h"
#include "game/session_store.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"
#include "oofgg/stream.h"

namespace oofgg::game {

/// What admins tell everybody, or all who play one game: `GlobalService.StreamEvents`. It is the event stream
/// of a session that nobody is a member of and that never ends, so that it has the same order, replay window
/// and storage.
/// Threads: safe.
class GlobalFacade {
 public:
  struct Parts {
    SessionStore& sessions;
    EventHub& hub;
    EventAllowance& allowance;
    const Clock& clock;
    EventOptions options;
  };

  explicit GlobalFacade(const Parts& parts) : parts_(parts) {}

  /// Makes the session unless it is there. Once, before the first stream.
  Status EnsureStream();

  /// Opens a stream. The client's first message may say in `game_id` that only events of that game and those
  /// for everybody are wanted, and, to resume, the last event seen in `sequence`; without one the stream
  /// begins with the next event. A first message with more in it than that is an event as well. A client that
  /// only listens need not say anything.
  ///
  /// Events are sent by admins; each goes to all streams, its sender's too. The server sets `id`, `sequence`,
  /// `timestamp_ms` and `player_id`.
  ///
  /// The stream ends with kInvalidArgument (a message that is not right; nothing of it was sent),
  /// kPermissionDenied (an event of somebody who is no admin), kOutOfRange with reason EVENTS_GONE or
  /// kAborted with reason SLOW_CONSUMER (the message says which events are lost), kResourceExhausted (too
  /// fast, or too many streams), kUnavailable (an event came before the client had said where to resume; open
  /// again). kUnauthenticated at once: no caller.
  StatusOr<StreamHandlerPtr<GlobalEvent, GlobalEvent>> Open(const CallContext& context,
                                                            std::shared_ptr<StreamHost> host);

 private:
  const Parts parts_;
};

}  // namespace oofgg::game
