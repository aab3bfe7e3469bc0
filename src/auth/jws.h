#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "oofgg/auth/jwks.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// A JWS in compact form (RFC 7515 section 7.1), taken apart but not yet verified.
struct ParsedJws {
  std::string algorithm;
  std::optional<std::string> kid;
  std::optional<std::string> type;
  std::string_view signed_part;  ///< Points into the token.
  std::string payload;
  std::string signature;
};

/// kUnauthenticated with one of the reasons of token_verifier.h.
[[nodiscard]] Status RefuseToken(std::string_view reason, std::string_view message);

/// Form, encoding and header; TOKEN_MALFORMED. Headers that bring their own key, or extensions we must
/// understand (`crit`) and do not, are refused (RFC 8725 section 3.10, RFC 7515 section 4.1.11).
[[nodiscard]] StatusOr<ParsedJws> ParseJws(std::string_view token);

/// Algorithm and signature, by what the key says it signs with.
[[nodiscard]] Status CheckSignature(const ParsedJws& jws, const VerifyingKey& key);

/// TOKEN_TYPE_WRONG unless the token is typed so, that one kind of token never passes for another.
[[nodiscard]] Status CheckType(const ParsedJws& jws, std::string_view type);

/// Parses, finds the key by `kid`, checks the signature and the type: what every token of ours must pass
/// before its payload is believed.
[[nodiscard]] StatusOr<ParsedJws> VerifyTypedJws(std::string_view token, std::string_view type,
                                                 const Jwks& keys);

[[nodiscard]] StatusOr<std::string> SignJws(const SigningKey& key, std::string_view type,
                                            std::string_view payload);

}  // namespace oofgg::auth
