#pragma once

#include <string_view>

namespace oofgg::base {

/// `text` without the blanks at its ends.
[[nodiscard]] constexpr std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace oofgg::base
