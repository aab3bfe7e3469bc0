#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "oofgg/executor.h"

namespace oofgg::internal {

/// Carries one operation's callbacks to where the user wants them: in order, one at a time, and never after
/// Close, even on an executor with many threads. Each callback is a task of its own there, so that a
/// Dispatcher can spread a flood over ticks.
/// Threads: safe from any thread. Its lock is a leaf: no callback runs or dies under it.
class CallbackQueue {
 public:
  explicit CallbackQueue(Executor& executor) : executor_(executor) {}

  /// `owner` owns this queue and is kept alive until the callback has run.
  void Push(std::shared_ptr<void> owner, Task callback);

  /// Drops what has not begun and waits for what runs, unless called from that very callback: then false.
  bool Close();

  [[nodiscard]] std::size_t size() const;

 private:
  void RunNext();
  [[nodiscard]] Task TakeNextLocked();

  Executor& executor_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::vector<Task> tasks_;  // From head_ on; shorter-lived than a deque and cheaper to make.
  std::size_t head_ = 0;
  std::size_t passed_over_ = 0;  // Turns that came while a callback ran; its thread takes them.
  bool running_ = false;
  bool closed_ = false;
  std::thread::id runner_;
};

}  // namespace oofgg::internal
