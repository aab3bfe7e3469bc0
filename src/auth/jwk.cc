#include "auth/jwk.h"

#include <algorithm>
#include <array>

#include "auth/strict_json.h"
#include "auth/text.h"
#include "base/encoding.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kMaxKidBytes = 256;
/// RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1, and RFC 8037 section 2.
constexpr std::array kSecretMembers = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

/// The algorithm for which a key of that type and curve can be used, if it is one of ours.
std::optional<KeyAlgorithm> AlgorithmOf(const nlohmann::json& jwk) {
  const auto type = StringMember(jwk, "kty");
  const auto curve = StringMember(jwk, "crv");
  if (type == "OKP" && curve == "Ed25519") return KeyAlgorithm::kEdDsa;
  if (type == "EC" && curve == "P-256") return KeyAlgorithm::kEs256;
  if (type == "RSA") return KeyAlgorithm::kRs256;
  if (type == "oct") return KeyAlgorithm::kHs256;
  return std::nullopt;
}

/// RFC 9864 gives EdDSA over this curve a name of its own, Ed25519; both mean the same key.
bool IsNamed(KeyAlgorithm algorithm, const nlohmann::json& name) {
  return name == AlgorithmName(algorithm) || (algorithm == KeyAlgorithm::kEdDsa && name == "Ed25519");
}

/// RFC 7517 sections 4.2 and 4.3: a key may be meant for something else than checking signatures.
bool IsForVerifying(const nlohmann::json& jwk) {
  if (jwk.contains("use") && jwk["use"] != "sig") return false;
  if (!jwk.contains("key_ops")) return true;
  const auto& ops = jwk["key_ops"];
  return ops.is_array() && std::find(ops.begin(), ops.end(), "verify") != ops.end();
}

/// The bytes of a member; nothing unless it is base64url.
std::optional<std::string> BytesOf(const nlohmann::json& jwk, const char* member) {
  const auto text = StringMember(jwk, member);
  return text.has_value() ? base::Base64UrlDecode(*text) : std::nullopt;
}

/// Takes keys apart; its refusals name the place.
class JwkReader {
 public:
  JwkReader(const nlohmann::json& jwk, const std::string& field) : jwk_(jwk), field_(field) {}

  [[nodiscard]] Status Wrong(std::string_view problem) const { return InvalidField(field_, problem); }

  /// Empty where there is no `kid`.
  [[nodiscard]] StatusOr<std::string> Kid() const {
    if (!jwk_.contains("kid")) return std::string();
    const auto kid = StringMember(jwk_, "kid");
    if (!kid.has_value() || !IsTokenText(*kid, kMaxKidBytes)) {
      return Wrong("kid must be a string of 1 to 256 bytes without control characters");
    }
    return *kid;
  }

  [[nodiscard]] StatusOr<VerifyingKey> Read(KeyAlgorithm algorithm) const {
    OOFGG_ASSIGN_OR_RETURN(const std::string kid, Kid());
    StatusOr<VerifyingKey> key = ReadAs(algorithm, kid);
    if (!key.ok() && FieldViolationsOf(key.status()).size() == 1) {
      return Wrong(FieldViolationsOf(key.status())[0].description);
    }
    return key;
  }

 private:
  [[nodiscard]] StatusOr<VerifyingKey> ReadAs(KeyAlgorithm algorithm, const std::string& kid) const {
    const auto not_base64url = [this](const char* members) {
      return Wrong(std::string(members) + " must be in base64url without padding");
    };
    switch (algorithm) {
      case KeyAlgorithm::kEdDsa: {
        const auto x = BytesOf(jwk_, "x");
        if (!x.has_value()) return not_base64url("x");
        return VerifyingKey::FromEd25519(*x, kid);
      }
      case KeyAlgorithm::kEs256: {
        const auto x = BytesOf(jwk_, "x");
        const auto y = BytesOf(jwk_, "y");
        if (!x.has_value() || !y.has_value()) return not_base64url("x and y");
        return VerifyingKey::FromP256(*x, *y, kid);
      }
      case KeyAlgorithm::kRs256: {
        const auto n = BytesOf(jwk_, "n");
        const auto e = BytesOf(jwk_, "e");
        if (!n.has_value() || !e.has_value()) return not_base64url("n and e");
        return VerifyingKey::FromRsa(*n, *e, kid);
      }
      case KeyAlgorithm::kHs256: {
        const auto k = BytesOf(jwk_, "k");
        if (!k.has_value()) return not_base64url("k");
        return VerifyingKey::FromSecret(*k, kid);
      }
    }
    return Wrong("is of no known kind");
  }

  const nlohmann::json& jwk_;
  const std::string& field_;
};

}  // namespace

StatusOr<std::optional<VerifyingKey>> ParseJwk(const nlohmann::json& jwk, const std::string& field,
                                               bool allow_secrets) {
  const JwkReader reader(jwk, field);
  if (!jwk.is_object()) return reader.Wrong("must be an object");
  for (const char* member : kSecretMembers) {
    if (allow_secrets || !jwk.contains(member)) continue;
    return reader.Wrong(std::string("holds a secret (") + member + "); publish public keys only");
  }
  const auto algorithm = AlgorithmOf(jwk);
  if (!algorithm.has_value() || !IsForVerifying(jwk)) return std::nullopt;
  if (jwk.contains("alg") && !IsNamed(*algorithm, jwk["alg"])) {
    // Such as RS512 or ECDH-ES: right, and not for us.
    const auto name = StringMember(jwk, "alg");
    if (name.has_value() && !IsAlgorithmOfOurs(*name)) return std::nullopt;
    return reader.Wrong("alg does not fit the key's type; it must be " +
                        std::string(AlgorithmName(*algorithm)));
  }
  OOFGG_ASSIGN_OR_RETURN(VerifyingKey key, reader.Read(*algorithm));
  return std::optional<VerifyingKey>(std::move(key));
}

}  // namespace oofgg::auth
