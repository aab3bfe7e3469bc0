#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "game/attendance.h"
#include "game/event_allowance.h"
#include "game/event_hub.h"
#include "game/session_notifier.h"
#include "game/session_store.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"
#include "oofgg/stream.h"
#include "oofgg/token_bucket.h"

namespace oofgg::game {

struct EventOptions {
  /// What one player may say in one session (EventAllowance), and what a game server may.
  RateLimit rate{.per_second = 100, .burst = 200};
  RateLimit server_rate{.per_second = 10'000, .burst = 20'000};
  std::size_t max_event_bytes = 16 * 1024;  ///< Name, attributes and data of one event.
};

/// The events between the players of a session, `GameService.StreamEvents`, and as their game server has
/// them, `InstanceService.StreamEvents`. Threads: safe.
class EventFacade {
 public:
  struct Parts {
    SessionStore& sessions;
    SessionNotifier& notifier;
    EventHub& hub;
    EventAllowance& allowance;
    Attendance& attendance;
    const Clock& clock;
    EventOptions options;
  };

  /// Hears, within `OnMessage`, why an event was not taken.
  using OnRefused = std::function<void(const Status& why)>;

  explicit EventFacade(const Parts& parts) : parts_(parts) {}

  /// Opens a stream. The client's first message names the session in `session_id` and, to resume, the last
  /// event it has seen in `sequence`; without one the stream begins with the next event. A first message
  /// with more in it than that is an event as well; one that says the session alone is answered by an event
  /// with a `sequence` and nothing else, behind which the stream begins. The stream belongs to that session.
  ///
  /// An event goes to every member's streams, its sender's too, so that all see one order; one with a
  /// `team_id` to that team's members only, one with `to_player_ids` to those. The server
  /// sets `id`, `sequence`, `timestamp_ms`, `player_id`, `game_id` and `session_id`, the last as the receiver
  /// named the session. Opened on a place in the queue, the stream begins with the match's first event.
  ///
  /// The stream ends with kInvalidArgument (a message that is not right; nothing of it was sent),
  /// kNotFound, kPermissionDenied (not a member), kFailedPrecondition (the session is over or was left, or an
  /// event before there is a match), kOutOfRange with reason EVENTS_GONE or kAborted with reason
  /// SLOW_CONSUMER (the message says which events are lost), kResourceExhausted (too fast, or too many
  /// streams). kUnauthenticated at once: no caller.
  ///
  /// With `on_refused`, for listeners that can say so, an event that is not taken does not end the stream.
  StatusOr<StreamHandlerPtr<GameEvent, GameEvent>> Open(const CallContext& context,
                                                        std::shared_ptr<StreamHost> host,
                                                        OnRefused on_refused = {});

  /// The same for the session's game server: it needs not be a member but a service credential for the game,
  /// hears every event whomever it is for, and may send any type, to any team, in the name of any player or
  /// of none (an empty `player_id`).
  StatusOr<StreamHandlerPtr<GameEvent, GameEvent>> OpenAsServer(const CallContext& context,
                                                                std::shared_ptr<StreamHost> host);

 private:
  const Parts parts_;
};

}  // namespace oofgg::game
