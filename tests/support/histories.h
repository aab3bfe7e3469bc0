#pragma once

#include <cstdint>

namespace oofgg::testing {

/// How many histories a simulation runs: fewer under a sanitizer, which makes each many times slower.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::uint64_t kHistories = 500;
#else
inline constexpr std::uint64_t kHistories = 10'000;
#endif

}  // namespace oofgg::testing
