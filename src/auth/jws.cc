#include "auth/jws.h"

#include <array>

#include "auth/strict_json.h"
#include "base/encoding.h"
#include "oofgg/auth/token_verifier.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kMaxHeaderBytes = 1024;
constexpr std::size_t kMaxHeaderDepth = 4;
constexpr std::array kRefusedMembers = {"crit", "jwk", "jku", "x5c", "x5u", "b64", "zip"};

Status Malformed(std::string_view message) { return RefuseToken("TOKEN_MALFORMED", message); }

/// False if the member is there but no string.
bool TakeOptional(const nlohmann::json& header, const char* name, std::optional<std::string>& value) {
  value = StringMember(header, name);
  return value.has_value() || !header.contains(name);
}

Status ParseHeader(std::string_view encoded, ParsedJws& jws) {
  const auto text = base::Base64UrlDecode(encoded);
  if (!text.has_value()) return Malformed("the token's header is not base64url");
  if (text->size() > kMaxHeaderBytes) return Malformed("the token's header is too large");
  const StatusOr<nlohmann::json> header = ParseStrictObject(*text, kMaxHeaderDepth);
  if (!header.ok()) return Malformed("the token's header is " + std::string(header.status().message()));
  for (const char* member : kRefusedMembers) {
    if (header->contains(member)) return Malformed(std::string("the token's header must not hold ") + member);
  }
  const auto algorithm = StringMember(*header, "alg");
  if (!algorithm.has_value()) return Malformed("the token names no algorithm");
  jws.algorithm = *algorithm;
  if (!TakeOptional(*header, "kid", jws.kid)) return Malformed("the token's kid is not a string");
  if (!TakeOptional(*header, "typ", jws.type)) return Malformed("the token's typ is not a string");
  return {};
}

}  // namespace

Status RefuseToken(std::string_view reason, std::string_view message) {
  return WithReason(MakeStatus(StatusCode::kUnauthenticated, message), reason);
}

StatusOr<ParsedJws> ParseJws(std::string_view token) {
  if (token.size() > kMaxTokenBytes) return Malformed("the token is too large");
  if (token.starts_with('{')) return Malformed("the token is in JSON form; only the compact one is taken");
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return Malformed("the token does not have three parts");
  }
  ParsedJws jws;
  OOFGG_RETURN_IF_ERROR(ParseHeader(token.substr(0, first), jws));
  auto payload = base::Base64UrlDecode(token.substr(first + 1, second - first - 1));
  if (!payload.has_value()) return Malformed("the token's payload is not base64url");
  auto signature = base::Base64UrlDecode(token.substr(second + 1));
  if (!signature.has_value()) return Malformed("the token's signature is not base64url");
  jws.signed_part = token.substr(0, second);
  jws.payload = *std::move(payload);
  jws.signature = *std::move(signature);
  return jws;
}

Status CheckSignature(const ParsedJws& jws, const VerifyingKey& key) {
  if (jws.algorithm != AlgorithmName(key.algorithm())) {
    return RefuseToken("TOKEN_ALGORITHM_MISMATCH", "the token's algorithm is not its key's");
  }
  if (!key.Verifies(jws.signed_part, jws.signature)) {
    return RefuseToken("TOKEN_SIGNATURE_INVALID", "the token's signature does not fit");
  }
  return {};
}

Status CheckType(const ParsedJws& jws, std::string_view type) {
  // RFC 7515 section 4.1.9: a type without a slash stands for one with `application/` before it.
  if (jws.type == type || jws.type == "application/" + std::string(type)) return {};
  return RefuseToken("TOKEN_TYPE_WRONG", "the token is of another type");
}

StatusOr<ParsedJws> VerifyTypedJws(std::string_view token, std::string_view type, const Jwks& keys) {
  OOFGG_ASSIGN_OR_RETURN(ParsedJws jws, ParseJws(token));
  const VerifyingKey* key = jws.kid.has_value() ? keys.Find(*jws.kid) : nullptr;
  if (key == nullptr) return RefuseToken("TOKEN_KEY_UNKNOWN", "the token's key is not one that we trust");
  OOFGG_RETURN_IF_ERROR(CheckSignature(jws, *key));
  OOFGG_RETURN_IF_ERROR(CheckType(jws, type));
  return jws;
}

StatusOr<std::string> SignJws(const SigningKey& key, std::string_view type, std::string_view payload) {
  const std::string header =
      ToLine({{"alg", AlgorithmName(key.algorithm())}, {"kid", key.kid()}, {"typ", type}});
  std::string token = base::Base64UrlEncode(header) + "." + base::Base64UrlEncode(payload);
  OOFGG_ASSIGN_OR_RETURN(const std::string signature, key.Sign(token));
  token += '.';
  token += base::Base64UrlEncode(signature);
  return token;
}

StatusOr<std::string> VerifySignatureOnly(std::string_view token, const Jwks& keys) {
  OOFGG_ASSIGN_OR_RETURN(ParsedJws jws, ParseJws(token));
  if (!IsAlgorithmOfOurs(jws.algorithm)) {
    return RefuseToken("TOKEN_ALGORITHM_MISMATCH",
                       "the token's algorithm is none of EdDSA, ES256, HS256, RS256");
  }
  if (jws.payload.empty()) return Malformed("the token has no payload; a detached one is not taken");
  const VerifyingKey* key = nullptr;
  if (jws.kid.has_value()) {
    key = keys.Find(*jws.kid);
  } else if (keys.keys().size() == 1) {
    key = &keys.keys().front();
  }
  if (key == nullptr) return RefuseToken("TOKEN_KEY_UNKNOWN", "no key of the set is the token's");
  OOFGG_RETURN_IF_ERROR(CheckSignature(jws, *key));
  return std::move(jws.payload);
}

}  // namespace oofgg::auth
