#pragma once

#include "oofgg/status.h"

namespace oofgg::game {

/// Runs `attempt` (read, change, write under the version read) again while it returns kAborted, that is
/// while somebody else wrote in between. Somebody makes progress each time, so a few attempts suffice;
/// the last kAborted goes to the caller.
template <typename Attempt>
auto RetryOnConflict(Attempt attempt) -> decltype(attempt()) {
  constexpr int kAttempts = 32;
  for (int i = 1; i < kAttempts; ++i) {
    auto result = attempt();
    if (result.ok() || result.status().code() != StatusCode::kAborted) return result;
  }
  return attempt();
}

}  // namespace oofgg::game
