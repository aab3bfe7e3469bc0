#include "oofgg/serial_executor.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

namespace oofgg {
namespace {

// After so many tasks in a row another user of the underlying executor gets a turn.
constexpr int kBatch = 64;

}  // namespace

/// Lock order: `mutex_` is a leaf; neither tasks nor the underlying executor are touched under it.
class SerialExecutor::State : public std::enable_shared_from_this<State> {
 public:
  explicit State(Executor& underlying) : underlying_(underlying) {}

  void Post(Task task);
  TimerId PostAt(TimePoint when, Task task);
  bool Cancel(TimerId timer);
  void Close();

 private:
  struct Timer {
    TimerId underlying = 0;
    Task task;
  };
  // Either a task, or the name of a timer that came due and can still be cancelled.
  struct Entry {
    TimerId timer = 0;
    Task task;
  };
  class DrainTask;
  class TimerTask;

  bool Enqueue(Entry entry);
  void ScheduleDrain();
  void Drain();
  void Abandon();
  void Fire(TimerId timer);
  Task Forget(TimerId timer);
  std::optional<Task> TakeNext();

  Executor& underlying_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::deque<Entry> queue_;
  std::unordered_map<TimerId, Timer> timers_;
  TimerId last_timer_ = 0;
  bool scheduled_ = false;  // A drain waits in the underlying executor or runs.
  bool closed_ = false;
  std::thread::id running_on_;  // The thread that runs a task, if any.
};

/// If the underlying executor drops it, as after a shutdown, our queue can never run and is dropped too: else
/// tasks that own the owner of this executor would keep it alive for ever.
class SerialExecutor::State::DrainTask {
 public:
  explicit DrainTask(std::shared_ptr<State> state) : state_(std::move(state)) {}
  DrainTask(DrainTask&&) noexcept = default;
  DrainTask& operator=(DrainTask&&) = delete;
  ~DrainTask() {
    if (state_ != nullptr) state_->Abandon();
  }

  void operator()() { std::exchange(state_, nullptr)->Drain(); }

 private:
  std::shared_ptr<State> state_;
};

class SerialExecutor::State::TimerTask {
 public:
  TimerTask(std::weak_ptr<State> state, TimerId timer) : state_(std::move(state)), timer_(timer) {}
  TimerTask(TimerTask&& other) noexcept
      : state_(std::move(other.state_)), timer_(std::exchange(other.timer_, 0)) {}
  TimerTask& operator=(TimerTask&&) = delete;
  ~TimerTask() {
    if (timer_ == 0) return;
    if (const auto state = state_.lock()) state->Forget(timer_);
  }

  void operator()() {
    const TimerId timer = std::exchange(timer_, 0);
    if (const auto state = state_.lock()) state->Fire(timer);
  }

 private:
  std::weak_ptr<State> state_;
  TimerId timer_;
};

void SerialExecutor::State::Post(Task task) {
  if (Enqueue({0, std::move(task)})) ScheduleDrain();
}

// True if the caller is to schedule a drain.
bool SerialExecutor::State::Enqueue(Entry entry) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  queue_.push_back(std::move(entry));
  return !std::exchange(scheduled_, true);
}

void SerialExecutor::State::ScheduleDrain() { underlying_.Post(DrainTask(shared_from_this())); }

std::optional<Task> SerialExecutor::State::TakeNext() {
  while (!queue_.empty()) {
    Entry entry = std::move(queue_.front());
    queue_.pop_front();
    if (entry.timer == 0) return std::move(entry.task);
    if (auto timer = timers_.extract(entry.timer)) return std::move(timer.mapped().task);
  }
  return std::nullopt;
}

void SerialExecutor::State::Drain() {
  std::unique_lock lock(mutex_);
  for (int done = 0; done < kBatch; ++done) {
    std::optional<Task> task = TakeNext();
    if (!task.has_value()) {
      scheduled_ = false;
      return;
    }
    running_on_ = std::this_thread::get_id();
    lock.unlock();
    (*task)();
    task.reset();
    lock.lock();
    running_on_ = {};
    idle_.notify_all();
  }
  if (queue_.empty()) {
    scheduled_ = false;
    return;
  }
  lock.unlock();
  ScheduleDrain();
}

void SerialExecutor::State::Abandon() {
  std::deque<Entry> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(queue_);
  scheduled_ = false;
}

Executor::TimerId SerialExecutor::State::PostAt(TimePoint when, Task task) {
  TimerId timer = 0;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return 0;
    timer = ++last_timer_;
    timers_.emplace(timer, Timer{0, std::move(task)});
  }
  const TimerId underlying = underlying_.PostAt(when, TimerTask(weak_from_this(), timer));
  const std::lock_guard lock(mutex_);
  // It may have come due, or been dropped, in the meantime.
  if (const auto found = timers_.find(timer); found != timers_.end()) found->second.underlying = underlying;
  return timer;
}

void SerialExecutor::State::Fire(TimerId timer) {
  {
    const std::lock_guard lock(mutex_);
    if (timers_.find(timer) == timers_.end()) return;
  }
  if (Enqueue({timer, {}})) ScheduleDrain();
}

Task SerialExecutor::State::Forget(TimerId timer) {
  const std::lock_guard lock(mutex_);
  auto found = timers_.extract(timer);
  return found ? std::move(found.mapped().task) : Task();
}

bool SerialExecutor::State::Cancel(TimerId timer) {
  Timer cancelled;
  {
    const std::lock_guard lock(mutex_);
    auto found = timers_.extract(timer);
    if (!found) return false;
    cancelled = std::move(found.mapped());
  }
  underlying_.Cancel(cancelled.underlying);
  return true;
}

void SerialExecutor::State::Close() {
  std::deque<Entry> dropped;
  std::unordered_map<TimerId, Timer> timers;
  {
    std::unique_lock lock(mutex_);
    closed_ = true;
    dropped.swap(queue_);
    timers.swap(timers_);
    if (running_on_ != std::this_thread::get_id()) {
      idle_.wait(lock, [this] { return running_on_ == std::thread::id(); });
    }
  }
  for (const auto& [name, timer] : timers) underlying_.Cancel(timer.underlying);
}

SerialExecutor::SerialExecutor(Executor& underlying) : state_(std::make_shared<State>(underlying)) {}

SerialExecutor::~SerialExecutor() { state_->Close(); }

void SerialExecutor::Close() { state_->Close(); }

void SerialExecutor::Post(Task task) { state_->Post(std::move(task)); }

Executor::TimerId SerialExecutor::PostAt(TimePoint when, Task task) {
  return state_->PostAt(when, std::move(task));
}

bool SerialExecutor::Cancel(TimerId timer) { return state_->Cancel(timer); }

}  // namespace oofgg
