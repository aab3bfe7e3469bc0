#pragma once

#include <atomic>
#include <utility>

#include "oofgg/executor.h"

namespace oofgg::servers {

/// An executor that knows when it was last given a task, timers aside. Both parts must outlive it.
class WatchedExecutor final : public Executor {
 public:
  WatchedExecutor(Executor& executor, const Clock& clock) : executor_(executor), clock_(clock) {}

  void Post(Task task) override {
    last_post_.store(clock_.Now(), std::memory_order_relaxed);
    executor_.Post(std::move(task));
  }
  TimerId PostAt(TimePoint when, Task task) override { return executor_.PostAt(when, std::move(task)); }
  bool Cancel(TimerId timer) override { return executor_.Cancel(timer); }

  /// Whether a task was posted in the last `span`. Threads: safe from any thread.
  [[nodiscard]] bool UsedWithin(Duration span) const {
    const TimePoint last = last_post_.load(std::memory_order_relaxed);
    return last != TimePoint() && clock_.Now() - last <= span;
  }

 private:
  Executor& executor_;
  const Clock& clock_;
  std::atomic<TimePoint> last_post_{TimePoint()};
};

}  // namespace oofgg::servers
