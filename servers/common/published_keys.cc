#include "servers/common/published_keys.h"

#include <utility>

#include "auth/digest.h"
#include "base/encoding.h"
#include "oofgg/log.h"
#include "servers/common/trusted_keys.h"

namespace oofgg::servers {
namespace {

/// Whether `If-None-Match` names the set: a list of tags, of which proxies may have made weak ones, or a
/// star.
bool IsKnown(const net::HttpRequest& request, const std::string& etag) {
  const auto known = request.Header("if-none-match");
  return known.has_value() && (*known == "*" || known->find(etag) != std::string_view::npos);
}

}  // namespace

net::HttpResponse JwksPage(const net::HttpRequest& request, const auth::Jwks& keys) {
  std::string json = keys.ToJson();
  const std::string etag = '"' + base::Base64UrlEncode(auth::Sha256(json)) + '"';
  net::HttpResponse response = {
      .content_type = "application/jwk-set+json",
      .headers = {{"Cache-Control", "public, max-age=" + std::to_string(kJwksMaxAge.count())},
                  {"ETag", etag}}};
  if (IsKnown(request, etag)) {
    response.status = 304;
  } else {
    response.body = std::move(json);
  }
  return response;
}

KeyFollower::KeyFollower(std::string directory, const Clock& clock, auth::TokenVerifier& verifier,
                         auth::TokenIssuer& issuer, std::function<void()> on_key_gone)
    : directory_(std::move(directory)),
      clock_(clock),
      verifier_(verifier),
      issuer_(issuer),
      on_key_gone_(std::move(on_key_gone)) {}

void KeyFollower::Follow() {
  const Status status = TakeOver();
  const bool was_failing = std::exchange(failing_, !status.ok());
  if (failing_ && !was_failing) {
    Log(LogLevel::kWarning, "keys",
        "keeping the last keys: " + std::string(status.message()) + "; put it right (--keys)");
  }
  if (was_failing && !failing_) Log(LogLevel::kInfo, "keys", directory_ + " can be used again");
}

Status KeyFollower::TakeOver() {
  OOFGG_ASSIGN_OR_RETURN(const auth::KeyStore store, auth::KeyStore::OpenExisting(directory_, clock_));
  TrustKeys(verifier_, store.public_keys(), on_key_gone_);
  if (issuer_.kid() == store.signing_key().kid()) return {};
  issuer_.SetKey(store.signing_key());
  Log(LogLevel::kInfo, "keys", "signing with key " + issuer_.kid() + " from now on");
  return {};
}

}  // namespace oofgg::servers
