#include "oofgg/dispatcher.h"

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "client/ticking.h"

namespace oofgg {
namespace {

thread_local const Executor* ticking_here = nullptr;

}  // namespace

const Executor* internal::TickingDispatcher() { return ticking_here; }

struct Dispatcher::Impl {
  // Timers of the same moment run in the order they were set.
  using TimerKey = std::pair<TimePoint, TimerId>;
  struct Entry {
    Task task;  // Empty: look up `timer`, which may have been cancelled meanwhile.
    TimerKey timer{};
  };

  explicit Impl(const Clock& clock_in) : clock(clock_in) {}

  // Moves what is due behind what the last tick left over. True unless another tick is under way.
  bool Begin() {
    std::lock_guard lock(mutex);
    if (ticking) return false;
    ticking = true;
    for (Task& task : queued) ready.push_back({std::move(task), {}});
    queued.clear();
    const TimePoint now = clock.Now();
    for (auto it = timers.begin(); it != timers.end() && it->first.first <= now; ++it) {
      if (due.insert(it->first.second).second) ready.push_back({Task(), it->first});
    }
    return true;
  }

  void End() {
    std::lock_guard lock(mutex);
    left_over = ready.size();
    ticking = false;
  }

  // The task to run for `entry`; empty if it was a timer and is cancelled.
  Task Claim(Entry entry) {
    if (entry.task) return std::move(entry.task);
    std::lock_guard lock(mutex);
    due.erase(entry.timer.second);
    auto node = timers.extract(entry.timer);
    if (node.empty()) return Task();
    moments.erase(entry.timer.second);
    return std::move(node.mapped());
  }

  // Takes one task that has not run, cancelled or not. Empty: there are none, and there will be none.
  std::optional<Task> TakeAny() {
    std::lock_guard lock(mutex);
    closed = true;
    std::optional<Task> task;
    if (!ready.empty()) {
      task = std::move(ready.front().task);
      ready.pop_front();
    } else if (!queued.empty()) {
      task = std::move(queued.back());
      queued.pop_back();
    } else if (!timers.empty()) {
      task = std::move(timers.extract(timers.begin()).mapped());
    }
    return task;
  }

  const Clock& clock;
  mutable std::mutex mutex;  // A leaf: no task runs or dies under it.
  bool ticking = false;
  bool closed = false;
  std::vector<Task> queued;
  std::map<TimerKey, Task> timers;
  std::map<TimerId, TimePoint> moments;
  std::set<TimerId> due;  // Timers that stand in `ready` already.
  TimerId last_timer = 0;
  std::size_t left_over = 0;
  std::deque<Entry> ready;  // Of the ticking thread alone.
};

Dispatcher::Dispatcher(const Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}

Dispatcher::~Dispatcher() {
  // One by one, without the lock and while all is in place: what a task captured may post or cancel as it
  // goes.
  while (impl_->TakeAny()) {
  }
}

std::size_t Dispatcher::Tick(Duration budget) {
  if (!impl_->Begin()) return 0;
  // A Tick of another dispatcher may be what called us.
  const Executor* const outer = std::exchange(ticking_here, this);
  std::size_t ran = 0;
  if (!impl_->ready.empty()) {
    const TimePoint stop = DeadlineAfter(impl_->clock.Now(), budget);
    do {
      Impl::Entry entry = std::move(impl_->ready.front());
      impl_->ready.pop_front();
      Task task = impl_->Claim(std::move(entry));
      if (!task) continue;
      task();
      ++ran;
    } while (!impl_->ready.empty() && (ran == 0 || impl_->clock.Now() < stop));
  }
  ticking_here = outer;
  impl_->End();
  return ran;
}

void Dispatcher::Post(Task task) {
  std::lock_guard lock(impl_->mutex);
  if (!impl_->closed) impl_->queued.push_back(std::move(task));
}

Executor::TimerId Dispatcher::PostAt(TimePoint when, Task task) {
  std::lock_guard lock(impl_->mutex);
  if (impl_->closed) return 0;
  const TimerId timer = ++impl_->last_timer;
  impl_->timers.emplace(Impl::TimerKey(when, timer), std::move(task));
  impl_->moments.emplace(timer, when);
  return timer;
}

bool Dispatcher::Cancel(TimerId timer) {
  Task dropped;  // Dies after the lock is released, as what it captures may post or cancel.
  std::lock_guard lock(impl_->mutex);
  auto moment = impl_->moments.find(timer);
  if (moment == impl_->moments.end()) return false;
  auto node = impl_->timers.extract(Impl::TimerKey(moment->second, timer));
  impl_->moments.erase(moment);
  if (node.empty()) return false;  // Dropped by the destructor a moment ago.
  dropped = std::move(node.mapped());
  return true;
}

bool Dispatcher::HasWork() const {
  std::lock_guard lock(impl_->mutex);
  if (impl_->left_over > 0 || !impl_->queued.empty()) return true;
  return !impl_->timers.empty() && impl_->timers.begin()->first.first <= impl_->clock.Now();
}

}  // namespace oofgg
