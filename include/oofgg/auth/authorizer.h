#pragma once

#include <memory>
#include <string_view>

#include "oofgg/auth/revocation_list.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/caller.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// Decides who is calling. A platform with an identity system of its own puts it in here, in one class;
/// every listener asks an `Authorizer` and nothing else.
class Authorizer {
 public:
  virtual ~Authorizer() = default;

  /// `bearer` is the credential without its scheme. Must not block for long: it runs on network threads.
  /// Threads: called from any thread, by several at once.
  /// Errors: kUnauthenticated (not let in), kUnavailable (cannot tell now).
  [[nodiscard]] virtual StatusOr<Caller> Authenticate(std::string_view bearer) = 0;
};

/// Access tokens of our own auth server, but for those of sessions that have ended (SESSION_REVOKED).
class JwtAuthorizer final : public Authorizer {
 public:
  /// Without a list, a token is good until it expires.
  explicit JwtAuthorizer(std::shared_ptr<const TokenVerifier> verifier,
                         std::shared_ptr<const RevocationList> revoked = nullptr)
      : verifier_(std::move(verifier)), revoked_(std::move(revoked)) {}
  [[nodiscard]] StatusOr<Caller> Authenticate(std::string_view bearer) override;

 private:
  std::shared_ptr<const TokenVerifier> verifier_;
  std::shared_ptr<const RevocationList> revoked_;
};

/// The credential in the value of an `authorization` header, `Bearer CREDENTIAL` (RFC 6750; the scheme in any
/// case). kUnauthenticated if it is empty or has another form.
[[nodiscard]] StatusOr<std::string_view> BearerCredential(std::string_view authorization);

}  // namespace oofgg::auth
