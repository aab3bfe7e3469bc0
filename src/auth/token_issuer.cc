#include "oofgg/auth/token_issuer.h"

#include "auth/jws.h"
#include "auth/token_claims.h"
#include "oofgg/uuid.h"

namespace oofgg::auth {

TokenIssuer::TokenIssuer(SigningKey key, const Clock& clock, RandomSource& random, TokenIssuerOptions options)
    : key_(std::move(key)), clock_(&clock), random_(&random), options_(std::move(options)) {}

void TokenIssuer::SetKey(SigningKey key) {
  const std::lock_guard lock(mutex_);
  std::swap(key_, key);
}

SigningKey TokenIssuer::key() const {
  const std::lock_guard lock(mutex_);
  return key_;
}

TokenGrant TokenIssuer::NewGrant() const {
  const WallTime now = WholeSeconds(clock_->WallNow());
  return {.token_id = NewUuidV7(*clock_, *random_), .issued_at = now, .expires_at = now + options_.lifetime};
}

StatusOr<std::string> TokenIssuer::Issue(const Caller& caller, const TokenGrant& grant) const {
  TokenClaims claims = {.issuer = options_.issuer,
                        .audiences = {options_.audience},
                        .subject = caller.user_id,
                        .token_id = grant.token_id,
                        .issued_at = WholeSeconds(grant.issued_at),
                        .not_before = WholeSeconds(grant.issued_at),
                        .expires_at = WholeSeconds(grant.expires_at),
                        .texts = {{"role", caller.role}, {"sid", caller.session_id}}};
  if (!caller.game_id.empty()) claims.texts["game"] = caller.game_id;
  OOFGG_ASSIGN_OR_RETURN(const std::string payload, PrintClaims(claims));
  return SignJws(key(), kAccessTokenType, payload);
}

}  // namespace oofgg::auth
