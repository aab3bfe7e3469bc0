#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

namespace oofgg::orchestration {

/// Lets an object go while others may still call back to it: callbacks share the gate and pass through it,
/// and the object's destructor closes it. Threads: safe.
class CallGate {
 public:
  /// Runs `body` unless the gate is closed. Bodies may run side by side and inside each other.
  template <typename Body>
  void Pass(Body&& body) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return;
      ++inside_;
    }
    std::forward<Body>(body)();
    const std::lock_guard lock(mutex_);
    if (--inside_ == 0) empty_.notify_all();
  }

  /// Waits for the bodies that run; none runs afterwards. Not from inside a body.
  void Close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    empty_.wait(lock, [this] { return inside_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable empty_;
  std::size_t inside_ = 0;
  bool closed_ = false;
};

}  // namespace oofgg::orchestration
