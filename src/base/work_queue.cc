#include "base/work_queue.h"

#ifdef __linux__
#include <sys/resource.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <utility>

namespace oofgg::base {

namespace {

/// Linux keeps the nice value by thread, whatever POSIX says of processes (setpriority(2)); raising it needs
/// no privilege.
void LowerOwnPriority() {
#ifdef __linux__
  constexpr int kNice = 15;
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
#endif
}

}  // namespace

WorkQueue::WorkQueue(std::size_t threads, std::size_t max_queued, ThreadPriority priority)
    : max_queued_(max_queued), idle_(std::max<std::size_t>(threads, 1)) {
  // A thread counts as idle from its birth: it will take a task as soon as it runs.
  const std::size_t count = idle_;
  threads_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    threads_.emplace_back([this, priority] {
      if (priority == ThreadPriority::kLow) LowerOwnPriority();
      Run();
    });
  }
}

WorkQueue::~WorkQueue() { Stop(); }

bool WorkQueue::Push(Task& task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    // As many tasks as there are idle threads are about to be taken and do not wait.
    if (tasks_.size() >= idle_ && tasks_.size() - idle_ >= max_queued_) return false;
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void WorkQueue::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void WorkQueue::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    --idle_;
    lock.unlock();
    task();
    task = nullptr;  // What it captured goes while no lock is held.
    lock.lock();
    ++idle_;
  }
}

}  // namespace oofgg::base
