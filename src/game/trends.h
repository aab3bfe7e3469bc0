#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "game/game_store.h"
#include "game/string_map.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// How much games are joined of late. Joins are gathered here and brought to the store together: when the
/// list is asked for, and by `Flush`. A process that is killed loses what it had gathered; so does one whose
/// store cannot be used then. Threads: safe; all but `Note` block on the store.
class Trends {
 public:
  /// After this time a join counts for half.
  static constexpr std::chrono::hours kHalfLife{6};

  Trends(GameStore& games, const Clock& clock) : games_(games), clock_(clock) {}

  /// `joins` players came to play the game.
  void Note(std::string_view game_id, std::size_t joins = 1);

  Status Flush();

  /// At most `limit` games behind `after`, the hottest first, with all that was noted here before.
  StatusOr<std::vector<TrendingGame>> List(const std::optional<GameTrend>& after, std::size_t limit);

 private:
  GameStore& games_;
  const Clock& clock_;
  std::mutex mutex_;
  StringMap<double> gathered_;  // Heat by game.
};

}  // namespace oofgg::game
