#include "oofgg/auth/token_verifier.h"

#include "auth/jws.h"
#include "auth/token_claims.h"

namespace oofgg::auth {

TokenVerifier::TokenVerifier(const Clock& clock, Jwks keys, TokenVerifierOptions options)
    : clock_(&clock), options_(std::move(options)), keys_(std::make_shared<const Jwks>(std::move(keys))) {}

void TokenVerifier::SetKeys(Jwks keys) {
  auto fresh = std::make_shared<const Jwks>(std::move(keys));
  const std::lock_guard lock(mutex_);
  keys_.swap(fresh);
}

std::shared_ptr<const Jwks> TokenVerifier::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

StatusOr<VerifiedToken> TokenVerifier::Verify(std::string_view token) const {
  OOFGG_ASSIGN_OR_RETURN(const ParsedJws jws, VerifyTypedJws(token, kAccessTokenType, *keys()));
  OOFGG_ASSIGN_OR_RETURN(TokenClaims claims, ParseClaims(jws.payload));
  OOFGG_RETURN_IF_ERROR(CheckClaims(claims, {.issuer = options_.issuer,
                                             .audience = options_.audience,
                                             .now = clock_->WallNow(),
                                             .clock_skew = options_.clock_skew}));
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

}  // namespace oofgg::auth
