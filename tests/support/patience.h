// How long tests wait for what must come.
#pragma once

#include <chrono>

namespace oofgg::testing {

/// It ends what hangs and judges nobody's speed, so it is long: machines that test are shared, and sanitizers
/// slow.
inline constexpr std::chrono::seconds kPatience{120};

}  // namespace oofgg::testing
