#pragma once

#include <string_view>

namespace oofgg::base {

/// Whether two secrets are equal, in a time that depends on their lengths only.
[[nodiscard]] bool ConstantTimeEquals(std::string_view left, std::string_view right);

}  // namespace oofgg::base
