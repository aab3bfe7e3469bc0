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
/// since a second use of a refresh token under another key would end the session. A service's session has no
/// refresh token: to refresh it is to sign in again with the credential. Threads: safe. Its lock is taken
/// before the executor's and a CallbackQueue's; waiters, the store and the network are used without it.
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

  /// Takes the answer to a way in, writes it to the token store, and fills in the user's id. `credential` is
  /// what signs in again where there is no refresh token; it is never written anywhere.
  void Open(AuthTokens& answer, std::string credential = {});
  void Set(SessionTokens tokens);
  /// Grows with each session that Open or Set begins, and with its end.
  [[nodiscard]] std::uint64_t generation() const;
  /// Signs out, here and in the token store, unless another session has begun since that generation.
  void Forget(std::uint64_t generation, const std::string& user_id);
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
  /// Asks for tokens by method M, on behalf of a refresh.
  template <class M>
  void Ask(const std::shared_ptr<Pending>& pending, const typename M::Request& request, std::string key);
  /// Stops the refresh under way, if any, and with it its hold on the store. Who waits for it, or begins to,
  /// waits for Replace. False, and nothing done, if the generation is another than `expected`.
  bool AbandonRefresh(std::optional<std::uint64_t> expected = std::nullopt);

  /// What `stored`, which is not what we have, says of our session.
  [[nodiscard]] Status AdoptStoredLocked(SessionTokens stored);
  [[nodiscard]] bool HasFreshTokenLocked() const;
  [[nodiscard]] bool CanRefreshLocked() const {
    return !tokens_.refresh_token.empty() || !credential_.empty();
  }
  [[nodiscard]] static Status NotSignedIn();
  [[nodiscard]] Duration LifetimeLeftLocked() const;  ///< Of the access token; the largest if unknown.
  void AdoptLocked(SessionTokens tokens);
  void Replace(SessionTokens tokens, std::string credential, bool is_stored);
  void ArmTimerLocked(TimePoint when);
  void NotifyLocked();
  SessionTokens TokensFrom(const AuthTokens& answer) const;
  /// Under the store's lock, which SaveOpened takes. False, and a line in the log, if that failed.
  [[nodiscard]] bool Save(const SessionTokens& tokens);
  [[nodiscard]] bool SaveOpened(const SessionTokens& tokens);
  /// Tells the token store that the server refused. False if it keeps the session, and `*outcome` says why.
  [[nodiscard]] bool Refuse(Status* outcome);
  /// Empties the token store if what is in it is of `user_id`. False as above.
  [[nodiscard]] bool EmptyStore(const std::string& user_id);
  [[nodiscard]] Duration RandomBelow(Duration bound) const;

  ClientCore& core_;
  const std::shared_ptr<CallbackQueue> notifications_;

  mutable std::mutex mutex_;
  SessionTokens tokens_;
  std::string credential_;         // Of a service; else empty.
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
