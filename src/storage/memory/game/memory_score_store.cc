#include "storage/memory/game/memory_score_store.h"

#include <algorithm>

namespace oofgg::storage {

using game::ScoreRecord;

StatusOr<ScoreRecord> MemoryScoreStore::InsertScore(const Score& score, const game::CreationKey& key) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(const std::int64_t* made, keys_.Find(key));
  if (made != nullptr) {
    const ScoreRecord& before = scores_[static_cast<std::size_t>(*made - 1)];
    if (before.order != 0) return before;
    return MakeStatus(StatusCode::kNotFound, "the score made under this idempotency key was erased");
  }
  if (!ids_.insert(score.id).second) {
    return MakeStatus(StatusCode::kAlreadyExists, "there is a score " + score.id);
  }
  const auto order = static_cast<std::int64_t>(scores_.size()) + 1;
  scores_.push_back({score, order});
  by_player_[score.player_id].push_back(order);
  keys_.Remember(key, order);
  auto& best = best_[{score.game_id, score.score_type, score.player_id}];
  if (best == 0 || score.value > scores_[static_cast<std::size_t>(best - 1)].score.value) best = order;
  return scores_.back();
}

StatusOr<std::vector<ScoreRecord>> MemoryScoreStore::ListScores(std::string_view player_id,
                                                                std::string_view game_id, std::int64_t before,
                                                                std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<ScoreRecord> found;
  const auto player = by_player_.find(player_id);
  if (player == by_player_.end()) return found;
  const auto& orders = player->second;
  auto it = std::make_reverse_iterator(std::lower_bound(orders.begin(), orders.end(), before));
  for (; it != orders.rend() && found.size() < limit; ++it) {
    const ScoreRecord& record = scores_[static_cast<std::size_t>(*it - 1)];
    if (game_id.empty() || record.score.game_id == game_id) found.push_back(record);
  }
  return found;
}

StatusOr<std::int64_t> MemoryScoreStore::CountScores(std::string_view player_id, std::string_view game_id) {
  const std::lock_guard lock(mutex_);
  const auto player = by_player_.find(player_id);
  if (player == by_player_.end()) return 0;
  return std::count_if(player->second.begin(), player->second.end(), [&](std::int64_t order) {
    return game_id.empty() || scores_[static_cast<std::size_t>(order - 1)].score.game_id == game_id;
  });
}

StatusOr<std::vector<ScoreRecord>> MemoryScoreStore::FindScores(std::span<const std::int64_t> orders) {
  const std::lock_guard lock(mutex_);
  std::vector<ScoreRecord> found;
  for (const std::int64_t order : orders) {
    if (order < 1 || static_cast<std::size_t>(order) > scores_.size()) continue;
    const ScoreRecord& record = scores_[static_cast<std::size_t>(order - 1)];
    if (record.order != 0) found.push_back(record);
  }
  return found;
}

Status MemoryScoreStore::VisitBest(absl::FunctionRef<Status(const game::BestScore&)> visit) {
  const std::lock_guard lock(mutex_);
  for (const auto& [list, order] : best_) {
    const Score& score = scores_[static_cast<std::size_t>(order - 1)].score;
    OOFGG_RETURN_IF_ERROR(visit({.game_id = score.game_id,
                                 .score_type = score.score_type,
                                 .player_id = score.player_id,
                                 .value = score.value,
                                 .order = order,
                                 .created_at = score.created_at}));
  }
  return {};
}

StatusOr<bool> MemoryScoreStore::EraseScores(std::string_view player_id, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  const auto player = by_player_.find(player_id);
  if (player == by_player_.end()) return false;
  std::erase_if(best_, [&](const auto& entry) { return std::get<2>(entry.first) == player_id; });
  std::vector<std::int64_t>& orders = player->second;
  for (std::size_t gone = 0; gone < limit && !orders.empty(); ++gone, orders.pop_back()) {
    ScoreRecord& record = scores_[static_cast<std::size_t>(orders.back() - 1)];
    ids_.erase(record.score.id);
    record = {};
  }
  if (!orders.empty()) return true;
  by_player_.erase(player);
  return false;
}

StatusOr<bool> MemoryScoreStore::Purge(const game::Sweep& sweep) {
  const std::lock_guard lock(mutex_);
  keys_.Purge(sweep);
  return false;
}

}  // namespace oofgg::storage
