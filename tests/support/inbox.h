#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "tests/support/patience.h"

namespace oofgg::testing {

/// What callbacks of other threads brought, for a test that waits for it. Declare it before what calls back.
template <typename T>
class Inbox {
 public:
  Inbox() = default;
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// Waits for a Put() under way: one that was answered over gRPC is over, but ThreadSanitizer can't see that
  /// order.
  ~Inbox() { const std::lock_guard lock(mutex_); }

  void Put(T item) {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(item));
    arrived_
        .notify_all();  // Under the lock, so that this object may be destroyed as soon as the item is out.
  }

  /// The next item that `fits`; those before are dropped. Nothing after 20 s.
  std::optional<T> Next(const std::function<bool(const T&)>& fits = [](const T&) { return true; }) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::unique_lock lock(mutex_);
    while (arrived_.wait_until(lock, deadline, [this] { return !items_.empty(); })) {
      T item = std::move(items_.front());
      items_.pop_front();
      if (fits(item)) return item;
    }
    return std::nullopt;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<T> items_;
};

}  // namespace oofgg::testing
