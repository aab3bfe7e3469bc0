#pragma once

#include <cstddef>
#include <memory>

#include "oofgg/executor.h"

namespace oofgg {

/// Runs tasks on its own threads, with one more for timers, on the system's clock.
/// Threads: a task may run beside any other; order is kept only by a `SerialExecutor` on top.
/// Lifetime: the destructor runs what was posted before it, drops pending timers and later posts, and
/// joins its threads; it must not run on one of them.
class ThreadPool final : public Executor {
 public:
  /// At least one thread is made.
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  void Post(Task task) override;
  TimerId PostAt(TimePoint when, Task task) override;
  /// A timer that came due and waits for a free thread counts as running.
  bool Cancel(TimerId timer) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace oofgg
