#pragma once

#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <functional>
#include <vector>

#include "oofgg/status.h"

namespace oofgg::load {

/// Processes forked of this one, which end with it at the latest, and the wait between looks at them. SIGINT
/// and SIGTERM are blocked while it lives, in the workers too, so that Ctrl-C is the conductor's to obey.
class WorkerPool {
 public:
  WorkerPool();
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Runs `work` in a new process, which ends with it.
  [[nodiscard]] Status Fork(const std::function<void()>& work);

  /// Waits a moment. True from the first SIGINT or SIGTERM on.
  bool WaitAMoment();
  /// kInternal once a worker has ended by itself.
  [[nodiscard]] Status Check();
  /// Processor time of the workers until now.
  [[nodiscard]] double cpu_seconds() const;
  /// Waits for workers that have been told to quit; ends those who do not.
  void Join();

 private:
  sigset_t stop_{};
  sigset_t before_{};
  bool stopped_ = false;
  std::vector<pid_t> workers_;
};

}  // namespace oofgg::load
