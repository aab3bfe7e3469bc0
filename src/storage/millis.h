#pragma once

#include <chrono>
#include <cstdint>

#include "oofgg/clock.h"

namespace oofgg::storage {

/// How tables keep moments: milliseconds since 1970.
inline std::int64_t ToMillis(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

inline WallTime FromMillis(std::int64_t millis) { return WallTime(std::chrono::milliseconds(millis)); }

}  // namespace oofgg::storage
