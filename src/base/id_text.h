#pragma once

#include <string_view>

namespace oofgg {

/// Whether ids of games, sessions and players may look so: letters, digits and `_ . : -`, at least one. How
/// long one may be is its room's affair.
[[nodiscard]] bool IsIdText(std::string_view text);

}  // namespace oofgg
