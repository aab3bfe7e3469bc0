#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oofgg::auth {

/// A P-256 signature in a JWS: r and s, 32 bytes each, the highest first (RFC 7518 section 3.4).
inline constexpr std::size_t kP256SignatureBytes = 64;

/// The same signature as OpenSSL wants it: DER. Empty if `raw` is not of that length.
[[nodiscard]] std::string EcdsaDerOf(std::string_view raw);

/// And back. Empty if `der` is no such signature.
[[nodiscard]] std::string EcdsaRawOf(std::string_view der);

}  // namespace oofgg::auth
