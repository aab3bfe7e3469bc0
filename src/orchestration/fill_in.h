#pragma once

#include <map>
#include <string>
#include <string_view>

namespace oofgg::orchestration {

/// Puts values in for `{name}` wherever it stands in a word of a command or of an environment; what has no
/// value stays.
[[nodiscard]] std::string FillIn(std::string_view word, const std::map<std::string, std::string>& values);

}  // namespace oofgg::orchestration
