#pragma once

#include <string>
#include <string_view>

#include "game/event_hub.h"
#include "game/session_notifier.h"
#include "game/session_store.h"
#include "oofgg/clock.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::game {

// Names of events that only the server makes.
inline constexpr std::string_view kJoinedEvent = "joined";
inline constexpr std::string_view kLeftEvent = "left";
inline constexpr std::string_view kSessionEvent = "session";
inline constexpr std::string_view kEntityEvent = "entity";
// Of a WebSocket's own messages, which share one space of names with events.
inline constexpr std::string_view kSubscribedEvent = "subscribed";
inline constexpr std::string_view kErrorEvent = "error";

[[nodiscard]] bool IsServerEvent(std::string_view name);

/// What the server itself says on a session's stream, and to those who watch its row. Threads: safe.
class SessionEvents {
 public:
  SessionEvents(EventHub& hub, SessionNotifier& notifier, const Clock& clock)
      : hub_(hub), notifier_(notifier), clock_(clock) {}

  /// `joined`, with the player and their team.
  void Joined(const SessionRecord& session, const std::string& player);

  /// `left`, with the player, whose own streams end with `why`.
  void Left(const SessionRecord& session, const std::string& player, const Status& why);

  /// `session`, with the attributes `state` (as the contract spells it), `version` and `host_id`. If it is
  /// over, all streams end behind it.
  void Changed(const SessionRecord& session);

  /// `entity`, with the attributes `change` (created, updated or deleted), `entity_id` and `version`, and the
  /// entity as JSON text in `data`.
  void EntityChanged(const SessionRecord& session, const Entity& entity, std::string_view change);

 private:
  void Publish(const SessionRecord& session, RelayEntry entry);

  EventHub& hub_;
  SessionNotifier& notifier_;
  const Clock& clock_;
};

/// How streams of a session that is over end: kFailedPrecondition with reason SESSION_OVER.
[[nodiscard]] Status SessionIsOver();

}  // namespace oofgg::game
