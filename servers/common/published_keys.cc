#include "servers/common/published_keys.h"

#include "auth/digest.h"
#include "base/encoding.h"
#include "oofgg/log.h"

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

Status FollowKeys(const std::string& directory, const Clock& clock, auth::TokenVerifier& verifier,
                  auth::TokenIssuer& issuer) {
  OOFGG_ASSIGN_OR_RETURN(const auth::KeyStore store, auth::KeyStore::Open(directory, clock));
  verifier.SetKeys(store.public_keys());
  if (issuer.kid() == store.signing_key().kid()) return {};
  issuer.SetKey(store.signing_key());
  Log(LogLevel::kInfo, "keys", "signing with key " + issuer.kid() + " from now on");
  return {};
}

}  // namespace oofgg::servers
