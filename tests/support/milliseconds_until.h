#pragma once

#include <chrono>

namespace oofgg::testing {

/// As poll() takes it: rounded up, and 0 once `deadline` is past.
[[nodiscard]] inline int MillisecondsUntil(std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

}  // namespace oofgg::testing
