#pragma once

#include <mutex>
#include <optional>

#include "oofgg/thread_pool.h"

namespace oofgg::internal {

/// A thread of the client's own, made when it is first needed: a client that is given executors starts none.
/// Threads: safe.
class LazyThread final : public Executor {
 public:
  void Post(Task task) override {
    if (ThreadPool* pool = Pool()) pool->Post(std::move(task));
  }
  TimerId PostAt(TimePoint when, Task task) override {
    ThreadPool* pool = Pool();
    return pool != nullptr ? pool->PostAt(when, std::move(task)) : 0;
  }
  bool Cancel(TimerId timer) override {
    ThreadPool* pool = Pool();
    return pool != nullptr && pool->Cancel(timer);
  }

  /// Runs what was posted, and takes nothing more.
  void Join() {
    {
      std::lock_guard lock(mutex_);
      joined_ = true;
    }
    pool_.reset();
  }

 private:
  ThreadPool* Pool() {
    std::lock_guard lock(mutex_);
    if (joined_) return nullptr;
    if (!pool_) pool_.emplace(1);
    return &*pool_;
  }

  std::mutex mutex_;
  bool joined_ = false;
  std::optional<ThreadPool> pool_;
};

}  // namespace oofgg::internal
