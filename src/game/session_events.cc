#include "game/session_events.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "game/entity_json.h"
#include "game/session_state.h"

namespace oofgg::game {
namespace {

// Attributes hold 32 bits; nobody writes a row more often than that.
std::int32_t VersionAttribute(std::int64_t version) {
  return static_cast<std::int32_t>(std::min<std::int64_t>(version, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

bool IsServerEvent(std::string_view name) {
  return name == kJoinedEvent || name == kLeftEvent || name == kSessionEvent || name == kEntityEvent ||
         name == kSubscribedEvent || name == kErrorEvent;
}

Status SessionIsOver() {
  return WithReason(MakeStatus(StatusCode::kFailedPrecondition, "the session is over; join another one"),
                    "SESSION_OVER");
}

void SessionEvents::Publish(const SessionRecord& session, RelayEntry entry) {
  GameEvent& event = entry.event;
  event.type = EventType::kSystem;
  event.timestamp_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock_.WallNow().time_since_epoch()).count();
  event.game_id = session.game_id;
  hub_.Publish(session.id, std::move(entry));
}

void SessionEvents::Joined(const SessionRecord& session, const std::string& player) {
  notifier_.Notify(session.id);
  GameEvent event;
  event.name = kJoinedEvent;
  event.player_id = player;
  for (const SessionMember& member : session.members) {
    // An attribute, as an event with a team_id would be the team's own.
    if (member.user_id == player && !member.team_id.empty()) event.attributes["team_id"] = member.team_id;
  }
  Publish(session, {.event = std::move(event)});
}

void SessionEvents::Left(const SessionRecord& session, const std::string& player, const Status& why) {
  notifier_.Notify(session.id);
  GameEvent event;
  event.name = kLeftEvent;
  event.player_id = player;
  Publish(session, {.event = std::move(event),
                    .effect = RelayEntry::Effect::kKick,
                    .why = why,
                    .row_version = session.version});
}

void SessionEvents::Changed(const SessionRecord& session) {
  notifier_.Notify(session.id);
  GameEvent event;
  event.name = kSessionEvent;
  event.attributes["state"] = std::string(NameOf(session.state));
  event.attributes["version"] = VersionAttribute(session.version);
  if (!session.owner_id.empty()) event.attributes["host_id"] = session.owner_id;
  RelayEntry entry{.event = std::move(event)};
  if (!IsLive(session.state)) {
    entry.effect = RelayEntry::Effect::kEnd;
    entry.why = SessionIsOver();
  }
  Publish(session, std::move(entry));
}

void SessionEvents::EntityChanged(const SessionRecord& session, const Entity& entity,
                                  std::string_view change) {
  GameEvent event;
  event.name = kEntityEvent;
  event.player_id = entity.player_id;
  event.attributes["change"] = std::string(change);
  event.attributes["entity_id"] = entity.id;
  event.attributes["version"] = VersionAttribute(entity.version);
  event.data = ToJsonText(entity);
  Publish(session, {.event = std::move(event)});
}

}  // namespace oofgg::game
