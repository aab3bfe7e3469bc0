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
constexpr std::chrono::milliseconds kNoWait{0};

// Nobody is about to live so long, and sums with it do not overflow.
constexpr std::chrono::hours kLongestLifetime{24 * 3650};

Status NotSignedIn() {
  return MakeStatus(StatusCode::kUnauthenticated, "not signed in: call auth().Login or Register first");
}

Status CannotRefresh() {
  return MakeStatus(
      StatusCode::kUnauthenticated,
      "the access token was refused or has expired, and there is no refresh token: sign in again");
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
  if (tokens_.refresh_token.empty() && !has_store && !refreshing_) {
    const Status error = tokens_.access_token.empty() ? NotSignedIn() : CannotRefresh();
    lock.unlock();
    return on_token(error);
  }
  waiters_.push_back(std::move(on_token));
  if (closed_ || std::exchange(refreshing_, true)) return;
  auto pending = std::make_shared<Pending>();
  pending->generation = generation_;
  if (has_store) {
    core_.executor().Post([this, pending = std::move(pending)] { RefreshThroughStore(pending); });
    return;
  }
  lock.unlock();
  SendRefresh(pending);
}

void Session::RefreshThroughStore(const std::shared_ptr<Pending>& pending) {
  TokenStore& store = *core_.options().token_store;
  auto store_lock = store.Acquire();
  if (!store_lock.ok()) return EndRefresh(pending, store_lock.status());
  pending->lock = *std::move(store_lock);
  auto stored = store.Load();
  if (!stored.ok()) return EndRefresh(pending, stored.status());
  Status outcome;
  bool needs_refresh = true;
  {
    std::lock_guard lock(mutex_);
    if (pending->generation != generation_) return;
    if (is_stored_ && stored->refresh_token == tokens_.refresh_token) {
      tokens_.refresh_nonce = stored->refresh_nonce;
    } else if (is_stored_) {
      outcome = AdoptStoredLocked(*std::move(stored));
      needs_refresh = outcome.ok() && (!HasFreshTokenLocked() || !tokens_.refresh_nonce.empty());
    }
  }
  if (!needs_refresh) return EndRefresh(pending, outcome);
  SendRefresh(pending);
}

Status Session::AdoptStoredLocked(SessionTokens stored) {
  const bool is_ours = tokens_.user_id.empty() || stored.user_id.empty() || tokens_.user_id == stored.user_id;
  if (!stored.refresh_token.empty() && is_ours) {
    AdoptLocked(std::move(stored));  // Another process was here first: its tokens are ours too.
    return absl::OkStatus();
  }
  // To go on as we were would bring back a session that was ended on purpose.
  const bool is_signed_out = stored.refresh_token.empty();
  AdoptLocked({});
  return MakeStatus(StatusCode::kUnauthenticated,
                    is_signed_out ? "another process signed this player out: sign in again"
                                  : "another player has signed in with the shared tokens: sign in again");
}

void Session::SendRefresh(const std::shared_ptr<Pending>& pending) {
  SessionTokens tokens;
  bool saves = false;
  {
    std::lock_guard lock(mutex_);
    if (pending->generation != generation_) return;
    saves = tokens_.refresh_nonce.empty() || !is_stored_;
    if (tokens_.refresh_nonce.empty()) tokens_.refresh_nonce = base::HexEncode(core_.random().Bytes(16));
    tokens = tokens_;
  }
  if (tokens.refresh_token.empty()) {
    return EndRefresh(pending, tokens.access_token.empty() ? NotSignedIn() : CannotRefresh());
  }
  // Saved before it is used: if we die now, the next run can still ask for the answer.
  if (pending->lock != nullptr && saves) {
    if (Status saved = core_.options().token_store->Save(tokens); !saved.ok()) {
      return EndRefresh(pending, saved);
    }
    std::lock_guard lock(mutex_);
    if (pending->generation == generation_) is_stored_ = true;
  }
  using M = wire::methods::RefreshToken;
  auto call = std::make_shared<UnaryCall>(
      core_.shared_from_this(), wire::InfoOf<M>(), wire::EncodeRequest<M>({tokens.refresh_token}),
      CallOptions{.idempotency_key = tokens.refresh_nonce}, [this, pending](StatusOr<std::string> reply) {
        OnRefreshed(pending, reply.ok() ? wire::DecodeResponse<M>(*reply) : reply.status());
        return Task();
      });
  {
    std::lock_guard lock(mutex_);
    refresh_call_ = call;
  }
  call->Start();
  bool is_abandoned = false;
  {
    std::lock_guard lock(mutex_);
    is_abandoned = pending->generation != generation_;
  }
  if (is_abandoned) call->Cancel();
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
    const bool is_stored = Save(tokens);
    std::lock_guard lock(mutex_);
    if (pending->generation == generation_) is_stored_ = is_stored;
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
      const auto wait = std::max<Duration>(kRefreshAgainAfter, RetryAfterOf(outcome).value_or(kNoWait));
      ArmTimerLocked(DeadlineAfter(core_.clock().Now(), wait + RandomBelow(kRefreshAgainAfter)));
    }
  }
  for (OnToken& waiter : waiters) waiter(outcome.ok() ? StatusOr<std::string>(token) : outcome);
}

void Session::Reject(const std::string& access_token) {
  std::lock_guard lock(mutex_);
  if (tokens_.access_token == access_token) expires_at_ = core_.clock().Now();
}

void Session::AbandonRefresh() {
  std::shared_ptr<UnaryCall> call;
  {
    std::lock_guard lock(mutex_);
    ++generation_;
    refreshing_ = true;
    call = refresh_call_.lock();
  }
  if (call != nullptr) call->Cancel();
}

void Session::Open(AuthTokens& answer) {
  if (answer.user_id.empty()) answer.user_id = SubjectOf(answer.access_token);
  SessionTokens tokens = TokensFrom(answer);
  // First, as a refresh may hold the store's lock for as long as its call takes.
  AbandonRefresh();
  const bool is_stored = SaveOpened(tokens);
  Replace(std::move(tokens), is_stored);
}

void Session::Set(SessionTokens tokens) {
  AbandonRefresh();
  Replace(std::move(tokens), true);
}

void Session::Replace(SessionTokens tokens, bool is_stored) {
  std::vector<OnToken> waiters;
  const std::string token = tokens.access_token;
  {
    std::lock_guard lock(mutex_);
    ++generation_;
    refreshing_ = false;
    is_stored_ = is_stored;
    waiters.swap(waiters_);
    AdoptLocked(std::move(tokens));
  }
  for (OnToken& waiter : waiters) waiter(token.empty() ? StatusOr<std::string>(NotSignedIn()) : token);
}

bool Session::SaveOpened(const SessionTokens& tokens) {
  TokenStore* store = core_.options().token_store.get();
  if (store == nullptr) return true;
  auto store_lock = store->Acquire();
  if (store_lock.ok()) return Save(tokens);
  Log(LogLevel::kWarning, "client", "the tokens could not be saved: " + store_lock.status().ToString());
  return false;
}

bool Session::Save(const SessionTokens& tokens) {
  const Status saved = core_.options().token_store->Save(tokens);
  if (!saved.ok()) Log(LogLevel::kWarning, "client", "the tokens could not be saved: " + saved.ToString());
  return saved.ok();
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
  NotifyLocked();
  const TimePoint now = core_.clock().Now();
  const Duration lifetime = LifetimeLeftLocked();
  expires_at_ = DeadlineAfter(now, lifetime);
  if (tokens_.refresh_token.empty()) return;
  if (!tokens_.refresh_nonce.empty()) {
    // A refresh was begun, and the server gives the lost answer for a short while only.
    ArmTimerLocked(now);
  } else if (lifetime > Duration::zero() && expires_at_ != kNever) {
    // Spread, as those who signed in together, after a restart say, would refresh together for ever.
    const Duration margin = std::min<Duration>(kLargestMargin, lifetime / 5);
    ArmTimerLocked(expires_at_ - margin - RandomBelow(margin));
  }
}

Duration Session::LifetimeLeftLocked() const {
  if (tokens_.expires_at == WallTime{}) return Duration::max();
  const WallTime now = core_.clock().WallNow();
  if (tokens_.expires_at <= now) return Duration::zero();
  return std::min<WallTime::duration>(tokens_.expires_at - now, kLongestLifetime);
}

Duration Session::RandomBelow(Duration bound) const {
  const auto ticks = static_cast<std::uint64_t>(std::max<Duration::rep>(bound.count(), 1));
  return Duration(static_cast<Duration::rep>(core_.random().Below(ticks)));
}

void Session::ArmTimerLocked(TimePoint when) {
  if (closed_) return;
  timer_ = ScopedTimer(core_.executor(), when, [this] { Refresh([](const StatusOr<std::string>&) {}); });
}

void Session::NotifyLocked() {
  if (closed_ || !core_.options().on_tokens_changed || std::exchange(notifying_, true)) return;
  // Owned by the core, since the callback may destroy the client: a game that goes back to its login screen.
  notifications_->Push(core_.shared_from_this(), [this] {
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
  SessionTokens tokens{.user_id = answer.user_id.empty() ? SubjectOf(answer.access_token) : answer.user_id,
                       .access_token = answer.access_token,
                       .refresh_token = answer.refresh_token};
  // A server that does not say gets its token used until it refuses it.
  if (answer.expires_in > std::chrono::seconds(0)) {
    tokens.expires_at =
        core_.clock().WallNow() + std::min<std::chrono::seconds>(answer.expires_in, kLongestLifetime);
  }
  return tokens;
}

}  // namespace oofgg::internal
