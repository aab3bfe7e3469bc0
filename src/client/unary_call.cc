#include "client/unary_call.h"

#include <utility>

#include "client/session.h"
#include "oofgg/uuid.h"

namespace oofgg::internal {
namespace {

std::string KeyOf(const wire::MethodInfo& method, const CallOptions& options, const ClientCore& core) {
  if (method.idempotency != wire::Idempotency::kWithKey) return {};
  if (!options.idempotency_key.empty()) return options.idempotency_key;
  return NewUuidV7(core.clock(), core.random());
}

/// Whether it is the token that was refused. A wrong password is refused alike, and must not be guessed
/// again.
bool RefusesToken(const Status& status) {
  return status.code() == StatusCode::kUnauthenticated && ReasonOf(status) != "INVALID_CREDENTIALS";
}

bool MayRetry(const Status& status) {
  if (status.code() == StatusCode::kUnavailable) return true;
  return status.code() == StatusCode::kResourceExhausted && RetryAfterOf(status).has_value();
}

Status TimedOut(const wire::MethodInfo& method) {
  return MakeStatus(StatusCode::kDeadlineExceeded, std::string(method.path) + " timed out");
}

}  // namespace

UnaryCall::UnaryCall(std::shared_ptr<ClientCore> core, const wire::MethodInfo& method, std::string request,
                     const CallOptions& options, Complete complete)
    : core_(std::move(core)),
      method_(method),
      request_(std::move(request)),
      idempotency_key_(KeyOf(method, options, *core_)),
      deadline_(core_->DeadlineOf(options)),
      callbacks_(core_->callbacks()),
      complete_(std::move(complete)),
      backoff_(core_->random(), core_->options().retry.backoff) {}

void UnaryCall::Start() {
  if (!core_->Remember(shared_from_this())) return Cancel();
  Attempt();
}

void UnaryCall::Cancel() {
  Complete dropped_complete;
  std::unique_ptr<TransportHandle> dropped_handle;
  {
    std::lock_guard lock(mutex_);
    if (!finished_) dropped_complete = std::move(complete_);
    finished_ = true;
    timer_.Cancel();
    dropped_handle = std::move(handle_);
  }
  // Waits for a reply that is being handled on another thread, which takes our lock: so not under it.
  dropped_handle.reset();
  callbacks_.Close();
  core_->Forget(this);
}

void UnaryCall::Attempt() {
  if (!method_.needs_token) return Send({});
  if (auto token = core_->session().FreshToken()) return Send(*token);
  {
    std::lock_guard lock(mutex_);
    if (finished_) return;
    timer_ = ScopedTimer(core_->executor(), deadline_, [weak = weak_from_this()] {
      if (auto self = weak.lock()) self->Finish(TimedOut(self->method_));
    });
  }
  core_->session().WithToken([weak = weak_from_this()](StatusOr<std::string> token) {
    if (auto self = weak.lock()) self->OnToken(std::move(token));
  });
}

void UnaryCall::OnToken(StatusOr<std::string> token) {
  if (!token.ok()) return Finish(token.status());
  Send(*token);
}

void UnaryCall::Send(const std::string& token) {
  TransportCall call{.method = std::string(method_.path), .metadata = {}, .deadline = deadline_};
  if (!token.empty()) call.metadata.emplace_back("authorization", "Bearer " + token);
  // Where sessions begin. `user-agent` itself belongs to the transport's library.
  const std::string& client_name = core_->options().client_name;
  if (!method_.needs_token && !client_name.empty()) call.metadata.emplace_back("x-user-agent", client_name);
  if (!idempotency_key_.empty()) call.metadata.emplace_back("idempotency-key", idempotency_key_);

  std::unique_ptr<TransportHandle> former;
  std::lock_guard lock(mutex_);
  if (finished_) return;
  ++attempts_;
  token_ = token;
  timer_.Cancel();
  former = std::exchange(handle_, nullptr);
  handle_ = core_->transport().StartUnary(std::move(call), request_,
                                          [weak = weak_from_this()](StatusOr<std::string> reply) {
                                            if (auto self = weak.lock()) self->OnReply(std::move(reply));
                                          });
}

void UnaryCall::OnReply(StatusOr<std::string> reply) {
  if (!reply.ok() && TryAgain(reply.status())) return;
  if (reply.status().code() == StatusCode::kDeadlineExceeded) return Finish(WithHistory(reply.status()));
  Finish(std::move(reply));
}

Status UnaryCall::WithHistory(const Status& status) {
  const std::lock_guard lock(mutex_);
  if (last_failure_.ok()) return status;
  return MakeStatus(status.code(), std::string(status.message()) +
                                       "; before, the server said: " + std::string(last_failure_.message()));
}

bool UnaryCall::TryAgain(const Status& status) {
  std::unique_lock lock(mutex_);
  if (finished_) return true;
  if (RefusesToken(status)) return RefreshAndTryAgain(lock);
  if (!MayRetry(status) || method_.idempotency == wire::Idempotency::kNever) return false;
  if (attempts_ >= core_->options().retry.max_attempts) return false;

  // On top of what the server asks for comes our own jitter, or all would come back at once.
  const auto wait = RetryAfterOf(status).value_or(std::chrono::milliseconds(0)) + backoff_.Next();
  const TimePoint when = DeadlineAfter(core_->clock().Now(), wait);
  if (when >= deadline_) return false;
  last_failure_ = status;
  timer_ = ScopedTimer(core_->executor(), when, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->Attempt();
  });
  return true;
}

// Refused before it was carried out, so that even a call which must not be repeated may be.
bool UnaryCall::RefreshAndTryAgain(std::unique_lock<std::mutex>& lock) {
  if (!method_.needs_token || refreshed_) return false;
  refreshed_ = true;
  const std::string refused = token_;
  lock.unlock();
  core_->session().Reject(refused);
  Attempt();
  return true;
}

void UnaryCall::Finish(StatusOr<std::string> reply) {
  Complete complete;
  {
    std::lock_guard lock(mutex_);
    if (finished_) return;
    finished_ = true;
    timer_.Cancel();
    complete = std::move(complete_);
  }
  Task callback = complete(std::move(reply));
  if (!callback) return Retire();
  std::lock_guard lock(mutex_);
  callbacks_.Push(shared_from_this(), [this, callback = std::move(callback)]() mutable {
    callback();
    callback = nullptr;  // While we are still waited for: what it captured may need the client.
    Retire();
  });
}

void UnaryCall::Retire() {
  {
    std::unique_ptr<TransportHandle> dropped;
    // Also makes this wait until Push has returned: who is forgotten is not waited for, and must not use the
    // executor any more.
    std::lock_guard lock(mutex_);
    dropped = std::move(handle_);
  }
  core_->Forget(this);
}

}  // namespace oofgg::internal
