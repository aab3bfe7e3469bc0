#include "game/session_checks.h"

#include <algorithm>

#include "game/session_access.h"
#include "game/validation.h"

namespace oofgg::game {
namespace {

Status IsTheServers(std::string_view key) {
  return InvalidField("attributes." + std::string(key), "is set by the server only; use another key");
}

}  // namespace

std::size_t CapacityOf(const Game& game) {
  return game.max_players_per_session == 0 ? kMaxMembers
                                           : std::min<std::size_t>(game.max_players_per_session, kMaxMembers);
}

Status SessionIsFull() {
  return WithReason(MakeStatus(StatusCode::kFailedPrecondition, "the session is full"), "SESSION_FULL");
}

Status SessionIsClosed() {
  return WithReason(MakeStatus(StatusCode::kFailedPrecondition,
                               "the session takes nobody in any more; join one that is yet to begin"),
                    "SESSION_CLOSED");
}

Status CheckMembers(const std::vector<std::string>& user_ids, std::size_t capacity) {
  if (user_ids.size() > capacity) {
    return InvalidField("user_ids",
                        "are more than the game allows in a session; at most " + std::to_string(capacity));
  }
  for (const std::string& user : user_ids) OOFGG_RETURN_IF_ERROR(CheckId("user_ids", user));
  std::vector<std::string> sorted = user_ids;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) return {};
  return InvalidField("user_ids", "names a player twice");
}

Status CheckSessionAttributes(const Attributes& attributes) {
  OOFGG_RETURN_IF_ERROR(CheckAttributes("attributes", attributes));
  for (const auto& [key, value] : attributes) {
    // Or a player could send the others to an address of their choosing.
    if (IsServerAttribute(key)) return IsTheServers(key);
  }
  return {};
}

Status CheckNewSession(const CreateSessionRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckId("game_id", request.game_id));
  if (request.state != SessionState::kCreated && request.state != SessionState::kWaiting) {
    return InvalidField("state", "is not one that a session begins in; STATE_CREATED or STATE_WAITING");
  }
  OOFGG_RETURN_IF_ERROR(CheckSessionAttributes(request.attributes));
  OOFGG_RETURN_IF_ERROR(CheckRegion(request.region));
  return CheckData("data", request.data);
}

Status CheckSessionUpdate(const UpdateSessionRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckId("id", request.id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("game_id", request.game_id));
  if (request.version < 0) return InvalidField("version", "is negative; give the one that was read, or 0");
  if (request.state == SessionState::kQueued) {
    return InvalidField("state", "is the queue's alone; JoinLeave enters it");
  }
  OOFGG_RETURN_IF_ERROR(CheckSessionAttributes(request.attributes));
  for (const std::string& key : request.remove_attributes) {
    if (IsServerAttribute(key)) return IsTheServers(key);
  }
  OOFGG_RETURN_IF_ERROR(CheckRegion(request.region.value_or(0)));
  return CheckData("data", request.data.value_or(""));
}

}  // namespace oofgg::game
