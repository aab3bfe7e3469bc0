#include "oofgg/testing/manual_executor.h"

#include <deque>
#include <mutex>
#include <utility>

#include "base/timer_queue.h"

namespace oofgg::testing {

struct ManualExecutor::Impl {
  explicit Impl(FakeClock& fake) : clock(fake) {}

  std::optional<Task> TakeReady() {
    const std::lock_guard lock(mutex);
    while (auto due = timers.TakeDue(clock.Now())) ready.push_back(*std::move(due));
    if (ready.empty()) return std::nullopt;
    Task task = std::move(ready.front());
    ready.pop_front();
    return task;
  }

  FakeClock& clock;
  mutable std::mutex mutex;
  std::deque<Task> ready;
  base::TimerQueue timers;
};

ManualExecutor::ManualExecutor(FakeClock& clock) : impl_(std::make_unique<Impl>(clock)) {}

ManualExecutor::~ManualExecutor() {
  // What a task captured may call us when it goes, so the lists are emptied while all is still in place.
  while (true) {
    std::optional<Task> dropped;
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->ready.empty()) {
      dropped = std::move(impl_->ready.front());
      impl_->ready.pop_front();
    } else {
      dropped = impl_->timers.TakeDue(kNever);
    }
    if (!dropped.has_value()) return;
  }
}

void ManualExecutor::Post(Task task) {
  const std::lock_guard lock(impl_->mutex);
  impl_->ready.push_back(std::move(task));
}

Executor::TimerId ManualExecutor::PostAt(TimePoint when, Task task) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->timers.Add(when, std::move(task));
}

bool ManualExecutor::Cancel(TimerId timer) {
  std::optional<Task> cancelled;
  const std::lock_guard lock(impl_->mutex);
  cancelled = impl_->timers.Remove(timer);
  return cancelled.has_value();
}

bool ManualExecutor::RunOne() {
  std::optional<Task> task = impl_->TakeReady();
  if (!task.has_value()) return false;
  (*task)();
  return true;
}

std::size_t ManualExecutor::RunReady() {
  std::size_t count = 0;
  while (RunOne()) ++count;
  return count;
}

void ManualExecutor::AdvanceBy(Duration duration) {
  const TimePoint target = impl_->clock.Now() + duration;
  RunReady();
  for (auto next = NextTimer(); next.has_value() && *next <= target; next = NextTimer()) {
    impl_->clock.AdvanceTo(*next);
    RunReady();
  }
  impl_->clock.AdvanceTo(target);
}

std::optional<TimePoint> ManualExecutor::NextTimer() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->timers.Next();
}

}  // namespace oofgg::testing
