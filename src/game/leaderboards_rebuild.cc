#include <algorithm>
#include <thread>
#include <utility>

#include "game/leaderboards.h"
#include "game/standing_blocks.h"

namespace oofgg::game {

/// Gathers the entries of one list at a time, since a tree is built many times faster from entries in rank
/// order.
class Leaderboards::Loader {
 public:
  Loader(Leaderboards& boards, FindRule find_rule)
      : boards_(boards), find_rule_(find_rule), players_(boards.players_) {}

  void Add(const StandingBlock& block) {
    if (type_ == nullptr || !IsOfList(block)) {
      Finish();
      Begin(block);
    }
    ids_.clear();
    std::uint32_t begin = 0;
    for (const StandingBlock::Row& row : block.rows) {
      ids_.push_back(std::string_view(block.ids).substr(begin, row.id_end - begin));
      begin = row.id_end;
    }
    for (std::size_t first = 0; first < ids_.size(); first += kAtOnce) {
      const std::size_t count = (std::min)(ids_.size() - first, kAtOnce);
      players_.Add(std::span(ids_).subspan(first, count), numbers_);
      for (std::size_t i = 0; i < count; ++i) AddEntry(numbers_[i], block.rows[first + i].standing);
    }
  }

  void Finish() {
    if (entries_.empty()) return;
    players_.Finish();
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      return LeaderboardKey{a.value, a.order} < LeaderboardKey{b.value, b.order};
    });
    List& list = type_->lists[static_cast<std::size_t>(list_.period)];
    const std::lock_guard lock(list.mutex);
    list.start = list_.period_start;
    list.last_updated = last_updated_;
    list.board = std::make_unique<LeaderboardTree>(KeepOf(type_->rule), entries_);
    entries_.clear();
  }

 private:
  using Entry = LeaderboardTree::Entry;

  /// As many players as memory can be asked for at once.
  static constexpr std::size_t kAtOnce = 64;

  [[nodiscard]] bool IsOfList(const StandingBlock& block) const {
    return list_.IsOf({.game_id = block.game_id,
                       .score_type = block.score_type,
                       .period = block.period,
                       .period_start = block.period_start,
                       .player_id = {},
                       .standing = {}});
  }

  void Begin(const StandingBlock& block) {
    list_ = {.game_id = block.game_id,
             .score_type = block.score_type,
             .period = block.period,
             .period_start = block.period_start};
    last_updated_ = {};
    type_ = &boards_.TypeFor(block.game_id, block.score_type, find_rule_(block.game_id, block.score_type));
  }

  void AddEntry(std::uint32_t player, const Standing& standing) {
    entries_.push_back({player, Turned(type_->rule, standing.value), standing.order});
    last_updated_ = (std::max)(last_updated_, standing.created_at);
  }

  Leaderboards& boards_;
  const FindRule find_rule_;
  PlayerNumbers::Enrolment players_;
  Type* type_ = nullptr;
  StandingBlock list_;  // Without rows: which list it is.
  WallTime last_updated_{};
  std::vector<Entry> entries_;
  std::vector<std::string_view> ids_;  // Of the block at hand, as the numbers.
  std::vector<std::uint32_t> numbers_;
};

Status Leaderboards::Rebuild(ScoreStore& scores, FindRule find_rule) {
  StandingBlocks blocks;
  Status read;
  std::thread reader([&] {
    read = scores.VisitStandings(clock_.WallNow(), [&blocks](const StandingRow& row) {
      blocks.Add(row);
      return Status();
    });
    blocks.Close();
  });
  Loader loader(*this, find_rule);
  while (const auto block = blocks.Take()) loader.Add(*block);
  reader.join();
  loader.Finish();
  return read;
}

}  // namespace oofgg::game
