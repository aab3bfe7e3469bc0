#include "client/session.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "client/core.h"
#include "client/token_subject.h"
#include "client/unary_call.h"
#include "oofgg/log.h"
#include "wire/codec.h"

namespace oofgg::internal {
namespace {

constexpr std::chrono::seconds kLargestMargin{60};
constexpr std::chrono::seconds kRefreshAgainAfter{5};

Status NotSignedIn() {
  return MakeStatus(StatusCode::kUnauthenticated, "not signed in: call auth().Login or Register first");
}

// The server has answered, and will not answer otherwise if asked again.
bool IsFinal(const Status& status) {
  switch (status.code()) {
    case StatusCode::kUnauthenticated:
    case StatusCode::kPermissionDenied:
    case StatusCode::kInvalidArgument:
    case StatusCode::kNotFound:
    case StatusCode::kFailedPrecondition:
      return true;
    default:
      return false;
  }
}

Status SessionEnded(const Status& cause) {
  return WithReason(MakeStatus(StatusCode::kUnauthenticated, "the session has ended: sign in again"),
                    ReasonOf(cause));
}

}  // namespace

/// One refresh, from its beginning to its outcome.
struct Session::Pending {
  std::uint64_t generation = 0;
  std::unique_ptr<TokenStore::Lock> lock;  // From before the tokens are read until the new ones are saved.
};

Session::Session(ClientCore& core)
    : core_(core), notifications_(std::make_shared<CallbackQueue>(core.callbacks())) {}

std::optional<std::string> Session::FreshToken() const {
  std::lock_guard lock(mutex_);
  if (!HasFreshTokenLocked()) return std::nullopt;
  return tokens_.access_token;
}

void Session::WithToken(OnToken on_token) {
  std::unique_lock lock(mutex_);
  if (!HasFreshTokenLocked()) return JoinRefresh(std::move(lock), std::move(on_token));
  std::string token = tokens_.access_token;
  lock.unlock();
  on_token(std::move(token));
}

void Session::Refresh(OnToken on_token) { JoinRefresh(std::unique_lock(mutex_), std::move(on_token)); }

void Session::JoinRefresh(std::unique_lock<std::mutex> lock, OnToken on_token) {
  const bool has_store = core_.options().token_store != nullptr;
  if (tokens_.refresh_token.empty() && !has_store) {
    lock.unlock();
    return on_token(NotSignedIn());
  }
  waiters_.push_back(std::move(on_token));
  if (std::exchange(refreshing_, true)) return;
  auto pending = std::make_shared<Pending>();
  pending->generation = generation_;
  lock.unlock();
  if (!has_store) return SendRefresh(std::move(pending));
  core_.executor().Post([this, pending = std::move(pending)] { RefreshThroughStore(pending); });
}

void Session::RefreshThroughStore(std::shared_ptr<Pending> pending) {
  TokenStore& store = *core_.options().token_store;
  auto store_lock = store.Acquire();
  if (!store_lock.ok()) return EndRefresh(pending, store_lock.status());
  pending->lock = *std::move(store_lock);
  auto stored = store.Load();
  if (!stored.ok()) return EndRefresh(pending, stored.status());
  bool is_fresh = false;
  {
    std::lock_guard lock(mutex_);
    if (pending->generation != generation_) return;
    if (stored->refresh_token == tokens_.refresh_token) {
      tokens_.refresh_nonce = stored->refresh_nonce;
    } else if (!stored->refresh_token.empty()) {
      // Another process was here first: its tokens are ours too.
      AdoptLocked(*std::move(stored));
      is_fresh = HasFreshTokenLocked();
    }
  }
  if (is_fresh) return EndRefresh(pending, absl::OkStatus());
  SendRefresh(std::move(pending));
}

void Session::SendRefresh(std::shared_ptr<Pending> pending) {
  SessionTokens tokens;
  bool is_new_nonce = false;
  {
    std::lock_guard lock(mutex_);
    if (pending->generation != generation_) return;
    is_new_nonce = tokens_.refresh_nonce.empty();
    if (is_new_nonce) tokens_.refresh_nonce = base::HexEncode(core_.random().Bytes(16));
    tokens = tokens_;
  }
  if (tokens.refresh_token.empty()) return EndRefresh(pending, NotSignedIn());
  // Saved before it is used: if we die now, the next run can still ask for the answer.
  if (pending->lock != nullptr && is_new_nonce) {
    if (Status saved = core_.options().token_store->Save(tokens); !saved.ok()) {
      return EndRefresh(pending, saved);
    }
  }
  using M = wire::methods::RefreshToken;
  auto call = std::make_shared<UnaryCall>(
      core_.shared_from_this(), wire::InfoOf<M>(), wire::EncodeRequest<M>({tokens.refresh_token}),
      CallOptions{.idempotency_key = tokens.refresh_nonce},
      [this, pending = std::move(pending)](StatusOr<std::string> reply) {
        OnRefreshed(pending, reply.ok() ? wire::DecodeResponse<M>(*reply) : reply.status());
        return Task();
      });
  call->Start();
}

void Session::OnRefreshed(const std::shared_ptr<Pending>& pending, StatusOr<AuthTokens> answer) {
  if (!answer.ok() && !IsFinal(answer.status())) return EndRefresh(pending, answer.status());
  Status outcome = answer.ok() ? absl::OkStatus() : SessionEnded(answer.status());
  const SessionTokens tokens = answer.ok() ? TokensFrom(*answer) : SessionTokens();
  {
    std::lock_guard lock(mutex_);
    if (pending->generation != generation_) return;
    AdoptLocked(tokens);
  }
  if (pending->lock != nullptr) {
    if (Status saved = core_.options().token_store->Save(tokens); !saved.ok()) {
      Log(LogLevel::kWarning, "client", "the refreshed tokens could not be saved: " + saved.ToString());
    }
  }
  EndRefresh(pending, outcome);
}

void Session::EndRefresh(const std::shared_ptr<Pending>& pending, const Status& outcome) {
  pending->lock.reset();
  std::vector<OnToken> waiters;
  std::string token;
  {
    std::lock_guard lock(mutex_);
    if (pending->generation != generation_) return;  // Whoever changed it has served the waiters.
    refreshing_ = false;
    waiters.swap(waiters_);
    token = tokens_.access_token;
    if (!outcome.ok() && !tokens_.refresh_token.empty()) {
      const auto jitter = std::chrono::milliseconds(core_.random().Below(5'000));
      ArmTimerLocked(DeadlineAfter(core_.clock().Now(), kRefreshAgainAfter + jitter));
    }
  }
  for (OnToken& waiter : waiters) waiter(outcome.ok() ? StatusOr<std::string>(token) : outcome);
}

void Session::Reject(const std::string& access_token) {
  std::lock_guard lock(mutex_);
  if (tokens_.access_token == access_token) expires_at_ = core_.clock().Now();
}

void Session::Open(AuthTokens& answer) {
  if (answer.user_id.empty()) answer.user_id = SubjectOf(answer.access_token);
  SessionTokens tokens = TokensFrom(answer);
  SaveOpened(tokens);
  Replace(std::move(tokens));
}

void Session::Set(SessionTokens tokens) { Replace(std::move(tokens)); }

void Session::Replace(SessionTokens tokens) {
  std::vector<OnToken> waiters;
  const std::string token = tokens.access_token;
  {
    std::lock_guard lock(mutex_);
    ++generation_;
    refreshing_ = false;
    waiters.swap(waiters_);
    AdoptLocked(std::move(tokens));
  }
  for (OnToken& waiter : waiters) waiter(token.empty() ? StatusOr<std::string>(NotSignedIn()) : token);
}

void Session::SaveOpened(const SessionTokens& tokens) {
  TokenStore* store = core_.options().token_store.get();
  if (store == nullptr) return;
  auto store_lock = store->Acquire();
  const Status saved = store_lock.ok() ? store->Save(tokens) : store_lock.status();
  if (!saved.ok()) Log(LogLevel::kWarning, "client", "the tokens could not be saved: " + saved.ToString());
}

SessionTokens Session::tokens() const {
  std::lock_guard lock(mutex_);
  return tokens_;
}

void Session::Close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    timer_.Cancel();
  }
  notifications_->Close();
}

bool Session::HasFreshTokenLocked() const {
  return !tokens_.access_token.empty() && core_.clock().Now() < expires_at_;
}

void Session::AdoptLocked(SessionTokens tokens) {
  tokens_ = std::move(tokens);
  timer_.Cancel();
  expires_at_ = kNever;
  if (tokens_.expires_at != WallTime{}) {
    const TimePoint now = core_.clock().Now();
    const auto lifetime = std::chrono::duration_cast<Duration>(tokens_.expires_at - core_.clock().WallNow());
    expires_at_ = DeadlineAfter(now, lifetime);
    const Duration margin = std::min<Duration>(kLargestMargin, lifetime / 5);
    if (lifetime > Duration::zero() && !tokens_.refresh_token.empty()) ArmTimerLocked(expires_at_ - margin);
  }
  NotifyLocked();
}

void Session::ArmTimerLocked(TimePoint when) {
  if (closed_) return;
  timer_ = ScopedTimer(core_.executor(), when, [this] { Refresh([](const StatusOr<std::string>&) {}); });
}

void Session::NotifyLocked() {
  if (!core_.options().on_tokens_changed || std::exchange(notifying_, true)) return;
  notifications_->Push(notifications_, [this] {
    SessionTokens tokens;
    {
      std::lock_guard lock(mutex_);
      notifying_ = false;
      tokens = tokens_;
    }
    core_.options().on_tokens_changed(tokens);
  });
}

SessionTokens Session::TokensFrom(const AuthTokens& answer) const {
  return {.user_id = answer.user_id.empty() ? SubjectOf(answer.access_token) : answer.user_id,
          .access_token = answer.access_token,
          .refresh_token = answer.refresh_token,
          .expires_at = core_.clock().WallNow() + answer.expires_in,
          .refresh_nonce = {}};
}

}  // namespace oofgg::internal
