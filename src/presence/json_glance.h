#pragma once

#include <string_view>

namespace oofgg::presence {

/// The value of `name` at the top level of a JSON object, from its first byte to the end of `text`: a look at
/// what a stranger says, before it is worth parsing. Empty if it is not found, which an escaped name never
/// is. Of what is no JSON it finds something or nothing; do not trust it further than that. Cost: each byte
/// is looked at once, without memory.
[[nodiscard]] std::string_view GlanceAt(std::string_view text, std::string_view name);

/// The same of a value that is a string without escapes: what is between its quotes.
[[nodiscard]] std::string_view GlanceAtString(std::string_view text, std::string_view name);

}  // namespace oofgg::presence
