#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "client/core.h"
#include "client/ticking.h"
#include "oofgg/status.h"

namespace oofgg::internal {

/// An error where a blocking form would wait for the very thread it is called on.
inline Status CheckMayBlock(const ClientCore& core) {
  if (core.options().executor == nullptr || core.options().executor != TickingDispatcher()) {
    return absl::OkStatus();
  }
  return MakeStatus(
      StatusCode::kFailedPrecondition,
      "a blocking call inside Tick of the dispatcher that is ClientOptions::executor would wait "
      "for itself; use the form with a callback, or leave `executor` null");
}

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

  /// Until there is an outcome, which `deadline` brings about if nothing else does.
  [[nodiscard]] StatusOr<T> Wait(const ClientCore& core, TimePoint deadline) {
    if (core.options().pump) {
      while (!IsSet()) {
        if (core.options().pump()) continue;
        return MakeStatus(StatusCode::kInternal, "nothing is left to run that could end this call");
      }
    }
    const auto is_set = [this] { return outcome_.has_value(); };
    std::unique_lock lock(mutex_);
    if (deadline == kNever || &core.clock() != &Clock::System()) {
      set_.wait(lock, is_set);
    } else if (!set_.wait_until(lock, DeadlineAfter(deadline, kPatience), is_set)) {
      return MakeStatus(StatusCode::kDeadlineExceeded,
                        "nothing ended the call at its deadline; ClientOptions::executor must not be the "
                        "thread that makes blocking calls");
    }
    return *std::move(outcome_);
  }

 private:
  // For whoever ends the operation at its deadline to get there first.
  static constexpr std::chrono::seconds kPatience{1};

  [[nodiscard]] bool IsSet() {
    std::lock_guard lock(mutex_);
    return outcome_.has_value();
  }

  std::mutex mutex_;
  std::condition_variable set_;
  std::optional<StatusOr<T>> outcome_;
};

/// The operation's end of a Waiter. Dropped without an answer, as when the client is destroyed under a call
/// on another thread, it answers kCancelled.
template <typename T>
class Answer {
 public:
  explicit Answer(std::shared_ptr<Waiter<T>> waiter) : waiter_(std::move(waiter)) {}
  ~Answer() { waiter_->Set(MakeStatus(StatusCode::kCancelled, "the client was destroyed")); }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  void Set(StatusOr<T> outcome) { waiter_->Set(std::move(outcome)); }

 private:
  const std::shared_ptr<Waiter<T>> waiter_;
};

}  // namespace oofgg::internal
