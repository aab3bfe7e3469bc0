#pragma once

#include <memory>
#include <string>
#include <vector>

#include "game/leaderboards.h"
#include "game/score_store.h"
#include "oofgg/model/game.h"
#include "oofgg/model/score.h"

namespace oofgg::game {

/// A page of a leaderboard before it is written down: its rows are shared with whoever has them in memory, so
/// that a page of a hundred costs no hundred copies.
struct BoardPage {
  struct Entry {
    RankedScore ranked;
    std::shared_ptr<const ScoreRecord> score{};  ///< Null: erased a moment ago.
    std::shared_ptr<const Player> player{};      ///< Null: has no profile.
  };

  Leaderboard board;           ///< All but its entries …
  std::vector<Entry> entries;  ///< … which are these.
};

/// Writes an entry down in `to`, whatever that held before.
void TellEntry(const BoardPage::Entry& from, LeaderboardEntry& to);

/// The whole page.
[[nodiscard]] Leaderboard TellPage(BoardPage page);

}  // namespace oofgg::game
