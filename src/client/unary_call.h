#pragma once

#include <absl/functional/any_invocable.h>

#include <memory>
#include <mutex>
#include <string>

#include "client/callback_queue.h"
#include "client/core.h"
#include "wire/methods.h"

namespace oofgg::internal {

/// One call in bytes, from start to answer: the session's token, attempts and the waits between them, all
/// under one deadline. What every form of every unary method stands on.
class UnaryCall final : public Operation, public std::enable_shared_from_this<UnaryCall> {
 public:
  /// Called once with the outcome, on a thread that must not be blocked, unless the call was cancelled.
  /// Returns what is to run where callbacks run; nothing if nothing is.
  using Complete = absl::AnyInvocable<Task(StatusOr<std::string> reply)>;

  UnaryCall(std::shared_ptr<ClientCore> core, const wire::MethodInfo& method, std::string request,
            const CallOptions& options, Complete complete);

  /// Cancels it at once if the client is gone.
  void Start();
  void Cancel() override;

  [[nodiscard]] const ClientCore& core() const { return *core_; }
  [[nodiscard]] TimePoint deadline() const { return deadline_; }

 private:
  /// Gets a token if the method needs one, and sends.
  void Attempt();
  void OnToken(StatusOr<std::string> token);
  void Send(const std::string& token);
  void OnReply(StatusOr<std::string> reply);
  /// A timeout with what the attempt before it was told, which says more.
  Status WithHistory(const Status& status);
  /// True if `status` was answered with another attempt.
  bool TryAgain(const Status& status);
  bool RefreshAndTryAgain(std::unique_lock<std::mutex>& lock);
  void Finish(StatusOr<std::string> reply);
  /// Over: lets go of the transport, which may not outlive us, and of the client's list.
  void Retire();

  const std::shared_ptr<ClientCore> core_;
  const wire::MethodInfo method_;
  const std::string request_;
  const std::string idempotency_key_;
  const TimePoint deadline_;
  CallbackQueue callbacks_;

  std::mutex mutex_;
  Complete complete_;  // Taken by whoever sets finished_.
  bool finished_ = false;
  int attempts_ = 0;
  Status last_failure_;  // Of the attempt before, while there is another.
  bool refreshed_ = false;
  std::string token_;
  Backoff backoff_;
  ScopedTimer timer_;  // The next attempt, or the deadline while the session is being refreshed.
  std::unique_ptr<TransportHandle> handle_;
};

}  // namespace oofgg::internal
