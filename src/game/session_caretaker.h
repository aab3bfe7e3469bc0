#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "game/attendance.h"
#include "game/session_facade.h"
#include "game/session_store.h"
#include "game/string_map.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::game {

struct SessionOptions {
  /// A member of a player's session whose last event stream has been closed for this long leaves it. Of a
  /// place in the queue it is `QueueGraceOf` this.
  std::chrono::milliseconds disconnect_grace = std::chrono::seconds(30);
  /// A session on which nobody, its game servers among them, has had a stream open for this long is over. A
  /// restart counts anew.
  std::chrono::milliseconds idle_timeout = std::chrono::hours(1);
};

/// Puts an end to what nobody is there for: members who do not come back leave the sessions that players
/// made, so that another becomes host and their place is free, and places in the queue; sessions and matches
/// that nobody attends are finished, or they would count against the limit of their game for ever. Threads:
/// `LeaveAbsent` any; `EndIdle` one at a time.
class SessionCaretaker {
 public:
  SessionCaretaker(SessionStore& sessions, SessionFacade& facade, Attendance& attendance, const Clock& clock,
                   SessionOptions options)
      : sessions_(sessions), facade_(facade), attendance_(attendance), clock_(clock), options_(options) {}

  /// Those whose grace is over leave; to be called every second or so. The first error is told at the end;
  /// whom it concerned stays until the session is idle.
  /// While what instances share cannot be asked, nobody leaves and nothing ends.
  Status LeaveAbsent();

  /// Looks at all live sessions; to be called every minute or so.
  Status EndIdle();

 private:
  Status EndIdleOf(const std::vector<std::string>& ids, const std::vector<bool>& attended,
                   StringMap<TimePoint>& unattended);

  SessionStore& sessions_;
  SessionFacade& facade_;
  Attendance& attendance_;
  const Clock& clock_;
  const SessionOptions options_;
  StringMap<TimePoint> unattended_since_;  // As far as sweeps have noticed.
};

}  // namespace oofgg::game
