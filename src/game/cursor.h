#pragma once

#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::game {

/// A page token: where a list goes on. Opaque to callers, and only the list that gave it takes it: `list`
/// names the call and all its filters. Holds nothing that the caller may not see anyway.
[[nodiscard]] std::string EncodeCursor(std::string_view list, std::string_view position);

/// The position; empty for an empty cursor. kInvalidArgument: not a cursor of this list.
[[nodiscard]] StatusOr<std::string> DecodeCursor(std::string_view list, std::string_view cursor);

/// kInvalidArgument: what `cursor` says of somebody's own making.
[[nodiscard]] Status NotACursor();

}  // namespace oofgg::game
