#pragma once

#include <memory>
#include <utility>

namespace oofgg {

namespace internal {

/// What a Call names: something under way that can be stopped. Kept alive by the client until it ends.
class Operation {
 public:
  virtual ~Operation() = default;
  /// Stops it. On return its callbacks never run again; see Call.
  virtual void Cancel() = 0;
};

}  // namespace internal

/// An operation under way: one call, or a subscription.
///
/// Lifetime: dropping it cancels the operation, and its callback then never runs, not even from a tick
/// in which it was already queued. So a callback may capture whatever outlives its Call. Whether the
/// server still carried the call out is not known.
/// Threads: safe from any thread. If the callback is running on another thread, dropping waits for it to
/// return: do not hold a lock there that the callback takes, and do not let two callbacks on two threads drop
/// each other's. A callback may drop its own Call.
class [[nodiscard]] Call {
 public:
  /// Names nothing.
  Call() = default;
  explicit Call(std::shared_ptr<internal::Operation> operation) : operation_(std::move(operation)) {}
  ~Call() { Cancel(); }
  Call(Call&& other) noexcept = default;
  Call& operator=(Call&& other) noexcept {
    if (this != &other) {
      Cancel();
      operation_ = std::move(other.operation_);
    }
    return *this;
  }

  /// What dropping does, now.
  void Cancel() {
    if (auto operation = std::exchange(operation_, nullptr)) operation->Cancel();
  }

  /// Lets the operation run on without a handle, to its own end or the client's:
  /// `std::move(call).Detach()`.
  void Detach() && { operation_.reset(); }

 private:
  std::shared_ptr<internal::Operation> operation_;
};

}  // namespace oofgg
