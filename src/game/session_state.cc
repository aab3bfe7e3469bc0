#include "game/session_state.h"

#include <array>
#include <string>

namespace oofgg::game {
namespace {

constexpr bool MayFollow(SessionState from, SessionState to) {
  using enum SessionState;
  switch (to) {
    case kWaiting:
      return from == kCreated;
    case kStarted:
      return from == kCreated || from == kWaiting || from == kPaused;
    case kPaused:
      return from == kStarted;
    case kFinished:
      return from == kCreated || from == kWaiting || from == kStarted || from == kPaused;
    case kDeleted:
      return from != kQueued;
    case kCreated:
    case kQueued:
      return false;
  }
  return false;
}

}  // namespace

std::string_view NameOf(SessionState state) {
  constexpr std::array<std::string_view, 7> kNames = {"STATE_CREATED",  "STATE_WAITING", "STATE_STARTED",
                                                      "STATE_FINISHED", "STATE_DELETED", "STATE_PAUSED",
                                                      "STATE_QUEUED"};
  return kNames[static_cast<std::size_t>(state)];
}

Status CheckTransition(SessionState from, SessionState to) {
  if (from == to || MayFollow(from, to)) return {};
  return WithReason(
      MakeStatus(StatusCode::kFailedPrecondition, "a session in " + std::string(NameOf(from)) +
                                                      " cannot go to " + std::string(NameOf(to)) +
                                                      "; docs/sessions.md says which states follow which"),
      "STATE_TRANSITION");
}

}  // namespace oofgg::game
