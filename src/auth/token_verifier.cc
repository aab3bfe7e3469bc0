#include "oofgg/auth/token_verifier.h"

#include "auth/jws.h"
#include "auth/token_claims.h"

namespace oofgg::auth {
namespace {

StatusOr<VerifiedToken> ReadOurs(const ParsedJws& jws, const ClaimExpectations& expected) {
  OOFGG_RETURN_IF_ERROR(CheckType(jws, kAccessTokenType));
  OOFGG_ASSIGN_OR_RETURN(TokenClaims claims, ParseClaims(jws.payload));
  OOFGG_RETURN_IF_ERROR(CheckClaims(claims, expected));
  OOFGG_ASSIGN_OR_RETURN(std::string role, TextClaim(claims, "role"));
  OOFGG_ASSIGN_OR_RETURN(std::string session_id, TextClaim(claims, "sid"));
  return VerifiedToken{.caller = {.user_id = std::move(claims.subject),
                                  .role = std::move(role),
                                  .session_id = std::move(session_id),
                                  .game_id = std::move(claims.texts["game"])},
                       .token_id = std::move(claims.token_id),
                       .issued_at = claims.issued_at,
                       .not_before = claims.not_before,
                       .expires_at = claims.expires_at};
}

StatusOr<VerifiedToken> ReadForeign(const ParsedJws& jws, const TrustedIssuer& issuer,
                                    const ClaimExpectations& expected) {
  OOFGG_RETURN_IF_ERROR(CheckType(jws, issuer.token_type));
  OOFGG_ASSIGN_OR_RETURN(TokenClaims claims, ParseForeignClaims(jws.payload));
  OOFGG_RETURN_IF_ERROR(CheckClaims(claims, expected));
  // Our own ids are UUIDs and issuers are URLs, neither of which holds a bar: no issuer can make a name of
  // another.
  const std::string user_id = issuer.issuer + "|" + claims.subject;
  return VerifiedToken{.caller = {.user_id = user_id, .role = issuer.role, .session_id = user_id},
                       .token_id = std::move(claims.token_id),
                       .issued_at = claims.issued_at,
                       .not_before = claims.not_before,
                       .expires_at = claims.expires_at};
}

}  // namespace

TokenVerifier::TokenVerifier(const Clock& clock, Jwks keys, TokenVerifierOptions options)
    : clock_(&clock), options_(std::move(options)) {
  KeySets sets(1 + options_.foreign.size());
  sets.front() = std::move(keys);
  key_sets_ = std::make_shared<const KeySets>(std::move(sets));
}

void TokenVerifier::SetKeys(Jwks keys) { Replace(0, std::move(keys)); }

Status TokenVerifier::SetForeignKeys(std::string_view issuer, Jwks keys) {
  for (std::size_t i = 0; i < options_.foreign.size(); ++i) {
    if (options_.foreign[i].issuer != issuer) continue;
    Replace(i + 1, std::move(keys));
    return {};
  }
  return MakeStatus(StatusCode::kNotFound, "not a trusted issuer: " + std::string(issuer));
}

void TokenVerifier::Replace(std::size_t index, Jwks keys) {
  const std::lock_guard lock(mutex_);
  // A set is fetched again and again, and seldom another one.
  if ((*key_sets_)[index] == keys) return;
  KeySets sets = *key_sets_;
  sets[index] = std::move(keys);
  key_sets_ = std::make_shared<const KeySets>(std::move(sets));
  generation_.fetch_add(1, std::memory_order_release);
}

std::shared_ptr<const TokenVerifier::KeySets> TokenVerifier::key_sets() const {
  const std::lock_guard lock(mutex_);
  return key_sets_;
}

std::shared_ptr<const Jwks> TokenVerifier::keys() const {
  const std::shared_ptr<const KeySets> sets = key_sets();
  return {sets, &sets->front()};
}

StatusOr<VerifiedToken> TokenVerifier::Verify(std::string_view token) const {
  OOFGG_ASSIGN_OR_RETURN(const ParsedJws jws, ParseJws(token));
  const std::shared_ptr<const KeySets> sets = key_sets();
  Status refusal = RefuseToken("TOKEN_KEY_UNKNOWN", "the token's key is not one that we trust");
  bool is_refused = false;
  // Two issuers may call a key by one name; then it is whose signature fits.
  for (std::size_t i = 0; i < sets->size(); ++i) {
    const VerifyingKey* key = jws.kid.has_value() ? (*sets)[i].Find(*jws.kid) : nullptr;
    if (key == nullptr) continue;
    const Status signature = CheckSignature(jws, *key);
    if (signature.ok()) {
      const TrustedIssuer* foreign = i == 0 ? nullptr : &options_.foreign[i - 1];
      const ClaimExpectations expected = {.issuer = foreign ? foreign->issuer : options_.issuer,
                                          .audience = foreign ? foreign->audience : options_.audience,
                                          .now = clock_->WallNow(),
                                          .clock_skew = options_.clock_skew};
      return foreign ? ReadForeign(jws, *foreign, expected) : ReadOurs(jws, expected);
    }
    if (!is_refused) refusal = signature;
    is_refused = true;
  }
  return refusal;
}

Status TokenVerifier::CheckTimes(const VerifiedToken& verified) const {
  return auth::CheckTimes(
      {.issued_at = verified.issued_at, .not_before = verified.not_before, .expires_at = verified.expires_at},
      clock_->WallNow(), options_.clock_skew);
}

}  // namespace oofgg::auth
