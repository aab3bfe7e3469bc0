#include "oofgg/auth/jwks.h"

#include <algorithm>

#include "auth/private_file.h"
#include "auth/strict_json.h"
#include "auth/text.h"
#include "base/encoding.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kMaxKidBytes = 256;
constexpr std::size_t kMaxDepth = 8;

Status Wrong(std::size_t index, std::string_view problem) {
  return InvalidField("keys[" + std::to_string(index) + "]", problem);
}

bool IsEd25519(const nlohmann::json& jwk) {
  return StringMember(jwk, "kty") == "OKP" && StringMember(jwk, "crv") == "Ed25519";
}

/// RFC 7517 sections 4.2 and 4.3: a key may be meant for something else than checking signatures.
bool IsForVerifying(const nlohmann::json& jwk) {
  if (jwk.contains("use") && jwk["use"] != "sig") return false;
  if (!jwk.contains("key_ops")) return true;
  const auto& ops = jwk["key_ops"];
  return ops.is_array() && std::find(ops.begin(), ops.end(), "verify") != ops.end();
}

/// Empty where there is no `kid`.
StatusOr<std::string> KidOf(const nlohmann::json& jwk, std::size_t index) {
  if (!jwk.contains("kid")) return std::string();
  const auto kid = StringMember(jwk, "kid");
  if (!kid.has_value() || !IsTokenText(*kid, kMaxKidBytes)) {
    return Wrong(index, "kid must be a string of 1 to 256 bytes without control characters");
  }
  return *kid;
}

StatusOr<PublicKey> ParseEd25519(const nlohmann::json& jwk, std::size_t index) {
  if (jwk.contains("d")) return Wrong(index, "holds a private key (d); publish public keys only");
  // RFC 9864 gives EdDSA over this curve a name of its own, Ed25519; both mean the same key.
  if (jwk.contains("alg") && jwk["alg"] != "EdDSA" && jwk["alg"] != "Ed25519") {
    return Wrong(index, "alg does not fit an Ed25519 key; it must be EdDSA");
  }
  const auto x = StringMember(jwk, "x");
  const auto raw = x.has_value() ? base::Base64UrlDecode(*x) : std::nullopt;
  if (!raw.has_value() || raw->size() != 32)
    return Wrong(index, "x must be 32 bytes in base64url without padding");
  OOFGG_ASSIGN_OR_RETURN(const std::string kid, KidOf(jwk, index));
  return PublicKey::FromEd25519(*raw, kid);
}

}  // namespace

StatusOr<Jwks> Jwks::Of(std::vector<PublicKey> keys) {
  if (keys.size() > kMaxKeys) return InvalidField("keys", "too many; 64 at most");
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const auto same = [&](const PublicKey& other) { return other.kid() == keys[i].kid(); };
    if (std::any_of(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(i), same)) {
      return Wrong(i, "kid is that of another key; each key needs its own");
    }
  }
  return Jwks(std::move(keys));
}

StatusOr<Jwks> Jwks::Parse(std::string_view json) {
  if (json.size() > kMaxBytes) return InvalidField("jwks", "too large; 64 KiB at most");
  const StatusOr<nlohmann::json> set = ParseStrictObject(json, kMaxDepth);
  if (!set.ok()) return InvalidField("jwks", std::string(set.status().message()));
  const auto members = set->find("keys");
  if (members == set->end() || !members->is_array()) return InvalidField("keys", "must be an array of keys");
  std::vector<PublicKey> keys;
  for (std::size_t i = 0; i < members->size(); ++i) {
    const nlohmann::json& jwk = (*members)[i];
    if (!jwk.is_object()) return Wrong(i, "must be an object");
    if (!IsEd25519(jwk) || !IsForVerifying(jwk)) continue;
    OOFGG_ASSIGN_OR_RETURN(PublicKey key, ParseEd25519(jwk, i));
    keys.push_back(std::move(key));
  }
  return Of(std::move(keys));
}

std::string Jwks::ToJson() const {
  std::string json = "{\"keys\":[";
  for (const PublicKey& key : keys_) {
    if (json.back() == '}') json += ',';
    json += key.ToJwk();
  }
  return json + "]}";
}

const PublicKey* Jwks::Find(std::string_view kid) const {
  for (const PublicKey& key : keys_) {
    if (key.kid() == kid) return &key;
  }
  return nullptr;
}

StatusOr<Jwks> LoadJwksFile(const std::string& path) {
  OOFGG_ASSIGN_OR_RETURN(const std::string json, ReadPublicFile(path, Jwks::kMaxBytes));
  StatusOr<Jwks> keys = Jwks::Parse(json);
  if (!keys.ok()) return Annotate(keys.status(), path);
  return keys;
}

}  // namespace oofgg::auth
