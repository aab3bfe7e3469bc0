#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "client/core.h"
#include "client/session.h"
#include "client/unary_call.h"
#include "wire/codec.h"

// One refresh of a session, from who asks for it to its outcome; what a session is otherwise is in
// session.cc.
namespace oofgg::internal {
namespace {

constexpr std::chrono::seconds kRefreshAgainAfter{5};
constexpr std::chrono::milliseconds kNoWait{0};

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

void Session::JoinRefresh(std::unique_lock<std::mutex> lock, OnToken on_token) {
  const bool has_store = core_.options().token_store != nullptr;
  if (!CanRefreshLocked() && !has_store && !refreshing_) {
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
  std::string credential;
  bool saves = false;
  {
    std::lock_guard lock(mutex_);
    if (pending->generation != generation_) return;
    credential = credential_;
    saves = tokens_.refresh_nonce.empty() || !is_stored_;
    if (credential.empty() && tokens_.refresh_nonce.empty()) {
      tokens_.refresh_nonce = base::HexEncode(core_.random().Bytes(16));
    }
    tokens = tokens_;
  }
  // May be shown any number of times, so that nothing need be remembered of an attempt.
  if (!credential.empty()) return Ask<wire::methods::ServiceLogin>(pending, {std::move(credential)}, {});
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
  Ask<wire::methods::RefreshToken>(pending, {tokens.refresh_token}, tokens.refresh_nonce);
}

template <class M>
void Session::Ask(const std::shared_ptr<Pending>& pending, const typename M::Request& request,
                  std::string key) {
  auto call = std::make_shared<UnaryCall>(
      core_.shared_from_this(), wire::InfoOf<M>(), wire::EncodeRequest<M>(request),
      CallOptions{.idempotency_key = std::move(key)}, [this, pending](StatusOr<std::string> reply) {
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
    const bool is_stored = answer.ok() ? Save(tokens) : Refuse(&outcome);
    std::lock_guard lock(mutex_);
    if (pending->generation == generation_) is_stored_ = is_stored;
  }
  EndRefresh(pending, outcome);
}

bool Session::Refuse(Status* outcome) {
  const Status kept = core_.options().token_store->Refuse();
  if (!kept.ok()) {
    *outcome =
        WithReason(MakeStatus(StatusCode::kUnauthenticated, std::string(kept.message())), ReasonOf(*outcome));
  }
  return kept.ok();
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
    if (!outcome.ok() && CanRefreshLocked()) {
      const auto wait = std::max<Duration>(kRefreshAgainAfter, RetryAfterOf(outcome).value_or(kNoWait));
      ArmTimerLocked(DeadlineAfter(core_.clock().Now(), wait + RandomBelow(kRefreshAgainAfter)));
    }
  }
  for (OnToken& waiter : waiters) waiter(outcome.ok() ? StatusOr<std::string>(token) : outcome);
}

}  // namespace oofgg::internal
