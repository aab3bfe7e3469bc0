#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "oofgg/executor.h"

namespace oofgg::base {

/// Pending timers by moment, those of the same moment in the order they were added.
/// Threads: not safe; its owner locks.
class TimerQueue {
 public:
  /// Names are never used twice, and never 0.
  Executor::TimerId Add(TimePoint when, Task task);

  /// Takes the task out, to be destroyed when no lock is held; nothing if it is not pending.
  std::optional<Task> Remove(Executor::TimerId timer);

  /// The moment of the first timer.
  [[nodiscard]] std::optional<TimePoint> Next() const;

  /// Takes the first timer out if it is due.
  std::optional<Task> TakeDue(TimePoint now);

 private:
  using Key = std::pair<TimePoint, Executor::TimerId>;

  std::map<Key, Task> by_moment_;
  std::unordered_map<Executor::TimerId, TimePoint> moments_;
  Executor::TimerId last_ = 0;
};

}  // namespace oofgg::base
