#include "game/standing_blocks.h"

#include <utility>

namespace oofgg::game {
namespace {

constexpr std::size_t kWaitingAtMost = 64;

}  // namespace

void StandingBlocks::Add(const StandingRow& row) {
  if (gathering_.rows.size() == StandingBlock::kRows || !gathering_.IsOf(row)) {
    HandOver();
    Begin(row);
  }
  gathering_.ids += row.player_id;
  gathering_.rows.push_back({static_cast<std::uint32_t>(gathering_.ids.size()), row.standing});
}

void StandingBlocks::Close() {
  HandOver();
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

std::optional<StandingBlock> StandingBlocks::Take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
  if (waiting_.empty()) return std::nullopt;
  StandingBlock block = std::move(waiting_.front());
  waiting_.pop_front();
  // Woken once for many: the one that waits for room waits for much of it.
  if (waiting_.size() == kWaitingAtMost / 2) changed_.notify_all();
  return block;
}

void StandingBlocks::Begin(const StandingRow& row) {
  gathering_ = {.game_id = std::string(row.game_id),
                .score_type = std::string(row.score_type),
                .period = row.period,
                .period_start = row.period_start};
}

void StandingBlocks::HandOver() {
  if (gathering_.rows.empty()) return;
  std::unique_lock lock(mutex_);
  if (waiting_.size() >= kWaitingAtMost) {
    changed_.wait(lock, [this] { return waiting_.size() <= kWaitingAtMost / 2; });
  }
  waiting_.push_back(std::exchange(gathering_, {}));
  if (waiting_.size() == 1) changed_.notify_all();
}

}  // namespace oofgg::game
