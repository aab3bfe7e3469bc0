#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::backends {

/// Waits for processes to end, ours and adopted ones alike, on one thread and without polling; reaps those
/// that are our children. Also runs timers, for whoever wants to be less patient. Threads: safe.
class ProcessWatcher {
 public:
  /// `how` is for people: "exit status 3", "signal 9 (Killed)", or "ended" for those that are not our
  /// children, or that somebody traces.
  using OnEnd = std::function<void(std::string how)>;

  ProcessWatcher();
  /// No callback runs afterwards. Processes stay as they are.
  ~ProcessWatcher();
  ProcessWatcher(const ProcessWatcher&) = delete;
  ProcessWatcher& operator=(const ProcessWatcher&) = delete;

  /// `on_end` runs once, on the watcher's thread. kNotFound if there is no such process any more.
  [[nodiscard]] Status Watch(pid_t pid, OnEnd on_end);

  /// Sends a signal to the group of a process that is being watched and not reaped, so the pid is its own.
  /// False if it has gone.
  bool Signal(pid_t pid, int signal);

  /// Runs `task` on the watcher's thread at `when`.
  void At(TimePoint when, std::function<void()> task);

 private:
  struct Watched {
    int pidfd = -1;
    OnEnd on_end;
  };

  void Run();
  void RunDueTimers();
  [[nodiscard]] int Timeout();
  void OnPidfd(pid_t pid);
  void ReapLater(pid_t pid);
  void Wake();

  std::mutex mutex_;
  std::map<pid_t, Watched> watched_;                        // Guarded by mutex_.
  std::multimap<TimePoint, std::function<void()>> timers_;  // Guarded by mutex_.
  bool stopping_ = false;                                   // Guarded by mutex_.
  int event_fd_ = -1;
  std::thread thread_;
};

}  // namespace oofgg::backends
