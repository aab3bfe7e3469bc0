#pragma once

#include <absl/functional/any_invocable.h>

#include <cstdint>
#include <utility>

#include "oofgg/clock.h"

namespace oofgg {

using Task = absl::AnyInvocable<void()>;

/// Where work runs. A server gives a thread pool, a game its `Dispatcher`, a test a `ManualExecutor`.
/// Threads: every method is safe from any thread; a task may post further tasks.
/// A task never runs inside the call that posts it.
class Executor {
 public:
  /// Names a pending timer; 0 names none.
  using TimerId = std::uint64_t;

  virtual ~Executor() = default;

  /// Runs `task` once, soon. After shutdown the task is destroyed without running.
  virtual void Post(Task task) = 0;

  /// Runs `task` once, at `when` or soon after.
  virtual TimerId PostAt(TimePoint when, Task task) = 0;

  /// True if the timer was pending and now will never run. False if it ran, runs, or is unknown.
  virtual bool Cancel(TimerId timer) = 0;
};

/// A timer that is cancelled when dropped. The task may still be running on another thread when the
/// destructor returns; owners that share state with it use a `SerialExecutor` or a weak pointer.
class ScopedTimer {
 public:
  ScopedTimer() = default;
  ScopedTimer(Executor& executor, TimePoint when, Task task)
      : executor_(&executor), id_(executor.PostAt(when, std::move(task))) {}
  ~ScopedTimer() { Cancel(); }
  ScopedTimer(ScopedTimer&& other) noexcept
      : executor_(std::exchange(other.executor_, nullptr)), id_(std::exchange(other.id_, 0)) {}
  ScopedTimer& operator=(ScopedTimer&& other) noexcept {
    if (this != &other) {
      Cancel();
      executor_ = std::exchange(other.executor_, nullptr);
      id_ = std::exchange(other.id_, 0);
    }
    return *this;
  }

  void Cancel() {
    if (executor_ != nullptr) executor_->Cancel(id_);
    executor_ = nullptr;
  }

 private:
  Executor* executor_ = nullptr;
  Executor::TimerId id_ = 0;
};

}  // namespace oofgg
