#pragma once

#include <string>

#include "oofgg/clock.h"

namespace oofgg {

/// RFC 3339 in UTC, to the second: `2030-01-01T00:00:00Z`.
[[nodiscard]] std::string FormatUtc(WallTime time);

}  // namespace oofgg
