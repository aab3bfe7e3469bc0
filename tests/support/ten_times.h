// What is promised within a time, on a machine that may have little of it.
#pragma once

#include <chrono>

namespace oofgg::testing {

/// Of what is promised within `promised`: tests that it does not take another order of magnitude, such as the
/// next round of something slow. Whether the promise itself is kept only a machine with time to spare can
/// tell.
constexpr std::chrono::milliseconds TenTimes(std::chrono::milliseconds promised) { return 10 * promised; }

}  // namespace oofgg::testing
