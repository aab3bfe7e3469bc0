#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oofgg::base {

/// The URL-safe alphabet of RFC 4648 section 5, without padding.
[[nodiscard]] std::string Base64UrlEncode(std::string_view bytes);

/// Nothing unless `text` is exactly what `Base64UrlEncode` gives: no padding, no white space, no other
/// alphabet, no stray bits at the end. One value thus has one spelling, as signatures need.
[[nodiscard]] std::optional<std::string> Base64UrlDecode(std::string_view text);

/// Lower-case hexadecimal digits, two a byte.
[[nodiscard]] std::string HexEncode(std::string_view bytes);

/// Takes digits of either case; nothing if there is an odd number of them or anything else among them.
[[nodiscard]] std::optional<std::string> HexDecode(std::string_view text);

}  // namespace oofgg::base
