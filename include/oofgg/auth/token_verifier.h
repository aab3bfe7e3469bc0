#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "oofgg/auth/jwks.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// Longer tokens are refused unread.
inline constexpr std::size_t kMaxTokenBytes = 8192;

struct TokenVerifierOptions {
  std::string issuer = kDefaultIssuer;      ///< The only `iss` accepted.
  std::string audience = kDefaultAudience;  ///< Must be among `aud`.
  std::chrono::seconds clock_skew{30};      ///< By how much our clock may differ from the issuer's.
};

/// What a valid token says.
struct VerifiedToken {
  Caller caller;
  std::string token_id;  ///< `jti`.
  WallTime issued_at{};
  WallTime not_before{};
  WallTime expires_at{};
};

/// Verifies access tokens with the keys at hand, by the rules of RFC 8725.
///
/// Errors: kUnauthenticated always, with a message without any of the token's content and one of these
/// reasons: TOKEN_MALFORMED (form, encoding, JSON, size), TOKEN_KEY_UNKNOWN (no such `kid`: the keys may
/// have been rotated), TOKEN_ALGORITHM_MISMATCH (not the key's), TOKEN_SIGNATURE_INVALID, TOKEN_TYPE_WRONG,
/// TOKEN_CLAIM_INVALID (absent or ill-formed), TOKEN_ISSUER_WRONG, TOKEN_AUDIENCE_WRONG, TOKEN_EXPIRED,
/// TOKEN_NOT_YET_VALID.
/// Threads: safe. `Verify` neither blocks nor asks anyone. Cost: one signature check, some 100 µs.
class TokenVerifier {
 public:
  /// `clock` must outlive the verifier.
  explicit TokenVerifier(const Clock& clock, Jwks keys = {}, TokenVerifierOptions options = {});

  /// From now on these keys and no others. Calls under way finish with the former ones.
  void SetKeys(Jwks keys);
  [[nodiscard]] std::shared_ptr<const Jwks> keys() const;

  [[nodiscard]] StatusOr<VerifiedToken> Verify(std::string_view token) const;

 private:
  const Clock* clock_;
  TokenVerifierOptions options_;
  mutable std::mutex mutex_;  // A leaf; held for the copy of a pointer.
  std::shared_ptr<const Jwks> keys_;
};

/// Checks form and signature of any JWS in compact form, not what it says, and returns its payload. A token
/// without `kid` is taken where the set has but one key. Errors as above. For tools and tests: whoever lets
/// somebody in on the strength of a token uses `TokenVerifier`.
[[nodiscard]] StatusOr<std::string> VerifySignatureOnly(std::string_view token, const Jwks& keys);

}  // namespace oofgg::auth
