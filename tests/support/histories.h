#pragma once

#include <algorithm>
#include <cstdint>

namespace oofgg::testing {

/// How many random histories a test runs that runs `usual` of them without a sanitizer, which makes each many
/// times slower. What runs in one thread tells ThreadSanitizer nothing.
constexpr std::uint64_t Histories(std::uint64_t usual) {
#if defined(__SANITIZE_THREAD__)
  return std::max<std::uint64_t>(usual / 500, 3);
#elif defined(__SANITIZE_ADDRESS__)
  return std::max<std::uint64_t>(usual / 20, 10);
#else
  return usual;
#endif
}

/// Of the simulations of presence.
inline constexpr std::uint64_t kHistories = Histories(10'000);

}  // namespace oofgg::testing
