#include "client/session.h"

#include <algorithm>
#include <utility>

#include "client/core.h"
#include "client/token_subject.h"
#include "client/unary_call.h"
#include "oofgg/log.h"

namespace oofgg::internal {
namespace {

constexpr std::chrono::seconds kLargestMargin{60};

// Nobody is about to live so long, and sums with it do not overflow.
constexpr std::chrono::hours kLongestLifetime{24 * 3650};

}  // namespace

Status Session::NotSignedIn() {
  return MakeStatus(StatusCode::kUnauthenticated, "not signed in: call auth().Login or Register first");
}

Session::Session(ClientCore& core)
    : core_(core),
      notifications_(std::make_shared<CallbackQueue>(core.callbacks())),
      credential_(core.options().service_credential) {}

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

void Session::Reject(const std::string& access_token) {
  std::lock_guard lock(mutex_);
  if (tokens_.access_token == access_token) expires_at_ = core_.clock().Now();
}

bool Session::AbandonRefresh(std::optional<std::uint64_t> expected) {
  std::shared_ptr<UnaryCall> call;
  {
    std::lock_guard lock(mutex_);
    if (expected.has_value() && *expected != generation_) return false;
    ++generation_;
    refreshing_ = true;
    call = refresh_call_.lock();
  }
  if (call != nullptr) call->Cancel();
  return true;
}

void Session::Open(AuthTokens& answer, std::string credential) {
  if (answer.user_id.empty()) answer.user_id = SubjectOf(answer.access_token);
  SessionTokens tokens = TokensFrom(answer);
  // First, as a refresh may hold the store's lock for as long as its call takes.
  AbandonRefresh();
  const bool is_stored = SaveOpened(tokens);
  Replace(std::move(tokens), std::move(credential), is_stored);
}

void Session::Set(SessionTokens tokens) {
  AbandonRefresh();
  Replace(std::move(tokens), {}, true);
}

std::uint64_t Session::generation() const {
  std::lock_guard lock(mutex_);
  return generation_;
}

void Session::Forget(std::uint64_t generation, const std::string& user_id) {
  if (!AbandonRefresh(generation)) return;
  const bool is_stored = EmptyStore(user_id);
  Replace({}, {}, is_stored);
}

void Session::Replace(SessionTokens tokens, std::string credential, bool is_stored) {
  std::vector<OnToken> waiters;
  const std::string token = tokens.access_token;
  {
    std::lock_guard lock(mutex_);
    ++generation_;
    refreshing_ = false;
    is_stored_ = is_stored;
    waiters.swap(waiters_);
    credential_ = std::move(credential);
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

bool Session::EmptyStore(const std::string& user_id) {
  TokenStore* store = core_.options().token_store.get();
  if (store == nullptr) return true;
  auto store_lock = store->Acquire();
  if (!store_lock.ok()) {
    Log(LogLevel::kWarning, "client", "the tokens could not be removed: " + store_lock.status().ToString());
    return false;
  }
  const auto stored = store->Load();
  // Another player's, who has signed in since, stay. What cannot be read goes.
  if (stored.ok() && stored->user_id != user_id) return true;
  return Save({});
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
  // A session that has ended does not begin again by itself, and one with a refresh token needs nothing else.
  if (tokens_.access_token.empty() || !tokens_.refresh_token.empty()) credential_.clear();
  timer_.Cancel();
  NotifyLocked();
  const TimePoint now = core_.clock().Now();
  const Duration lifetime = LifetimeLeftLocked();
  expires_at_ = DeadlineAfter(now, lifetime);
  if (!CanRefreshLocked()) return;
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
