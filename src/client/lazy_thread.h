#pragma once

#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "oofgg/thread_pool.h"

namespace oofgg::internal {

/// A thread of the client's own, made when it is first needed: a client that is given executors starts none.
/// Threads: safe.
class LazyThread final : public Executor {
 public:
  ~LazyThread() override { Join(); }

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

  /// Runs what was posted, and takes nothing more. On the thread itself, which cannot wait for its own end,
  /// that happens after this has returned.
  void Join() {
    std::unique_ptr<ThreadPool> pool;
    bool is_here = false;
    {
      std::lock_guard lock(mutex_);
      joined_ = true;
      pool = std::move(pool_);
      is_here = thread_ == std::this_thread::get_id();
    }
    if (pool != nullptr && is_here) std::thread([pool = std::move(pool)] {}).detach();
  }

 private:
  ThreadPool* Pool() {
    std::lock_guard lock(mutex_);
    if (joined_) return nullptr;
    if (pool_ == nullptr) {
      pool_ = std::make_unique<ThreadPool>(1);
      pool_->Post([this] {
        std::lock_guard inner(mutex_);
        thread_ = std::this_thread::get_id();
      });
    }
    return pool_.get();
  }

  std::mutex mutex_;
  bool joined_ = false;
  std::unique_ptr<ThreadPool> pool_;
  std::thread::id thread_;  // The pool's only one, known before anything else runs on it.
};

}  // namespace oofgg::internal
