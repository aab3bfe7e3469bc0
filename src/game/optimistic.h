#pragma once

#include <cstdint>
#include <string>

#include "oofgg/status.h"

namespace oofgg::game {

/// kAborted unless the change was made on the version there is; 0 means whatever there is.
[[nodiscard]] inline Status CheckVersion(const std::string& what, std::int64_t asked, std::int64_t stored) {
  if (asked == 0 || asked == stored) return {};
  return MakeStatus(StatusCode::kAborted, what + " is at version " + std::to_string(stored) + ", not " +
                                              std::to_string(asked) + "; read it and try again");
}

/// Runs `attempt` (read, change, write under the version read) again while it returns kAborted, that is
/// while somebody else wrote in between. Somebody makes progress each time, so a few attempts suffice;
/// the last kAborted goes to the caller. A caller who asked for one `version` gets a single attempt.
template <typename Attempt>
auto RetryOnConflict(Attempt attempt, std::int64_t version = 0) -> decltype(attempt()) {
  constexpr int kAttempts = 32;
  for (int i = version == 0 ? 1 : kAttempts; i < kAttempts; ++i) {
    auto result = attempt();
    if (result.ok() || result.status().code() != StatusCode::kAborted) return result;
  }
  return attempt();
}

}  // namespace oofgg::game
