#include "oofgg/thread_pool.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/timer_queue.h"
#include "base/work_queue.h"

namespace oofgg {
namespace {

/// Hands tasks to a queue when their moment comes.
class TimerThread {
 public:
  explicit TimerThread(base::WorkQueue& work) : work_(work), thread_([this] { Run(); }) {}

  /// Joins; pending timers are destroyed without running.
  ~TimerThread() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    while (DropOne()) {
    }
  }

  Executor::TimerId Add(TimePoint when, Task& task) {
    const std::lock_guard lock(mutex_);
    if (stopping_) return 0;
    const std::optional<TimePoint> next = timers_.Next();
    const Executor::TimerId timer = timers_.Add(when, std::move(task));
    // Under the lock, or the destructor could destroy the condition before it is notified.
    if (!next.has_value() || when < *next) wake_.notify_one();
    return timer;
  }

  std::optional<Task> Remove(Executor::TimerId timer) {
    const std::lock_guard lock(mutex_);
    return timers_.Remove(timer);
  }

 private:
  // One by one and without the lock, since what a task captured may cancel other timers when it goes.
  bool DropOne() {
    std::optional<Task> dropped;
    const std::lock_guard lock(mutex_);
    dropped = timers_.TakeDue(kNever);
    return dropped.has_value();
  }

  void Run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (std::optional<Task> due = timers_.TakeDue(Clock::System().Now())) {
        lock.unlock();
        work_.Push(*due);
        due.reset();
        lock.lock();
        continue;
      }
      const std::optional<TimePoint> next = timers_.Next();
      if (!next.has_value() || *next == kNever) {
        wake_.wait(lock);
      } else {
        wake_.wait_until(lock, *next);
      }
    }
  }

  base::WorkQueue& work_;
  std::mutex mutex_;
  std::condition_variable wake_;
  base::TimerQueue timers_;
  bool stopping_ = false;
  std::thread thread_;  // Last: it uses everything above.
};

}  // namespace

struct ThreadPool::Impl {
  explicit Impl(std::size_t threads) : work(threads), timers(work) {}

  base::WorkQueue work;
  TimerThread timers;
};

ThreadPool::ThreadPool(std::size_t threads) : impl_(std::make_unique<Impl>(threads)) {}

// Tasks that still run may post and cancel, so the timers go after the threads that use them.
ThreadPool::~ThreadPool() { impl_->work.Stop(); }

void ThreadPool::Post(Task task) { impl_->work.Push(task); }

Executor::TimerId ThreadPool::PostAt(TimePoint when, Task task) { return impl_->timers.Add(when, task); }

bool ThreadPool::Cancel(TimerId timer) { return impl_->timers.Remove(timer).has_value(); }

}  // namespace oofgg
