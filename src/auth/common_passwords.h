#pragma once

#include <string_view>

namespace oofgg::auth {

/// Whether the password, in lower case, is among the first that anybody tries: one of the thousand most
/// common words, names and patterns of what breaches made public, perhaps with up to five digits and signs
/// behind it.
[[nodiscard]] bool IsCommonPassword(std::string_view folded);

}  // namespace oofgg::auth
