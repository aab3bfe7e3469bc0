#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "oofgg/status.h"

namespace example {

/// How a game in the arena ended for us.
struct ArenaResult {
  std::string winner;
  int coins = 0;
  int moves = 0;
};

/// Plays one game of oofgg-arena over its socket: joins with the ticket, walks to the nearest coin again and
/// again, until somebody has won. Blocks. `say` hears what happens. kDeadlineExceeded if the arena says
/// nothing for `patience`.
oofgg::StatusOr<ArenaResult> PlayArena(const std::string& address, const std::string& join_ticket,
                                       const std::function<void(const std::string&)>& say,
                                       std::chrono::milliseconds patience = std::chrono::seconds(10));

}  // namespace example
