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

/// Those of scores keep microseconds.
inline std::int64_t ToMicros(WallTime time) {
  return std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
}

inline WallTime FromMicros(std::int64_t micros) {
  return std::chrono::floor<WallTime::duration>(WallTime(std::chrono::microseconds(micros)));
}

}  // namespace oofgg::storage
