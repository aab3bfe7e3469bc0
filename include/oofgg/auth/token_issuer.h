#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "oofgg/auth/jwks.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/random.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// Who signs, and for whom, unless an operator says otherwise. Issuer and verifier must agree.
inline constexpr const char* kDefaultIssuer = "oofgg-auth";
inline constexpr const char* kDefaultAudience = "oofgg";
/// The `typ` of access tokens (RFC 9068). Anything else that we sign has another, so that one kind of
/// token never passes for another (RFC 8725 section 3.11).
inline constexpr const char* kAccessTokenType = "at+jwt";

struct TokenIssuerOptions {
  std::string issuer = kDefaultIssuer;      ///< `iss`.
  std::string audience = kDefaultAudience;  ///< `aud`.
  std::chrono::seconds lifetime{15 * 60};   ///< From `iat` to `exp`.
};

/// What makes one access token differ from the next for the same caller. The same grant, signed again
/// with the same key, is the same token, but for ES256, whose signatures differ each time.
struct TokenGrant {
  std::string token_id;  ///< `jti`.
  WallTime issued_at{};  ///< `iat` and `nbf`; whole seconds are kept.
  WallTime expires_at{};

  friend bool operator==(const TokenGrant&, const TokenGrant&) = default;
};

/// Signs access tokens: a JWT with `kid iss aud sub role sid jti iat nbf exp`.
/// Threads: as safe as `random`. Cost: one signature, some 50 µs.
class TokenIssuer {
 public:
  /// `clock` and `random` must outlive the issuer.
  TokenIssuer(SigningKey key, const Clock& clock, RandomSource& random, TokenIssuerOptions options = {});

  /// Signs with this key from now on. Verifiers must have it already (see `KeyStore`).
  void SetKey(SigningKey key);

  /// The name of the key that signs now.
  [[nodiscard]] std::string kid() const { return key().kid(); }

  /// A new `jti`, from now for `lifetime`.
  [[nodiscard]] TokenGrant NewGrant() const;

  /// kInvalidArgument if the caller or grant would not pass our own verifier.
  [[nodiscard]] StatusOr<std::string> Issue(const Caller& caller, const TokenGrant& grant) const;
  [[nodiscard]] StatusOr<std::string> Issue(const Caller& caller) const { return Issue(caller, NewGrant()); }

  [[nodiscard]] const TokenIssuerOptions& options() const { return options_; }

 private:
  [[nodiscard]] SigningKey key() const;

  mutable std::mutex mutex_;  // A leaf; held for a copy of the key, which is two pointers.
  SigningKey key_;
  const Clock* clock_;
  RandomSource* random_;
  TokenIssuerOptions options_;
};

}  // namespace oofgg::auth
