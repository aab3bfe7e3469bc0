#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace oofgg::servers {

/// Waits for several listeners to drain at once. Threads: safe.
class Drain {
 public:
  /// One thing more to wait for; it calls what it gets when it is done, once.
  [[nodiscard]] std::function<void()> Add() {
    const std::lock_guard lock(state_->mutex);
    ++state_->pending;
    return [state = state_] {
      const std::lock_guard done_lock(state->mutex);
      --state->pending;
      state->changed.notify_all();
    };
  }

  /// Returns when all are done, or after `patience`.
  void Wait(std::chrono::milliseconds patience) {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait_for(lock, patience, [this] { return state_->pending == 0; });
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    int pending = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace oofgg::servers
