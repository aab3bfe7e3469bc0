#include "base/timer_queue.h"

namespace oofgg::base {

Executor::TimerId TimerQueue::Add(TimePoint when, Task task) {
  const Executor::TimerId timer = ++last_;
  by_moment_.emplace(Key(when, timer), std::move(task));
  moments_.emplace(timer, when);
  return timer;
}

std::optional<Task> TimerQueue::Remove(Executor::TimerId timer) {
  const auto moment = moments_.find(timer);
  if (moment == moments_.end()) return std::nullopt;
  const auto entry = by_moment_.find(Key(moment->second, timer));
  Task task = std::move(entry->second);
  by_moment_.erase(entry);
  moments_.erase(moment);
  return task;
}

std::optional<TimePoint> TimerQueue::Next() const {
  if (by_moment_.empty()) return std::nullopt;
  return by_moment_.begin()->first.first;
}

std::optional<Task> TimerQueue::TakeDue(TimePoint now) {
  if (by_moment_.empty()) return std::nullopt;
  const auto [when, timer] = by_moment_.begin()->first;
  if (when > now) return std::nullopt;
  return Remove(timer);
}

}  // namespace oofgg::base
