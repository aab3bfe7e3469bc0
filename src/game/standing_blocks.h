#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "game/score_store.h"

namespace oofgg::game {

/// Standings of one list, as a store told them.
struct StandingBlock {
  static constexpr std::size_t kRows = 1'024;

  struct Row {
    std::uint32_t id_end = 0;  ///< Of the player's id in `ids`; it begins at that of the row before.
    Standing standing;
  };

  [[nodiscard]] bool IsOf(const StandingRow& row) const {
    return row.period == period && row.period_start == period_start && row.game_id == game_id &&
           row.score_type == score_type;
  }

  std::string game_id{};
  std::string score_type{};
  ScorePeriod period = ScorePeriod::kAllTime;
  std::chrono::sys_days period_start{};
  std::string ids{};
  std::vector<Row> rows{};
};

/// Blocks on their way from a thread that reads to one that builds. It holds a few megabytes at most: who
/// reads faster waits. Threads: one that adds and closes, one that takes.
class StandingBlocks {
 public:
  void Add(const StandingRow& row);
  /// No more rows come.
  void Close();
  /// The next block; nothing once it is closed and all are taken.
  std::optional<StandingBlock> Take();

 private:
  void Begin(const StandingRow& row);
  void HandOver();

  StandingBlock gathering_;  // Of who adds.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<StandingBlock> waiting_;
  bool closed_ = false;
};

}  // namespace oofgg::game
