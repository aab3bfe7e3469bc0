#include "game/authorization.h"

#include <array>
#include <string>

namespace oofgg::game {
namespace {

// clang-format off
constexpr std::array kPermissions = {
    //                                          anyone self   member open   dev    admin  service
    Permission{Act::kReadPlayer,    "read a profile",      true,  false, false, false, false, false, false},
    Permission{Act::kWritePlayer,   "write a profile",     false, true,  false, false, false, true,  false},
    Permission{Act::kSetPlayerRole, "set a profile's role", false, false, false, false, false, true, false},
    Permission{Act::kCreateGame,    "create a game",       true,  false, false, false, false, false, false},
    Permission{Act::kReadGame,      "read games",          true,  false, false, false, false, false, false},
    Permission{Act::kUpdateGame,    "update a game",       false, true,  false, false, false, true,  false},
    Permission{Act::kCreateSession, "create a session",    false, false, true,  false, false, true,  true},
    Permission{Act::kReadSession,   "read a session",      false, true,  true,  true,  false, true,  true},
    Permission{Act::kUpdateSession, "change a session",    false, true,  false, false, false, true,  true},
    Permission{Act::kDeleteSession, "delete a session",    false, true,  false, false, false, true,  true},
    Permission{Act::kJoinSession,   "join a session",      false, false, true,  true,  false, false, false},
    Permission{Act::kLeaveSession,  "leave a session",     false, true,  true,  true,  false, false, false},
    Permission{Act::kQueue,         "queue for a match",   false, true,  false, false, false, false, false},
    Permission{Act::kReadEntities,  "read a session's entities", false, false, true, false, false, true, true},
    Permission{Act::kWriteOwnEntity, "write an entity of one's own", false, false, true, false, false, true, true},
    Permission{Act::kWriteEntity,   "write any other entity", false, true, false, false, false, true, true},
    Permission{Act::kStreamEvents,  "open a session's event stream", false, false, true, false, false, false, false},
    Permission{Act::kHostEvents,    "open a session's event stream as its server", false, false, false, false, false, true, true},
    Permission{Act::kHearGlobalEvents, "hear global events", true, false, false, false, false, false, false},
    Permission{Act::kSendGlobalEvents, "send global events", false, false, false, false, false, true, false},
    Permission{Act::kSubmitScore,   "submit a score",      false, true,  false, false, false, true,  true},
    Permission{Act::kSubmitServerScore, "submit a score that only servers may", false, false, false, false, false, true, true},
    Permission{Act::kReadScores,    "read scores and leaderboards", true, false, false, false, false, false, false},
    Permission{Act::kListMatches,   "list a player's matches", false, true, false, false, false, true, true},
    Permission{Act::kReadMatch,     "read a match",        false, false, true,  false, false, true,  true},
};
// clang-format on

bool IsServiceFor(const Caller& caller, std::string_view game_id) {
  return caller.role == "service" && (caller.game_id.empty() || caller.game_id == game_id);
}

constexpr bool InOrder() {
  for (std::size_t i = 0; i < kPermissions.size(); ++i) {
    if (kPermissions[i].act != static_cast<Act>(i)) return false;
  }
  return kPermissions.size() == static_cast<std::size_t>(Act::kReadMatch) + 1;
}
static_assert(InOrder(), "the table is looked up by position");

}  // namespace

std::span<const Permission> Permissions() { return kPermissions; }

bool IsPlayer(const Caller& caller) { return caller.role != "service" && caller.role != "admin"; }

Status Authorize(const CallContext& context, Act act, Relation relation) {
  if (!context.caller.has_value()) {
    return MakeStatus(StatusCode::kUnauthenticated, "this call needs an access token; sign in first");
  }
  const Permission& permission = kPermissions[static_cast<std::size_t>(act)];
  const std::string& role = context.caller->role;
  const bool allowed = permission.anyone || (permission.self && relation.self) ||
                       (permission.member && relation.member) || (permission.open && relation.open) ||
                       (permission.developer && role == "developer") ||
                       (permission.admin && role == "admin") ||
                       (permission.service && IsServiceFor(*context.caller, relation.game_id));
  if (allowed) return {};
  return MakeStatus(StatusCode::kPermissionDenied, "you may not " + std::string(permission.name) +
                                                       " here; docs/authorization.md says who may");
}

}  // namespace oofgg::game
