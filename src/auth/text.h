#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oofgg::auth {

/// Well-formed by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool IsUtf8(std::string_view text);

/// Fit to be an id in a token: 1 to `max_bytes` of UTF-8 without control characters.
[[nodiscard]] bool IsTokenText(std::string_view text, std::size_t max_bytes);

/// ASCII letters in lower case: what makes user names and e-mail addresses equal "in any case".
[[nodiscard]] std::string FoldCase(std::string_view text);

}  // namespace oofgg::auth
