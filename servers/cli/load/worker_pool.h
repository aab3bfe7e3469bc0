#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "oofgg/status.h"
#include "servers/cli/load/stop_signals.h"

namespace oofgg::load {

/// Processes forked of this one, which end with it at the latest, and the wait between looks at them. SIGINT
/// and SIGTERM are blocked while it lives, in the workers too, so that Ctrl-C is the conductor's to obey.
class WorkerPool {
 public:
  WorkerPool() = default;
  ~WorkerPool() { Join(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Runs `work` in a new process, which ends with it.
  [[nodiscard]] Status Fork(const std::function<void()>& work);

  /// Waits a moment. True from the first SIGINT or SIGTERM on.
  bool WaitAMoment() { return signals_.WaitAMoment(); }
  /// kInternal once a worker has ended by itself.
  [[nodiscard]] Status Check();
  [[nodiscard]] const std::vector<pid_t>& pids() const { return workers_; }
  /// Waits for workers that have been told to quit; ends those who do not.
  void Join();

 private:
  StopSignals signals_;
  std::vector<pid_t> workers_;
};

}  // namespace oofgg::load
