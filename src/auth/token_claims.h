#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// The registered claims of RFC 7519 that all tokens of ours carry, and further ones of their kind.
struct TokenClaims {
  std::string issuer;
  std::vector<std::string> audiences;
  std::string subject;
  std::string token_id;
  WallTime issued_at{};
  WallTime not_before{};
  WallTime expires_at{};
  std::map<std::string, std::string> texts;  ///< The other claims that are strings.

  friend bool operator==(const TokenClaims&, const TokenClaims&) = default;
};

/// When a token is good.
struct TokenTimes {
  WallTime issued_at{};
  WallTime not_before{};
  WallTime expires_at{};
};

/// The clock and the names a token is held against.
struct ClaimExpectations {
  std::string_view issuer;
  std::string_view audience;
  WallTime now;
  std::chrono::seconds clock_skew;
};

/// Reads claims strictly: one JSON object, no claim twice, all of the above there (but `nbf`, which is `iat`
/// where absent), times whole seconds from 1970 to 2200, texts of 1 to 256 bytes of UTF-8 without control
/// characters. TOKEN_MALFORMED or TOKEN_CLAIM_INVALID.
[[nodiscard]] StatusOr<TokenClaims> ParseClaims(std::string_view json);

/// The claims of another issuer's token that we go by: those above, of which `jti` may be missing, and no
/// others.
[[nodiscard]] StatusOr<TokenClaims> ParseForeignClaims(std::string_view json);

/// When alone: TOKEN_CLAIM_INVALID (ends before it begins), TOKEN_EXPIRED, TOKEN_NOT_YET_VALID.
[[nodiscard]] Status CheckTimes(const TokenTimes& times, WallTime now, std::chrono::seconds clock_skew);

/// Whom, from whom, and when. Reasons of token_verifier.h.
[[nodiscard]] Status CheckClaims(const TokenClaims& claims, const ClaimExpectations& expected);

/// What somebody else's token is held against; nothing stands for anything.
struct ForeignExpectations {
  std::optional<std::string> issuer;
  std::optional<std::string> audience;
  WallTime now;
  std::chrono::seconds clock_skew;
};

/// For tools: whether any JWT would let somebody in now. It must have an `exp`; `iat` and `nbf` count where
/// they are there. Reasons of token_verifier.h.
[[nodiscard]] Status CheckAnyClaims(std::string_view json, const ForeignExpectations& expected);

/// The text claim `name`; TOKEN_CLAIM_INVALID where it is absent.
[[nodiscard]] StatusOr<std::string> TextClaim(const TokenClaims& claims, const std::string& name);

/// JSON that `ParseClaims` reads back as `claims`, which hold whole seconds. kInvalidArgument if it would not
/// do so, so that nothing is signed that a verifier would refuse or read as something else.
[[nodiscard]] StatusOr<std::string> PrintClaims(const TokenClaims& claims);

/// The moment, without its fraction of a second: what a claim can hold.
[[nodiscard]] WallTime WholeSeconds(WallTime time);

}  // namespace oofgg::auth
