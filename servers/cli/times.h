#pragma once

#include <string>

#include "oofgg/clock.h"

namespace oofgg::cli {

/// How far away, for people: `in 14 min`, `3 days ago`.
[[nodiscard]] std::string FormatDistance(WallTime time, WallTime now);

}  // namespace oofgg::cli
