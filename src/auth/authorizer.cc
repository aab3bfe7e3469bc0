#include "oofgg/auth/authorizer.h"

#include "auth/text.h"

namespace oofgg::auth {

StatusOr<Caller> JwtAuthorizer::Authenticate(std::string_view bearer) {
  OOFGG_ASSIGN_OR_RETURN(VerifiedToken token, verifier_->Verify(bearer));
  if (revoked_ != nullptr && revoked_->Contains(token.caller.session_id)) {
    return WithReason(MakeStatus(StatusCode::kUnauthenticated, "the session was ended; sign in again"),
                      "SESSION_REVOKED");
  }
  return std::move(token.caller);
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
