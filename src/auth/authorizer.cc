#include "oofgg/auth/authorizer.h"

#include "auth/text.h"
#include "base/session_revoked.h"

namespace oofgg::auth {

StatusOr<Caller> JwtAuthorizer::Authenticate(std::string_view bearer) {
  StatusOr<VerifiedToken> token = verifier_.Verify(bearer);
  if (!token.ok()) {
    if (on_unknown_key_ && ReasonOf(token.status()) == "TOKEN_KEY_UNKNOWN") on_unknown_key_();
    return token.status();
  }
  if (revoked_ != nullptr && revoked_->Contains(token->caller.session_id)) return SessionRevoked();
  return std::move(token->caller);
}

StatusOr<std::string_view> BearerCredential(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (FoldCase(authorization.substr(0, kScheme.size())) != kScheme) {
    return MakeStatus(StatusCode::kUnauthenticated, "authorization must be: Bearer TOKEN");
  }
  const std::string_view credential = authorization.substr(kScheme.size());
  if (credential.empty() || credential.find_first_of(" \t\r\n") != std::string_view::npos) {
    return MakeStatus(StatusCode::kUnauthenticated, "authorization must be: Bearer TOKEN");
  }
  return credential;
}

}  // namespace oofgg::auth
