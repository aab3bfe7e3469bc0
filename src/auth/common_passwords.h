#pragma once

#include <string_view>

namespace oofgg::auth {

/// Whether the password, in lower case, is among the first that anybody tries: the most common of at least 8
/// characters in what breaches made public.
[[nodiscard]] bool IsCommonPassword(std::string_view folded);

}  // namespace oofgg::auth
