#include "game/board_page.h"

#include <utility>

namespace oofgg::game {

void TellEntry(const BoardPage::Entry& from, LeaderboardEntry& to) {
  to.rank = static_cast<std::int64_t>(from.ranked.rank);
  if (from.score != nullptr) {
    to.score = from.score->score;
  } else {
    to.score = {};
  }
  to.score.player_id = from.ranked.player_id;  // Also where the row has just been erased.
  to.score.value = from.ranked.value;          // Which may be a sum.
  to.player_name.clear();
  if (from.player != nullptr) to.player_name = from.player->username;
}

Leaderboard TellPage(BoardPage page) {
  Leaderboard told = std::move(page.board);
  told.entries.resize(page.entries.size());
  for (std::size_t i = 0; i < page.entries.size(); ++i) TellEntry(page.entries[i], told.entries[i]);
  return told;
}

}  // namespace oofgg::game
