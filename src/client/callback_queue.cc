#include "client/callback_queue.h"

#include <utility>

namespace oofgg::internal {

void CallbackQueue::Push(std::shared_ptr<void> owner, Task callback) {
  {
    std::lock_guard lock(mutex_);
    if (closed_) return;
    tasks_.push_back(std::move(callback));
  }
  executor_.Post([this, owner = std::move(owner)] { RunNext(); });
}

void CallbackQueue::RunNext() {
  std::unique_lock lock(mutex_);
  if (running_) {
    ++passed_over_;
    return;
  }
  running_ = true;
  runner_ = std::this_thread::get_id();
  for (std::size_t turns = 1; turns > 0 && !closed_ && head_ < tasks_.size(); --turns) {
    Task task = TakeNextLocked();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
    turns += std::exchange(passed_over_, 0);
  }
  running_ = false;
  runner_ = {};
  idle_.notify_all();
}

Task CallbackQueue::TakeNextLocked() {
  Task task = std::move(tasks_[head_]);
  if (++head_ == tasks_.size()) {
    tasks_.clear();
    head_ = 0;
  }
  return task;
}

bool CallbackQueue::Close() {
  std::vector<Task> dropped;  // Dies after the lock is released.
  std::unique_lock lock(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
  head_ = 0;
  if (running_ && runner_ == std::this_thread::get_id()) return false;
  idle_.wait(lock, [this] { return !running_; });
  return true;
}

std::size_t CallbackQueue::size() const {
  std::lock_guard lock(mutex_);
  return tasks_.size() - head_;
}

}  // namespace oofgg::internal
