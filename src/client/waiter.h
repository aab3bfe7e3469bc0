#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "client/core.h"
#include "oofgg/status.h"

namespace oofgg::internal {

/// Where a blocking form waits for its outcome. Shared with the operation, as the wait may be given up.
/// Threads: safe.
template <typename T>
class Waiter {
 public:
  /// The first outcome counts.
  void Set(StatusOr<T> outcome) {
    std::lock_guard lock(mutex_);
    if (!outcome_) outcome_ = std::move(outcome);
    set_.notify_all();
  }

  [[nodiscard]] StatusOr<T> Wait(const ClientCore& core) {
    if (core.options().pump) {
      while (!IsSet()) {
        if (core.options().pump()) continue;
        return MakeStatus(StatusCode::kInternal, "nothing is left to run that could end this call");
      }
    }
    std::unique_lock lock(mutex_);
    set_.wait(lock, [this] { return outcome_.has_value(); });
    return *std::move(outcome_);
  }

 private:
  [[nodiscard]] bool IsSet() {
    std::lock_guard lock(mutex_);
    return outcome_.has_value();
  }

  std::mutex mutex_;
  std::condition_variable set_;
  std::optional<StatusOr<T>> outcome_;
};

}  // namespace oofgg::internal
