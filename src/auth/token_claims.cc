#include "auth/token_claims.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "auth/jws.h"
#include "auth/strict_json.h"
#include "auth/text.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kMaxClaimsDepth = 4;
constexpr std::size_t kMaxTextBytes = 256;
constexpr std::size_t kMaxAudiences = 16;
// 2200-01-01. WallTime counts nanoseconds and ends in 2262.
constexpr std::int64_t kLatestSecond = 7258118400;

Status Invalid(std::string_view claim, std::string_view problem) {
  return RefuseToken("TOKEN_CLAIM_INVALID", "the token's " + std::string(claim) + " " + std::string(problem));
}

Status ReadText(const nlohmann::json& object, const char* name, std::string& text) {
  auto value = StringMember(object, name);
  if (!value.has_value()) return Invalid(name, "is missing or not a string");
  if (!IsTokenText(*value, kMaxTextBytes))
    return Invalid(name, "is empty, too long, or holds control characters");
  text = *std::move(value);
  return {};
}

Status ReadTime(const nlohmann::json& object, const char* name, WallTime& time) {
  const auto seconds = IntegerMember(object, name);
  if (!seconds.has_value() || *seconds < 0 || *seconds > kLatestSecond) {
    return Invalid(name, "is missing or not a number of whole seconds");
  }
  time = WallTime(std::chrono::seconds(*seconds));
  return {};
}

/// RFC 7519 section 4.1.3: one string, or an array of them.
Status ReadAudiences(const nlohmann::json& object, std::vector<std::string>& audiences) {
  const auto member = object.find("aud");
  if (member == object.end()) return Invalid("aud", "is missing");
  if (!member->is_array()) return ReadText(object, "aud", audiences.emplace_back());
  if (member->empty() || member->size() > kMaxAudiences) return Invalid("aud", "has no entry or too many");
  for (const nlohmann::json& entry : *member) {
    if (!entry.is_string() || !IsTokenText(entry.get_ref<const std::string&>(), kMaxTextBytes)) {
      return Invalid("aud", "holds something else than a string");
    }
    audiences.push_back(entry.get<std::string>());
  }
  return {};
}

bool IsRegistered(std::string_view name) {
  return name == "iss" || name == "aud" || name == "sub" || name == "jti";
}

Status ReadOtherTexts(const nlohmann::json& object, std::map<std::string, std::string>& texts) {
  for (const auto& [name, value] : object.items()) {
    if (!value.is_string() || IsRegistered(name)) continue;
    if (!IsTokenText(name, kMaxTextBytes)) return Invalid("claims", "have a name that is no plain text");
    OOFGG_RETURN_IF_ERROR(ReadText(object, name.c_str(), texts[name]));
  }
  return {};
}

StatusOr<nlohmann::json> ParsePayload(std::string_view json) {
  StatusOr<nlohmann::json> object = ParseStrictObject(json, kMaxClaimsDepth);
  if (object.ok()) return object;
  return RefuseToken("TOKEN_MALFORMED", "the token's payload is " + std::string(object.status().message()));
}

/// All but `jti`.
Status ReadRegistered(const nlohmann::json& object, TokenClaims& claims) {
  OOFGG_RETURN_IF_ERROR(ReadText(object, "iss", claims.issuer));
  OOFGG_RETURN_IF_ERROR(ReadAudiences(object, claims.audiences));
  OOFGG_RETURN_IF_ERROR(ReadText(object, "sub", claims.subject));
  OOFGG_RETURN_IF_ERROR(ReadTime(object, "iat", claims.issued_at));
  OOFGG_RETURN_IF_ERROR(ReadTime(object, "exp", claims.expires_at));
  claims.not_before = claims.issued_at;
  if (object.contains("nbf")) OOFGG_RETURN_IF_ERROR(ReadTime(object, "nbf", claims.not_before));
  return {};
}

Status CheckIssuer(const TokenClaims& claims, std::string_view issuer) {
  if (claims.issuer == issuer) return {};
  return RefuseToken("TOKEN_ISSUER_WRONG", "the token is from another issuer");
}

Status CheckAudience(const TokenClaims& claims, std::string_view audience) {
  const auto& audiences = claims.audiences;
  if (std::find(audiences.begin(), audiences.end(), audience) != audiences.end()) return {};
  return RefuseToken("TOKEN_AUDIENCE_WRONG", "the token is for another audience");
}

std::int64_t SecondsOf(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

StatusOr<TokenClaims> ParseClaims(std::string_view json) {
  OOFGG_ASSIGN_OR_RETURN(const nlohmann::json object, ParsePayload(json));
  TokenClaims claims;
  OOFGG_RETURN_IF_ERROR(ReadRegistered(object, claims));
  OOFGG_RETURN_IF_ERROR(ReadText(object, "jti", claims.token_id));
  OOFGG_RETURN_IF_ERROR(ReadOtherTexts(object, claims.texts));
  return claims;
}

StatusOr<TokenClaims> ParseForeignClaims(std::string_view json) {
  OOFGG_ASSIGN_OR_RETURN(const nlohmann::json object, ParsePayload(json));
  TokenClaims claims;
  OOFGG_RETURN_IF_ERROR(ReadRegistered(object, claims));
  if (object.contains("jti")) OOFGG_RETURN_IF_ERROR(ReadText(object, "jti", claims.token_id));
  return claims;
}

Status CheckTimes(const TokenTimes& times, WallTime now, std::chrono::seconds clock_skew) {
  if (times.expires_at <= times.issued_at) return Invalid("exp", "is not after its iat");
  if (now >= times.expires_at + clock_skew) return RefuseToken("TOKEN_EXPIRED", "the token has expired");
  const WallTime latest = now + clock_skew;
  if (times.not_before > latest || times.issued_at > latest) {
    return RefuseToken("TOKEN_NOT_YET_VALID", "the token is not valid yet; are the clocks right?");
  }
  return {};
}

Status CheckClaims(const TokenClaims& claims, const ClaimExpectations& expected) {
  OOFGG_RETURN_IF_ERROR(CheckIssuer(claims, expected.issuer));
  OOFGG_RETURN_IF_ERROR(CheckAudience(claims, expected.audience));
  return CheckTimes(
      {.issued_at = claims.issued_at, .not_before = claims.not_before, .expires_at = claims.expires_at},
      expected.now, expected.clock_skew);
}

Status CheckAnyClaims(std::string_view json, const ForeignExpectations& expected) {
  OOFGG_ASSIGN_OR_RETURN(const nlohmann::json object, ParsePayload(json));
  TokenTimes times;
  OOFGG_RETURN_IF_ERROR(ReadTime(object, "exp", times.expires_at));
  if (object.contains("iat")) OOFGG_RETURN_IF_ERROR(ReadTime(object, "iat", times.issued_at));
  if (object.contains("nbf")) OOFGG_RETURN_IF_ERROR(ReadTime(object, "nbf", times.not_before));
  TokenClaims claims;
  if (expected.issuer.has_value()) OOFGG_RETURN_IF_ERROR(ReadText(object, "iss", claims.issuer));
  if (expected.audience.has_value()) OOFGG_RETURN_IF_ERROR(ReadAudiences(object, claims.audiences));
  if (expected.issuer.has_value()) OOFGG_RETURN_IF_ERROR(CheckIssuer(claims, *expected.issuer));
  if (expected.audience.has_value()) OOFGG_RETURN_IF_ERROR(CheckAudience(claims, *expected.audience));
  return CheckTimes(times, expected.now, expected.clock_skew);
}

StatusOr<std::string> TextClaim(const TokenClaims& claims, const std::string& name) {
  const auto claim = claims.texts.find(name);
  if (claim == claims.texts.end()) return Invalid(name, "is missing or not a string");
  return claim->second;
}

StatusOr<std::string> PrintClaims(const TokenClaims& claims) {
  nlohmann::json object = {{"iss", claims.issuer},
                           {"sub", claims.subject},
                           {"jti", claims.token_id},
                           {"iat", SecondsOf(claims.issued_at)},
                           {"nbf", SecondsOf(claims.not_before)},
                           {"exp", SecondsOf(claims.expires_at)}};
  if (claims.audiences.size() == 1) {
    object["aud"] = claims.audiences.front();
  } else {
    object["aud"] = claims.audiences;
  }
  for (const auto& [name, text] : claims.texts) object[name] = text;
  std::string json = ToLine(object);
  const StatusOr<TokenClaims> read_back = ParseClaims(json);
  if (!read_back.ok()) {
    return MakeStatus(StatusCode::kInvalidArgument,
                      "not to be signed: " + std::string(read_back.status().message()));
  }
  // What is not UTF-8 was replaced, and names somebody else now.
  if (*read_back != claims)
    return MakeStatus(StatusCode::kInvalidArgument, "not to be signed: not plain text");
  return json;
}

WallTime WholeSeconds(WallTime time) { return std::chrono::floor<std::chrono::seconds>(time); }

}  // namespace oofgg::auth
