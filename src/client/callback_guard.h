#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace oofgg::internal {

/// Stands before the callbacks of a transport's call: none begins after `Close`, which waits for the one that
/// runs, unless it is that one which closes. For callbacks that are never concurrent. Threads: safe.
class CallbackGuard {
 public:
  template <typename Callback>
  void Run(Callback&& callback) {
    {
      std::lock_guard lock(mutex_);
      if (closed_) return;
      runner_ = std::this_thread::get_id();
    }
    callback();
    std::lock_guard lock(mutex_);
    runner_ = {};
    idle_.notify_all();
  }

  void Close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    if (runner_ == std::this_thread::get_id()) return;
    idle_.wait(lock, [this] { return runner_ == std::thread::id(); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable idle_;
  bool closed_ = false;
  std::thread::id runner_;
};

}  // namespace oofgg::internal
