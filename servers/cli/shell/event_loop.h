#pragma once

#include <functional>
#include <map>

#include "client/light/wake_up.h"
#include "oofgg/dispatcher.h"

namespace oofgg::cli {

/// One thread that serves descriptors and what other threads post, while it waits for a key or for time.
/// Threads: `executor` and `Ring` are for any; the rest is for the one that serves.
class EventLoop {
 public:
  /// Runs tasks where the loop is served.
  [[nodiscard]] Executor& executor() { return executor_; }
  /// Ends one wait. Also for signal handlers.
  void Ring() const { wake_up_.Ring(); }

  void Watch(int fd, std::function<void()> on_readable) { watched_[fd] = std::move(on_readable); }
  void Forget(int fd) { watched_.erase(fd); }

  /// Waits until something happens or `deadline`, and serves it. True if `fd` is readable; -1: none.
  bool ServeOnce(int fd, TimePoint deadline = kNever);

 private:
  /// Tells the loop that there is something.
  class WakingExecutor final : public Executor {
   public:
    explicit WakingExecutor(EventLoop& loop) : loop_(loop) {}
    void Post(Task task) override;
    TimerId PostAt(TimePoint when, Task task) override;
    bool Cancel(TimerId timer) override;

   private:
    EventLoop& loop_;
  };

  internal::WakeUp wake_up_;
  Dispatcher tasks_;
  WakingExecutor executor_{*this};
  std::map<int, std::function<void()>> watched_;
};

}  // namespace oofgg::cli
