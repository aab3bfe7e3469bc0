#include "orchestration/request_waiters.h"

#include <iterator>
#include <utility>
#include <vector>

namespace oofgg::orchestration {

RequestWaiters::~RequestWaiters() {
  gate_->Close();
  std::vector<Executor::TimerId> timers;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, waiter] : waiters_) timers.push_back(waiter.timer);
    waiters_.clear();
  }
  for (const Executor::TimerId timer : timers) executor_.Cancel(timer);
}

RequestWaiters::Id RequestWaiters::Wait(const RequestKey& key, TimePoint until,
                                        std::function<void()> on_wake) {
  Id id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = ++last_;
    waiters_.emplace(id, Waiter{key, std::move(on_wake), 0});
    by_key_.emplace(key, id);
  }
  const Executor::TimerId timer =
      executor_.PostAt(until, [gate = gate_, this, id] { gate->Pass([&] { Wake(id); }); });
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiters_.find(id);
    if (found != waiters_.end()) {
      found->second.timer = timer;
      return id;
    }
  }
  executor_.Cancel(timer);  // Woken already.
  return id;
}

bool RequestWaiters::Remove(Id id) {
  std::function<void()> dropped;  // Destroyed without the lock.
  Executor::TimerId timer = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiters_.find(id);
    if (found == waiters_.end()) return false;
    const auto [first, last] = by_key_.equal_range(found->second.key);
    for (auto next = first; next != last; ++next) {
      if (next->second != id) continue;
      by_key_.erase(next);
      break;
    }
    timer = found->second.timer;
    dropped = std::move(found->second.on_wake);
    waiters_.erase(found);
  }
  executor_.Cancel(timer);
  return true;
}

void RequestWaiters::Wake(Id id) {
  std::function<void()> on_wake;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiters_.find(id);
    if (found == waiters_.end()) return;
    on_wake = found->second.on_wake;
  }
  if (Remove(id)) on_wake();
}

void RequestWaiters::Notify(const RequestKey& key) {
  std::vector<Id> ids;
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = by_key_.equal_range(key);
    for (auto next = first; next != last; ++next) ids.push_back(next->second);
  }
  for (const Id id : ids) executor_.Post([gate = gate_, this, id] { gate->Pass([&] { Wake(id); }); });
}

void RequestWaiters::WakeAll() {
  std::vector<Id> ids;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, waiter] : waiters_) ids.push_back(id);
  }
  for (const Id id : ids) executor_.Post([gate = gate_, this, id] { gate->Pass([&] { Wake(id); }); });
}

}  // namespace oofgg::orchestration
