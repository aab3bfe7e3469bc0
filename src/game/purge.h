#pragma once

#include <chrono>
#include <cstddef>

#include "oofgg/clock.h"

namespace oofgg::game {

/// One sweep over what a store keeps only for a while. Records carry no time: the age of one counts from the
/// first sweep that found it, or found it ended.
struct Sweep {
  WallTime now;
  std::chrono::milliseconds keep;  ///< What has this age or more is forgotten.
  std::size_t limit = 1'000;  ///< Records of one kind touched at once, so that nobody waits long for a lock.
};

}  // namespace oofgg::game
