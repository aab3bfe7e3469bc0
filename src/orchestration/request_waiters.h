#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "oofgg/executor.h"
#include "orchestration/call_gate.h"
#include "orchestration/request.h"

namespace oofgg::orchestration {

/// Those who wait for a request to change. To miss nothing, first wait, then look; whoever then succeeds in
/// `Remove` is the one to act. Threads: safe.
class RequestWaiters {
 public:
  using Id = std::uint64_t;

  /// `executor` must outlive it.
  explicit RequestWaiters(Executor& executor) : executor_(executor) {}
  /// Those who still wait are dropped; none wakes any more.
  ~RequestWaiters();
  RequestWaiters(const RequestWaiters&) = delete;
  RequestWaiters& operator=(const RequestWaiters&) = delete;

  /// `on_wake` runs once on the executor: when the request changes, or at `until`. Never if removed first.
  Id Wait(const RequestKey& key, TimePoint until, std::function<void()> on_wake);

  /// True if it was still waiting, and now never wakes.
  bool Remove(Id id);

  /// Wakes all who wait for this request.
  void Notify(const RequestKey& key);

  /// Wakes all who wait for anything, to look and decide whether they wait on: the server is about to end.
  void WakeAll();

 private:
  struct Waiter {
    RequestKey key;
    std::function<void()> on_wake;
    Executor::TimerId timer = 0;
  };

  void Wake(Id id);

  Executor& executor_;
  const std::shared_ptr<CallGate> gate_ = std::make_shared<CallGate>();
  std::mutex mutex_;
  Id last_ = 0;
  std::unordered_map<Id, Waiter> waiters_;
  std::multimap<RequestKey, Id> by_key_;
};

}  // namespace oofgg::orchestration
