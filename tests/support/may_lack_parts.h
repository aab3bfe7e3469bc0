#pragma once

#include <cstdlib>

namespace oofgg::testing {

/// Whether a test may skip for want of what scripts/setup --stack gets. Not where $OOFGG_REQUIRE_ALL is set,
/// as in scripts/test: there it fails.
inline bool MayLackParts() {
  const char* const all = std::getenv("OOFGG_REQUIRE_ALL");
  return all == nullptr || *all == '\0';
}

}  // namespace oofgg::testing
