#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::orchestration {

/// Who works on a fleet: one worker at a time, for as long as it goes on saying so. Time is the store's, so
/// that the clocks of workers need not agree. Threads: safe. Errors: kUnavailable.
class FleetLeaseStore {
 public:
  virtual ~FleetLeaseStore() = default;

  /// Takes the lease of a fleet, or prolongs one's own: it ends `lease` after this call was handled. False if
  /// somebody else has it. A `holder` is a name that no other worker uses, nor this one after a restart.
  virtual StatusOr<bool> Hold(std::string_view fleet, std::string_view holder,
                              std::chrono::milliseconds lease) = 0;

  /// Ends one's lease, if one has it, so that another worker need not wait.
  virtual Status LetGo(std::string_view fleet, std::string_view holder) = 0;

  /// Leaves word for those who ask about the fleet; it goes with the lease. Nothing happens without one.
  virtual Status Tell(std::string_view fleet, std::string_view holder, std::string_view word) = 0;

  /// The word of the present holder, empty before its first one; nothing if there is no holder.
  virtual StatusOr<std::optional<std::string>> Word(std::string_view fleet) = 0;
};

}  // namespace oofgg::orchestration
