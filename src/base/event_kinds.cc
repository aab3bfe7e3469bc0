#include "base/event_kinds.h"

#include <algorithm>
#include <array>
#include <string>
#include <variant>

namespace oofgg {
namespace {

using Type = EventField::Type;

// Of kinds of auth: who did it, where that was not the key itself.
constexpr EventField kActor{"actor", Type::kText, true};
constexpr EventField kActorRole{"actor_role", Type::kText, true};
constexpr EventField kPeer{"peer", Type::kText, true};

constexpr std::array kAccount = {kActor, kActorRole, kPeer};
constexpr std::array kRegistered = {EventField{"way"}, kActor, kActorRole, kPeer};
constexpr std::array kOfSession = {EventField{"session"}, kActor, kActorRole, kPeer};
constexpr std::array kOfSessions = {EventField{"count", Type::kInteger}, kActor, kActorRole, kPeer};
constexpr std::array kBanned = {EventField{"for_ever", Type::kFlag},
                                EventField{"has_reason", Type::kFlag},
                                EventField{"until_ms", Type::kInteger, true},
                                kActor,
                                kActorRole,
                                kPeer};
constexpr std::array kRoleChanged = {EventField{"from"}, EventField{"to"}, kActor, kActorRole, kPeer};
constexpr std::array kIdentityLinked = {EventField{"provider"}, kActor, kActorRole, kPeer};

constexpr std::array kGameCreated = {EventField{"owner_id"}, EventField{"name"}};
constexpr std::array kSessionCreated = {EventField{"game_id"}, EventField{"owner_id"}};
constexpr std::array kSessionDeleted = {EventField{"game_id"}};
constexpr std::array kScoreSubmitted = {EventField{"game_id"}, EventField{"score_type"},
                                        EventField{"value", Type::kInteger}, EventField{"instance_id"}};
constexpr std::array kMatchStarted = {EventField{"game_id"}, EventField{"region", Type::kInteger},
                                      EventField{"players", Type::kInteger}, EventField{"roster"},
                                      EventField{"started_at", Type::kInteger}};
constexpr std::array kMatchFinished = {EventField{"game_id"},
                                       EventField{"region", Type::kInteger},
                                       EventField{"players", Type::kInteger},
                                       EventField{"roster"},
                                       EventField{"started_at", Type::kInteger},
                                       EventField{"finished_at", Type::kInteger},
                                       EventField{"duration_ms", Type::kInteger},
                                       EventField{"how_ended"}};
constexpr std::array kMatchPlaced = {EventField{"game_id"}, EventField{"players", Type::kInteger},
                                     EventField{"address"}, EventField{"server_id"}};

constexpr std::array kKinds = {
    EventKind{"auth.banned", kBanned},
    EventKind{"auth.deleted", kAccount},
    EventKind{"auth.email_verified", kAccount},
    EventKind{"auth.identity_linked", kIdentityLinked},
    EventKind{"auth.login_failed", kAccount},
    EventKind{"auth.looked_up", kAccount},
    EventKind{"auth.password_changed", kAccount},
    EventKind{"auth.password_refused", kAccount},
    EventKind{"auth.password_reset", kAccount},
    EventKind{"auth.password_reset_requested", kAccount},
    EventKind{"auth.refresh_token_reused", kOfSession},
    EventKind{"auth.registered", kRegistered},
    EventKind{"auth.role_changed", kRoleChanged},
    EventKind{"auth.service_credential_created", kAccount},
    EventKind{"auth.service_credential_revoked", kAccount},
    EventKind{"auth.service_credential_rotated", kAccount},
    EventKind{"auth.service_login", kAccount},
    EventKind{"auth.service_login_failed", kAccount},
    EventKind{"auth.session_begun", kOfSession},
    EventKind{"auth.session_ended", kOfSession},
    EventKind{"auth.sessions_ended", kOfSessions},
    EventKind{"auth.unbanned", kAccount},
    EventKind{"auth.upgraded", kAccount},
    EventKind{"game.created", kGameCreated},
    EventKind{"match.finished", kMatchFinished},
    EventKind{"match.placed", kMatchPlaced},
    EventKind{"match.started", kMatchStarted},
    EventKind{"player.erased", {}},
    EventKind{"score.submitted", kScoreSubmitted},
    EventKind{"session.created", kSessionCreated},
    EventKind{"session.deleted", kSessionDeleted},
};

Type TypeOfValue(const EventRecord::Value& value) {
  constexpr std::array kTypes = {Type::kText, Type::kInteger, Type::kNumber, Type::kFlag};
  return kTypes[value.index()];
}

Status Mismatch(const EventRecord& record, std::string_view name, std::string_view what) {
  return MakeStatus(StatusCode::kInternal, record.kind + ": " + std::string(name) + " " + std::string(what));
}

}  // namespace

std::string_view NameOf(EventStream stream) {
  constexpr std::array<std::string_view, 3> kNames = {"logs", "scores", "matches"};
  return kNames[static_cast<std::size_t>(stream)];
}

EventStream StreamOf(std::string_view kind) {
  if (kind.starts_with("score.")) return EventStream::kScores;
  if (kind.starts_with("match.")) return EventStream::kMatches;
  return EventStream::kLogs;
}

std::span<const EventKind> EventKinds() { return kKinds; }

Status CheckEventRecord(const EventRecord& record) {
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                 [&](const EventKind& known) { return known.kind == record.kind; });
  if (kind == kKinds.end()) return Mismatch(record, "the kind", "is not in the table");
  for (const EventField& field : kind->fields) {
    const auto has = [&](const auto& given) { return given.first == field.name; };
    const auto found = std::find_if(record.fields.begin(), record.fields.end(), has);
    if (found == record.fields.end()) {
      if (!field.is_optional) return Mismatch(record, field.name, "is missing");
    } else if (TypeOfValue(found->second) != field.type) {
      return Mismatch(record, field.name, "is of another type than the table's");
    }
  }
  for (const auto& [name, value] : record.fields) {
    const auto knows = [&given = name](const EventField& field) { return field.name == given; };
    if (std::none_of(kind->fields.begin(), kind->fields.end(), knows)) {
      return Mismatch(record, name, "is not in the table");
    }
  }
  return {};
}

}  // namespace oofgg
