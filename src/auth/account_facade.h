#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/refresh_store.h"
#include "auth/user_store.h"
#include "oofgg/auth/password_hasher.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/caller.h"
#include "oofgg/model/auth.h"
#include "oofgg/random.h"
#include "oofgg/status.h"
#include "oofgg/token_bucket.h"

namespace oofgg::auth {

struct AuthFacadeOptions {
  std::chrono::seconds refresh_token_lifetime{30 * 24 * 3600};
  /// How long after its first use a refresh token still gives the same answer to the same client nonce.
  std::chrono::milliseconds refresh_grace{30'000};
  /// How long a repeated registration (same idempotency key, names and password) still signs in.
  std::chrono::milliseconds registration_grace{10 * 60'000};
  /// Password guesses for one name, whether or not it exists, and for one user, by whichever of their names.
  /// Nothing: no limit.
  std::optional<RateLimit> guesses_per_name = RateLimit{.per_second = 1.0 / 6, .burst = 10};
  std::size_t max_limited_names = 100'000;
};

/// What the facade is made of. All but `secret` must outlive it.
struct AuthFacadeParts {
  UserStore& users;
  RefreshStore& sessions;
  const TokenIssuer& issuer;
  const TokenVerifier& verifier;
  const PasswordHasher& hasher;
  const Clock& clock;
  RandomSource& random;
  /// Derives refresh tokens; 32 bytes or more, the same in every replica and after a restart
  /// (`KeyStore::Secret`). Whoever has it and an old token can compute its successor.
  std::string secret;
};

/// The ways in: accounts, logins and their sessions.
///
/// Threads: safe; methods block on the stores. Those that hash passwords (`NeedsHashing`) take tens of
/// milliseconds of CPU and 19 MiB each, so a listener runs them on a bounded executor and sheds the rest.
/// Errors, beside those of each method: kUnavailable (store away: try again), kDeadlineExceeded (the
/// caller's deadline passed before the password was hashed), kInvalidArgument (fields named).
/// No message holds a password, a token, a name or an address.
class AuthFacade {
 public:
  /// kFailedPrecondition if the secret is too short.
  [[nodiscard]] static StatusOr<std::unique_ptr<AuthFacade>> Make(AuthFacadeParts parts,
                                                                  AuthFacadeOptions options = {});

  /// Makes an account with role `user` and signs in. Idempotent under an idempotency key: the same request
  /// with the same key, within `registration_grace`, signs in to the same account with fresh tokens.
  /// kAlreadyExists with USERNAME_TAKEN or EMAIL_TAKEN.
  [[nodiscard]] StatusOr<AuthTokens> Register(const CallContext& context, const RegisterRequest& request);

  /// Repeating it is safe, and clients do so when an answer was lost, though each success begins a session of
  /// its own: one whose tokens nobody got is never used, and expires.
  /// kUnauthenticated with INVALID_CREDENTIALS, after the same work whether the name is unknown or the
  /// password wrong; kResourceExhausted with a delay after too many attempts for one name.
  [[nodiscard]] StatusOr<AuthTokens> Login(const CallContext& context, const LoginRequest& request);

  /// Trades a refresh token, once, for the next pair. Idempotent under an idempotency key: the same token
  /// and key within `refresh_grace` get the same refresh token, and an access token with the same `jti`,
  /// `iat` and `exp`. kUnauthenticated with REFRESH_TOKEN_INVALID, REFRESH_TOKEN_EXPIRED, SESSION_REVOKED,
  /// or REFRESH_TOKEN_REUSED: it was used before, so it was stolen or is stolen now, and the session ends.
  [[nodiscard]] StatusOr<AuthTokens> RefreshToken(const CallContext& context,
                                                  const RefreshTokenRequest& request);

  /// OK with `is_valid` false for a bad token, or one whose session was revoked.
  [[nodiscard]] StatusOr<ValidateTokenResponse> ValidateToken(const CallContext& context,
                                                              const ValidateTokenRequest& request);

  /// Whether the method of this name, such as `Login`, hashes a password.
  [[nodiscard]] static bool NeedsHashing(std::string_view method);

  /// Forgets refresh tokens that have expired; to be called now and then. Returns how many.
  StatusOr<std::size_t> PurgeExpired();

 private:
  AuthFacade(AuthFacadeParts parts, AuthFacadeOptions options);

  StatusOr<AuthTokens> RepeatRegistration(const User& user, const RegisterRequest& request,
                                          const std::string& proof);
  std::string RegistrationProof(const CallContext& context, const RegisterRequest& request) const;
  StatusOr<std::optional<User>> FindByLoginName(std::string_view name);
  static Status TakeGuess(std::optional<KeyedTokenBuckets>& guesses, std::string_view key);
  Status CheckDeadline(const CallContext& context) const;
  void Rehash(const User& user, std::string_view password);
  StatusOr<AuthTokens> StartSession(const User& user);
  std::string NextRefreshToken(const std::string& token, const std::string& nonce) const;
  StatusOr<AuthTokens> MakeTokens(const User& user, const std::string& session_id, const TokenGrant& grant,
                                  std::string refresh_token) const;
  WallTime Now() const;

  AuthFacadeParts parts_;
  AuthFacadeOptions options_;
  const std::string decoy_;  // Verified in place of a user who does not exist.
  std::optional<KeyedTokenBuckets> guesses_by_name_;
  std::optional<KeyedTokenBuckets> guesses_by_user_;
};

}  // namespace oofgg::auth
