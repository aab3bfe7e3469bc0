#pragma once

#include <functional>
#include <memory>

#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/model/account.h"
#include "oofgg/model/auth.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

/// Ways in; guests and services have theirs in AccountClient. Errors, threads and lifetime as of Client.
class AuthClient {
 public:
  explicit AuthClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  /// Makes an account and opens the client's session with it. kAlreadyExists: name or e-mail is taken.
  StatusOr<AuthTokens> Register(const RegisterRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call Register(const RegisterRequest& request,
                              std::function<void(StatusOr<AuthTokens>)> on_done,
                              const CallOptions& options = {});

  /// Opens the client's session, in place of any it had. kUnauthenticated: unknown user or wrong password.
  StatusOr<AuthTokens> Login(const LoginRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call Login(const LoginRequest& request, std::function<void(StatusOr<AuthTokens>)> on_done,
                           const CallOptions& options = {});

  /// Opens the client's session with an account at Twitch, which makes ours at the first login.
  /// kUnauthenticated: Twitch does not know the token, or it was made for another application.
  StatusOr<AuthTokens> TwitchLogin(const TwitchLoginRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call TwitchLogin(const TwitchLoginRequest& request,
                                 std::function<void(StatusOr<AuthTokens>)> on_done,
                                 const CallOptions& options = {});

  /// Refreshes the session now; it does so by itself when needed. Shares a refresh that is under way.
  StatusOr<SessionTokens> Refresh(const CallOptions& options = {});
  [[nodiscard]] Call Refresh(std::function<void(StatusOr<SessionTokens>)> on_done,
                             const CallOptions& options = {});

  /// Asks whether a token is good. A bad one is an answer, not an error.
  StatusOr<ValidateTokenResponse> ValidateToken(const ValidateTokenRequest& request,
                                                const CallOptions& options = {});
  [[nodiscard]] Call ValidateToken(const ValidateTokenRequest& request,
                                   std::function<void(StatusOr<ValidateTokenResponse>)> on_done,
                                   const CallOptions& options = {});

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
