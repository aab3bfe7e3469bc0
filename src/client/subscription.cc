#include "client/subscription.h"

#include <utility>

#include "client/session.h"

namespace oofgg::internal {
namespace {

// What another link may cure: the server restarts, sheds, drains, or dropped a reader that fell behind.
bool IsWorthReconnecting(const Status& status) {
  switch (status.code()) {
    case StatusCode::kOk:
    case StatusCode::kUnavailable:
    case StatusCode::kCancelled:
    case StatusCode::kAborted:
    case StatusCode::kDeadlineExceeded:
    case StatusCode::kResourceExhausted:
      return true;
    default:
      return false;
  }
}

}  // namespace

Subscription::Subscription(std::shared_ptr<ClientCore> core, const wire::MethodInfo& method,
                           Executor& callbacks)
    : core_(std::move(core)),
      callbacks_(callbacks),
      method_(method),
      backoff_(core_->random(), core_->options().reconnect) {}

void Subscription::Start() {
  if (!core_->Remember(shared_from_this())) return Cancel();
  Connect();
}

void Subscription::Cancel() {
  std::unique_ptr<TransportStream> dropped;
  bool is_first = false;
  {
    std::lock_guard lock(mutex_);
    finished_ = true;
    is_first = !std::exchange(cancelled_, true);
    timer_.Cancel();
    dropped = std::move(stream_);
  }
  // Waits for a message that is being handled on another thread, which takes our lock: so not under it.
  dropped.reset();
  // A callback that cancels keeps what it stands on; that goes with us.
  if (callbacks_.Close() && is_first) DropCallback();
  core_->Forget(this);
}

void Subscription::Connect() {
  std::uint64_t link = 0;
  {
    std::lock_guard lock(mutex_);
    if (finished_) return;
    link = ++link_;
    timer_.Cancel();
  }
  core_->session().WithToken([weak = weak_from_this(), link](StatusOr<std::string> token) {
    if (auto self = weak.lock()) self->OnToken(link, std::move(token));
  });
}

void Subscription::OnToken(std::uint64_t link, StatusOr<std::string> token) {
  if (token.ok()) return Open(link, *token);
  OnLost(link, token.status());
}

void Subscription::Open(std::uint64_t link, const std::string& token) {
  TransportCall call{.method = std::string(method_.path),
                     .metadata = {{"authorization", "Bearer " + token}},
                     .deadline = kNever};
  std::unique_ptr<TransportStream> former;
  std::lock_guard lock(mutex_);
  if (finished_ || link != link_) return;
  token_ = token;
  opened_at_ = core_->clock().Now();
  former = std::exchange(stream_, nullptr);
  stream_ = core_->transport().StartStream(std::move(call),
                                           {.on_accepted =
                                                [weak = weak_from_this(), link] {
                                                  if (auto self = weak.lock()) self->OnLinkAccepted(link);
                                                },
                                            .on_message =
                                                [weak = weak_from_this(), link](const std::string& bytes) {
                                                  if (auto self = weak.lock())
                                                    self->OnLinkMessage(link, bytes);
                                                },
                                            .on_closed =
                                                [weak = weak_from_this(), link](const Status& status) {
                                                  if (auto self = weak.lock())
                                                    self->OnLinkClosed(link, status);
                                                }});
  for (std::string& message : OnOpen()) stream_->Write(std::move(message));
  if (method_.kind == wire::Kind::kServerStream) stream_->HalfClose();
}

void Subscription::OnLinkAccepted(std::uint64_t link) {
  std::lock_guard lock(mutex_);
  if (!finished_ && link == link_) OnAccepted();
}

void Subscription::OnLinkMessage(std::uint64_t link, const std::string& bytes) {
  std::unique_ptr<TransportStream> dropped;
  std::lock_guard lock(mutex_);
  if (finished_ || link != link_) return;
  backoff_.Reset();
  refused_ = false;
  const auto next = OnMessage(bytes);
  if (!next.ok()) {
    FinishLocked(next.status());
  } else if (*next == Next::kDone) {
    FinishLocked(absl::OkStatus());
  }
  if (finished_ || *next == Next::kPause) {
    ++link_;
    dropped = std::move(stream_);
  }
}

void Subscription::OnLinkClosed(std::uint64_t link, const Status& status) {
  std::unique_ptr<TransportStream> dropped;
  std::string refused;
  {
    std::lock_guard lock(mutex_);
    if (finished_ || link != link_) return;
    dropped = std::move(stream_);
    if (OnLinkEnded()) return FinishLocked(absl::OkStatus());
    // A link without a message, as of a player without friends, was good all the same if it lasted.
    if (core_->clock().Now() >= DeadlineAfter(opened_at_, core_->options().reconnect.maximum)) {
      backoff_.Reset();
      refused_ = false;
    }
    if (status.code() == StatusCode::kUnauthenticated && !std::exchange(refused_, true)) refused = token_;
  }
  if (refused.empty()) return OnLost(link, status);
  core_->session().Reject(refused);
  Connect();
}

void Subscription::OnLost(std::uint64_t link, const Status& status) {
  std::lock_guard lock(mutex_);
  if (finished_ || link != link_) return;
  if (!IsWorthReconnecting(status)) return FinishLocked(status);
  OnTrouble(status.ok() ? MakeStatus(StatusCode::kUnavailable, "the server ended the stream") : status);
  const auto wait = RetryAfterOf(status).value_or(std::chrono::milliseconds(0)) + backoff_.Next();
  timer_ =
      ScopedTimer(core_->executor(), DeadlineAfter(core_->clock().Now(), wait), [weak = weak_from_this()] {
        if (auto self = weak.lock()) self->Connect();
      });
}

void Subscription::FinishLocked(const Status& error) {
  finished_ = true;
  timer_.Cancel();
  if (!error.ok()) OnError(error);
  PushLocked([this] {
    DropCallback();
    { std::lock_guard pushed(mutex_); }  // As in UnaryCall::Retire.
    core_->Forget(this);
  });
}

bool Subscription::WriteLocked(std::string message) {
  return stream_ != nullptr && stream_->Write(std::move(message));
}

void Subscription::HalfCloseLocked() {
  if (stream_ != nullptr) stream_->HalfClose();
}

void Subscription::Reopen() {
  std::unique_ptr<TransportStream> dropped;
  {
    std::lock_guard lock(mutex_);
    if (finished_) return;
    dropped = std::move(stream_);
  }
  dropped.reset();
  Connect();
}

}  // namespace oofgg::internal
