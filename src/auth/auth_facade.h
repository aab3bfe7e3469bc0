#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/audit.h"
#include "auth/identity_provider.h"
#include "auth/login_guard.h"
#include "auth/session_keeper.h"
#include "auth/user_store.h"
#include "oofgg/auth/password_hasher.h"
#include "oofgg/auth/password_policy.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/caller.h"
#include "oofgg/model/account.h"
#include "oofgg/model/auth.h"
#include "oofgg/random.h"
#include "oofgg/status.h"

namespace oofgg::auth {

struct AuthFacadeOptions {
  /// How long a repeated registration (same idempotency key, names and password) still signs in.
  std::chrono::milliseconds registration_grace{10 * 60'000};
};

/// What the facade is made of. All but `secret` must outlive it.
struct AuthFacadeParts {
  UserStore& users;
  SessionKeeper& sessions;
  const TokenVerifier& verifier;
  const PasswordHasher& hasher;
  const PasswordPolicy& policy;
  LoginGuard& guard;
  AuditTrail& audit;
  const Clock& clock;
  RandomSource& random;
  std::string secret;                  ///< For proofs of registration; as the SessionKeeper's.
  IdentityProvider* twitch = nullptr;  ///< Null: TwitchLogin is kUnimplemented.
};

/// The contract's ways in, `v1.api.auth.AuthService`.
///
/// Threads: safe; methods block on the stores. Those that hash passwords (`NeedsHashing`) take tens of
/// milliseconds of CPU and 19 MiB each, so a listener runs them on a bounded executor and sheds the rest.
/// Errors, beside those of each method: kUnavailable (store away: try again), kDeadlineExceeded (the
/// caller's deadline passed before the password was hashed), kInvalidArgument (fields named),
/// kResourceExhausted with a delay (LoginGuard), kPermissionDenied with ACCOUNT_BANNED.
/// No message holds a password, a token, a name or an address.
class AuthFacade {
 public:
  explicit AuthFacade(AuthFacadeParts parts, AuthFacadeOptions options = {});

  /// Makes an account with role `user` and signs in. Idempotent under an idempotency key: the same request
  /// with the same key, within `registration_grace`, signs in to the same account with fresh tokens.
  /// kAlreadyExists with USERNAME_TAKEN or EMAIL_TAKEN.
  [[nodiscard]] StatusOr<AuthTokens> Register(const CallContext& context, const RegisterRequest& request);

  /// Repeating it is safe, and clients do so when an answer was lost, though each success begins a session of
  /// its own: one whose tokens nobody got is never used, and expires.
  /// kUnauthenticated with INVALID_CREDENTIALS, after the same work whether the name is unknown or the
  /// password wrong.
  [[nodiscard]] StatusOr<AuthTokens> Login(const CallContext& context, const LoginRequest& request);

  /// Signs in whom Twitch vouches for, and makes the account at the first time, under the Twitch name where
  /// that is free. Waits for Twitch.
  /// kUnauthenticated with INVALID_CREDENTIALS; kUnavailable while Twitch cannot be asked.
  [[nodiscard]] StatusOr<AuthTokens> TwitchLogin(const CallContext& context,
                                                 const TwitchLoginRequest& request);

  /// Trades a refresh token, once, for the next pair. Idempotent under an idempotency key: the same token
  /// and key within `refresh_grace` get the same refresh token, and an access token with the same `jti`,
  /// `iat` and `exp`. kUnauthenticated with REFRESH_TOKEN_INVALID, REFRESH_TOKEN_EXPIRED, SESSION_REVOKED,
  /// or REFRESH_TOKEN_REUSED: it was used before, so it was stolen or is stolen now, and the session ends.
  [[nodiscard]] StatusOr<AuthTokens> RefreshToken(const CallContext& context,
                                                  const RefreshTokenRequest& request);

  /// OK with `is_valid` false for a bad token, or one whose session was ended.
  [[nodiscard]] StatusOr<ValidateTokenResponse> ValidateToken(const CallContext& context,
                                                              const ValidateTokenRequest& request);

  /// Whether the method of this name, such as `Login`, hashes a password.
  [[nodiscard]] static bool NeedsHashing(std::string_view method);

 private:
  StatusOr<AuthTokens> RepeatRegistration(const CallContext& context, const User& user,
                                          const RegisterRequest& request, const std::string& proof);
  std::string RegistrationProof(const CallContext& context, const RegisterRequest& request) const;
  StatusOr<std::optional<User>> FindByLoginName(std::string_view name);
  Status CheckDeadline(const CallContext& context) const;
  void Rehash(User user, std::string_view password);
  StatusOr<User> MakeTwitchUser(const ExternalIdentity& identity);

  AuthFacadeParts parts_;
  AuthFacadeOptions options_;
  const std::string decoy_;  // Verified in place of a user who does not exist.
};

}  // namespace oofgg::auth
