#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/auth/jwks.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// Longer tokens are refused unread.
inline constexpr std::size_t kMaxTokenBytes = 8192;

/// Somebody else whose tokens are taken too, such as a platform's identity provider. Its tokens need neither
/// `role` nor `sid`, and it appoints nobody: every caller gets `role`, and a name that none of ours has, the
/// issuer and the subject with a bar between (`https://id.example|alice`).
struct TrustedIssuer {
  std::string issuer;                         ///< `iss`, exactly.
  std::string audience;                       ///< Must be among `aud`: what the provider calls us.
  std::string token_type = kAccessTokenType;  ///< `typ`; many providers say `JWT`.
  std::string role = "user";                  ///< Of all its callers.
};

struct TokenVerifierOptions {
  std::string issuer = kDefaultIssuer;      ///< Our own `iss`.
  std::string audience = kDefaultAudience;  ///< Must be among `aud`.
  std::chrono::seconds clock_skew{30};      ///< By how much our clock may differ from the issuer's.
  std::vector<TrustedIssuer> foreign = {};  ///< Without keys until `SetForeignKeys`.
};

/// What a valid token says.
struct VerifiedToken {
  Caller caller;
  std::string token_id;  ///< `jti`; may be empty in a foreign token.
  WallTime issued_at{};
  WallTime not_before{};
  WallTime expires_at{};

  friend bool operator==(const VerifiedToken&, const VerifiedToken&) = default;
};

/// Verifies access tokens with the keys at hand, by the rules of RFC 8725. The key that a token is signed
/// with decides the algorithm, and for which issuer the token may speak.
///
/// Errors: kUnauthenticated always, with a message without any of the token's content and one of these
/// reasons: TOKEN_MALFORMED (form, encoding, JSON, size), TOKEN_KEY_UNKNOWN (no such `kid`: the keys may
/// have been rotated), TOKEN_ALGORITHM_MISMATCH (not the key's), TOKEN_SIGNATURE_INVALID, TOKEN_TYPE_WRONG,
/// TOKEN_CLAIM_INVALID (absent or ill-formed), TOKEN_ISSUER_WRONG, TOKEN_AUDIENCE_WRONG, TOKEN_EXPIRED,
/// TOKEN_NOT_YET_VALID.
/// Threads: safe. `Verify` neither blocks nor asks anyone. Cost: one signature check, 20 to 100 µs by
/// algorithm; see `CachedTokenVerifier` for tokens that come again.
class TokenVerifier {
 public:
  /// `clock` must outlive the verifier.
  explicit TokenVerifier(const Clock& clock, Jwks keys = {}, TokenVerifierOptions options = {});

  /// From now on these keys of our own issuer and no others. Calls under way finish with the former ones.
  void SetKeys(Jwks keys);
  [[nodiscard]] std::shared_ptr<const Jwks> keys() const;
  /// The same for one of `options.foreign`; kNotFound if `issuer` is none of them.
  [[nodiscard]] Status SetForeignKeys(std::string_view issuer, Jwks keys);

  [[nodiscard]] StatusOr<VerifiedToken> Verify(std::string_view token) const;

  /// Whether the clock still lets in a token that was verified before: TOKEN_EXPIRED, TOKEN_NOT_YET_VALID.
  [[nodiscard]] Status CheckTimes(const VerifiedToken& verified) const;
  /// Another number as soon as other keys are trusted; what was verified before may not verify again.
  [[nodiscard]] std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  using KeySets = std::vector<Jwks>;  // Ours, then those of `options_.foreign`, in its order.

  [[nodiscard]] std::shared_ptr<const KeySets> key_sets() const;
  void Replace(std::size_t index, Jwks keys);

  const Clock* clock_;
  const TokenVerifierOptions options_;
  mutable std::mutex mutex_;  // A leaf; held for the copy of a pointer.
  std::shared_ptr<const KeySets> key_sets_;
  std::atomic<std::uint64_t> generation_{0};
};

/// Checks form and signature of any JWS in compact form, not what it says, and returns its payload. A token
/// without `kid` is taken where the set has but one key. Errors as above. For tools and tests: whoever lets
/// somebody in on the strength of a token uses `TokenVerifier`.
[[nodiscard]] StatusOr<std::string> VerifySignatureOnly(std::string_view token, const Jwks& keys);

}  // namespace oofgg::auth
