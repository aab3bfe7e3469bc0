#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "oofgg/auth/cached_token_verifier.h"
#include "oofgg/auth/revocation_list.h"
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

struct JwtAuthorizerOptions {
  /// Whose tokens are refused although they are good (SESSION_REVOKED). Null: nobody's.
  std::shared_ptr<const RevocationList> revoked = nullptr;
  CachedTokenVerifierOptions cache = {};
  /// Called when a token's key is unknown: time to look whether the issuer has new ones. Must not block; it
  /// is called as often as somebody sends such a token.
  std::function<void()> on_unknown_key = {};
};

/// Access tokens, each verified once and then remembered, but for those of sessions that have ended.
class JwtAuthorizer final : public Authorizer {
 public:
  explicit JwtAuthorizer(std::shared_ptr<const TokenVerifier> verifier, JwtAuthorizerOptions options = {})
      : verifier_(std::move(verifier), options.cache),
        revoked_(std::move(options.revoked)),
        on_unknown_key_(std::move(options.on_unknown_key)) {}
  [[nodiscard]] StatusOr<Caller> Authenticate(std::string_view bearer) override;

 private:
  CachedTokenVerifier verifier_;
  const std::shared_ptr<const RevocationList> revoked_;
  const std::function<void()> on_unknown_key_;
};

/// The credential in the value of an `authorization` header, `Bearer CREDENTIAL` (RFC 6750; the scheme in any
/// case). kUnauthenticated if it is empty or has another form.
[[nodiscard]] StatusOr<std::string_view> BearerCredential(std::string_view authorization);

}  // namespace oofgg::auth
