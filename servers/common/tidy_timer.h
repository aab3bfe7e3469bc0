#pragma once

#include <functional>
#include <memory>

#include "oofgg/executor.h"
#include "oofgg/status.h"

namespace oofgg::servers {

/// Runs a chore now and then, on `executor`, until dropped; the destructor waits for a run under way.
/// For housekeeping only: nothing that a player waits for hangs on it.
class TidyTimer {
 public:
  TidyTimer(Executor& executor, const Clock& clock, Duration period, std::function<Status()> chore);
  ~TidyTimer();
  TidyTimer(const TidyTimer&) = delete;
  TidyTimer& operator=(const TidyTimer&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace oofgg::servers
