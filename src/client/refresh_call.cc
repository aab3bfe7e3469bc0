#include "client/refresh_call.h"

#include <utility>

#include "client/session.h"

namespace oofgg::internal {

RefreshCall::RefreshCall(std::shared_ptr<ClientCore> core, Executor& callbacks, const CallOptions& options,
                         OnDone on_done)
    : core_(std::move(core)),
      deadline_(core_->DeadlineOf(options)),
      callbacks_(callbacks),
      on_done_(std::move(on_done)) {}

void RefreshCall::Start() {
  if (!core_->Remember(shared_from_this())) return Cancel();
  {
    std::lock_guard lock(mutex_);
    if (finished_) return;
    timer_ = ScopedTimer(core_->executor(), deadline_, [weak = weak_from_this()] {
      if (auto self = weak.lock()) {
        self->Finish(MakeStatus(StatusCode::kDeadlineExceeded, "the refresh of the session timed out"));
      }
    });
  }
  core_->session().Refresh([weak = weak_from_this()](const StatusOr<std::string>& token) {
    auto self = weak.lock();
    if (self == nullptr) return;
    self->Finish(token.ok() ? StatusOr<SessionTokens>(self->core_->session().tokens()) : token.status());
  });
}

void RefreshCall::Cancel() {
  OnDone dropped;
  {
    std::lock_guard lock(mutex_);
    if (!finished_) dropped = std::move(on_done_);
    finished_ = true;
    timer_.Cancel();
  }
  callbacks_.Close();
  core_->Forget(this);
}

void RefreshCall::Finish(StatusOr<SessionTokens> outcome) {
  std::lock_guard lock(mutex_);
  if (finished_) return;
  finished_ = true;
  timer_.Cancel();
  callbacks_.Push(shared_from_this(),
                  [this, on_done = std::move(on_done_), outcome = std::move(outcome)]() mutable {
                    on_done(std::move(outcome));
                    on_done = nullptr;
                    { std::lock_guard pushed(mutex_); }  // As in UnaryCall::Retire.
                    core_->Forget(this);
                  });
}

}  // namespace oofgg::internal
