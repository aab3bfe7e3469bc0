#pragma once

#include <absl/functional/any_invocable.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/callback_queue.h"
#include "oofgg/executor.h"
#include "oofgg/model/auth.h"
#include "oofgg/status.h"
#include "oofgg/token_store.h"

namespace oofgg::internal {

class ClientCore;
class UnaryCall;

/// Keeps one player's tokens fresh. At most one refresh is under way, whoever asked for it; all who need a
/// token wait for that one.
///
/// A refresh whose answer was lost is repeated with the same idempotency key until its outcome is known,
/// since a second use of a refresh token under another key would end the session. Threads: safe. Its lock is
/// taken before the executor's and a CallbackQueue's; waiters, the store and the network are used without it.
class Session {
 public:
  using OnToken = absl::AnyInvocable<void(StatusOr<std::string> access_token)>;

  explicit Session(ClientCore& core);

  /// A token that has not expired, or nothing: ask WithToken.
  [[nodiscard]] std::optional<std::string> FreshToken() const;

  /// Gives a token that has not expired: inline if there is one, else after a refresh.
  /// kUnauthenticated: there is no session, or it ended.
  void WithToken(OnToken on_token);

  /// The server refused this token, whatever we think of it. Nothing if another has taken its place.
  void Reject(const std::string& access_token);

  /// Refreshes even though the token is good; joins a refresh under way.
  void Refresh(OnToken on_token);

  /// Takes the answer to a way in, writes it to the token store, and fills in the user's id.
  void Open(AuthTokens& answer);
  void Set(SessionTokens tokens);
  [[nodiscard]] SessionTokens tokens() const;

  /// No timer and no notification after this.
  void Close();

 private:
  struct Pending;

  void JoinRefresh(std::unique_lock<std::mutex> lock, OnToken on_token);
  void RefreshThroughStore(const std::shared_ptr<Pending>& pending);
  void SendRefresh(const std::shared_ptr<Pending>& pending);
  void OnRefreshed(const std::shared_ptr<Pending>& pending, StatusOr<AuthTokens> answer);
  void EndRefresh(const std::shared_ptr<Pending>& pending, const Status& outcome);
  /// Stops the refresh under way, if any, and with it its hold on the store. Who waits for it, or begins to,
  /// waits for Replace.
  void AbandonRefresh();

  /// What `stored`, which is not what we have, says of our session.
  [[nodiscard]] Status AdoptStoredLocked(SessionTokens stored);
  [[nodiscard]] bool HasFreshTokenLocked() const;
  [[nodiscard]] Duration LifetimeLeftLocked() const;  ///< Of the access token; the largest if unknown.
  void AdoptLocked(SessionTokens tokens);
  void Replace(SessionTokens tokens, bool is_stored);
  void ArmTimerLocked(TimePoint when);
  void NotifyLocked();
  SessionTokens TokensFrom(const AuthTokens& answer) const;
  /// Under the store's lock, which SaveOpened takes. False, and a line in the log, if that failed.
  [[nodiscard]] bool Save(const SessionTokens& tokens);
  [[nodiscard]] bool SaveOpened(const SessionTokens& tokens);
  [[nodiscard]] Duration RandomBelow(Duration bound) const;

  ClientCore& core_;
  const std::shared_ptr<CallbackQueue> notifications_;

  mutable std::mutex mutex_;
  SessionTokens tokens_;
  TimePoint expires_at_ = kNever;  // Of the access token, by the steady clock.
  std::uint64_t generation_ = 0;   // Grows when tokens come from elsewhere than a refresh.
  bool refreshing_ = false;
  std::weak_ptr<UnaryCall> refresh_call_;
  bool is_stored_ = true;  // False: the token store could not be written, and holds older tokens than ours.
  bool notifying_ = false;
  bool closed_ = false;
  std::vector<OnToken> waiters_;
  ScopedTimer timer_;
};

}  // namespace oofgg::internal
