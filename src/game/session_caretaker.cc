#include "game/session_caretaker.h"

#include <utility>
#include <vector>

namespace oofgg::game {
namespace {

constexpr std::size_t kSessionsAtOnce = 1'000;

}  // namespace

Status SessionCaretaker::LeaveAbsent() {
  Status first_error;
  for (const Attendance::Absence& absence : attendance_.TakeDue()) {
    Status left = facade_.TakeOut(absence.session_id, absence.player_id);
    if (first_error.ok()) first_error = std::move(left);
  }
  return first_error;
}

Status SessionCaretaker::EndIdle() {
  const TimePoint now = clock_.Now();
  StringMap<TimePoint> unattended;
  Status first_error;  // What fails holds up nothing else.
  std::vector<SessionRecord> page;
  do {
    OOFGG_ASSIGN_OR_RETURN(page, sessions_.ListHosted(page.empty() ? "" : page.back().id, kSessionsAtOnce));
    for (const SessionRecord& session : page) {
      if (attendance_.IsAttended(session.id)) continue;
      const auto noticed = unattended_since_.find(session.id);
      const TimePoint since = noticed == unattended_since_.end() ? now : noticed->second;
      if (since + options_.idle_timeout <= now) {
        Status ended = facade_.FinishIf([&] { return !attendance_.IsAttended(session.id); }, session.id);
        if (first_error.ok()) first_error = std::move(ended);
      } else {
        unattended.emplace(session.id, since);
      }
    }
  } while (page.size() == kSessionsAtOnce);
  unattended_since_ = std::move(unattended);
  return first_error;
}

}  // namespace oofgg::game
