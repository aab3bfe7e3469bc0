#include "oofgg/auth/jwks.h"

#include <algorithm>

#include "auth/jwk.h"
#include "auth/private_file.h"
#include "auth/strict_json.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kMaxSetDepth = 8;

std::string FieldOf(std::size_t index) { return "keys[" + std::to_string(index) + "]"; }

}  // namespace

StatusOr<Jwks> Jwks::Of(std::vector<VerifyingKey> keys) {
  if (keys.size() > kMaxKeys) return InvalidField("keys", "too many; 64 at most");
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const auto same = [&](const VerifyingKey& other) { return other.kid() == keys[i].kid(); };
    if (std::any_of(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(i), same)) {
      return InvalidField(FieldOf(i), "kid is that of another key; each key needs its own");
    }
  }
  return Jwks(std::move(keys));
}

StatusOr<Jwks> Jwks::Parse(std::string_view json, const JwksParseOptions& options) {
  if (json.size() > kMaxBytes) return InvalidField("jwks", "too large; 64 KiB at most");
  const StatusOr<nlohmann::json> set = ParseStrictObject(json, kMaxSetDepth);
  if (!set.ok()) return InvalidField("jwks", std::string(set.status().message()));
  std::vector<VerifyingKey> keys;
  const auto take = [&](const nlohmann::json& jwk, const std::string& field) -> Status {
    OOFGG_ASSIGN_OR_RETURN(auto key, ParseJwk(jwk, field, options.allow_secrets));
    if (key.has_value()) keys.push_back(*std::move(key));
    return {};
  };
  if (options.allow_single_key && set->contains("kty")) {
    OOFGG_RETURN_IF_ERROR(take(*set, "jwk"));
    return Of(std::move(keys));
  }
  const auto members = set->find("keys");
  if (members == set->end() || !members->is_array()) return InvalidField("keys", "must be an array of keys");
  for (std::size_t i = 0; i < members->size(); ++i) {
    OOFGG_RETURN_IF_ERROR(take((*members)[i], FieldOf(i)));
  }
  return Of(std::move(keys));
}

std::string Jwks::ToJson() const {
  std::string json = "{\"keys\":[";
  for (const VerifyingKey& key : keys_) {
    if (key.is_secret()) continue;
    if (json.back() == '}') json += ',';
    json += key.ToJwk();
  }
  return json + "]}";
}

const VerifyingKey* Jwks::Find(std::string_view kid) const {
  for (const VerifyingKey& key : keys_) {
    if (key.kid() == kid) return &key;
  }
  return nullptr;
}

StatusOr<Jwks> LoadJwksFile(const std::string& path, const JwksParseOptions& options) {
  OOFGG_ASSIGN_OR_RETURN(const std::string json, ReadPublicFile(path, Jwks::kMaxBytes));
  StatusOr<Jwks> keys = Jwks::Parse(json, options);
  if (!keys.ok()) return Annotate(keys.status(), path);
  return keys;
}

}  // namespace oofgg::auth
