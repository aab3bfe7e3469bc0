#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/event_log.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"

namespace oofgg::auth {

/// The trail of what was done to accounts, in the event log: who in which role, to whom, from where, and no
/// name, address of mail, password or token, nor any text that somebody typed in freely, as that may hold any
/// of them. Records of one account stay in order. Threads: safe.
class AuditTrail {
 public:
  using Fields = std::vector<std::pair<std::string, EventRecord::Value>>;

  /// Both must outlive the trail.
  AuditTrail(EventLog& log, const Clock& clock) : log_(&log), clock_(&clock) {}

  /// EventLog::CheckRoom, before anything is done that will be noted: what nobody could see is refused.
  [[nodiscard]] Status CheckRoom() const { return log_->CheckRoom(); }

  /// `what` is past tense, such as `password_changed`; the record's kind is `auth.` before it. `user_id` is
  /// whose account it is about; the caller (`actor`, `actor_role`) is noted where somebody else did it.
  void Note(std::string_view what, std::string_view user_id, const CallContext& context,
            Fields fields = {}) const;

 private:
  EventLog* log_;
  const Clock* clock_;
};

}  // namespace oofgg::auth
