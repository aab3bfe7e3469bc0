#include "game/session_caretaker.h"

#include <utility>
#include <vector>

#include "game/session_access.h"

namespace oofgg::game {
namespace {

constexpr std::size_t kSessionsAtOnce = 1'000;
// Of those who are due; a board gives them out by the hundred.
constexpr int kMostTurns = 10;

}  // namespace

Status SessionCaretaker::LeaveAbsent() {
  Status first_error;
  for (int turn = 0; turn < kMostTurns; ++turn) {
    const auto due = attendance_.TakeDue();
    // Then nobody can say who has been away, and nobody leaves.
    if (due.status().code() == StatusCode::kUnavailable) break;
    OOFGG_RETURN_IF_ERROR(due.status());
    if (due->empty()) break;
    for (const Attendance::Absence& absence : *due) {
      Status left = facade_.TakeOut(absence.session_id, absence.player_id);
      if (left.ok()) attendance_.Forget(absence.session_id, absence.player_id);
      if (first_error.ok()) first_error = std::move(left);
    }
  }
  return first_error;
}

Status SessionCaretaker::EndIdle() {
  StringMap<TimePoint> unattended;
  Status first_error;  // What fails holds up nothing else.
  std::vector<SessionRecord> page;
  do {
    OOFGG_ASSIGN_OR_RETURN(page, sessions_.ListRunning(page.empty() ? "" : page.back().id, kSessionsAtOnce));
    std::vector<std::string> ids;
    ids.reserve(page.size());
    for (const SessionRecord& session : page) {
      if (session.id != kGlobalSessionId) ids.push_back(session.id);
    }
    OOFGG_ASSIGN_OR_RETURN(const std::vector<bool> attended, attendance_.AreAttended(ids));
    Status ended = EndIdleOf(ids, attended, unattended);
    if (first_error.ok()) first_error = std::move(ended);
  } while (page.size() == kSessionsAtOnce);
  unattended_since_ = std::move(unattended);
  return first_error;
}

Status SessionCaretaker::EndIdleOf(const std::vector<std::string>& ids, const std::vector<bool>& attended,
                                   StringMap<TimePoint>& unattended) {
  const TimePoint now = clock_.Now();
  Status first_error;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (attended[i]) continue;
    const auto noticed = unattended_since_.find(ids[i]);
    const TimePoint since = noticed == unattended_since_.end() ? now : noticed->second;
    if (since + options_.idle_timeout > now) {
      unattended.emplace(ids[i], since);
      continue;
    }
    Status ended = facade_.FinishIf([&] { return !attendance_.IsAttended(ids[i]); }, ids[i]);
    if (first_error.ok()) first_error = std::move(ended);
  }
  return first_error;
}

}  // namespace oofgg::game
