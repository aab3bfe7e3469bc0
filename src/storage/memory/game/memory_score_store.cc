#include "storage/memory/game/memory_score_store.h"

#include <algorithm>

namespace oofgg::storage {

using game::ScoreRecord;
using game::Standing;
using game::StoredScore;

MemoryScoreStore::ListKey MemoryScoreStore::KeyOf(const Score& score, game::ScorePeriod period) {
  return {score.game_id, score.score_type, period, game::PeriodStart(period, score.created_at)};
}

StoredScore MemoryScoreStore::WithStandings(const ScoreRecord& record) const {
  StoredScore stored{record, {}};
  for (const game::ScorePeriod period : game::kScorePeriods) {
    const auto list = lists_.find(KeyOf(record.score, period));
    if (list == lists_.end()) continue;
    const auto standing = list->second.find(record.score.player_id);
    if (standing != list->second.end()) stored.standings[static_cast<std::size_t>(period)] = standing->second;
  }
  return stored;
}

StatusOr<StoredScore> MemoryScoreStore::InsertScore(const Score& score, const ScoreRule& rule,
                                                    const game::CreationKey& key) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(const std::int64_t* made, keys_.Find(key));
  if (made != nullptr) {
    const ScoreRecord& before = scores_[static_cast<std::size_t>(*made - 1)];
    if (before.order != 0) return WithStandings(before);
    return MakeStatus(StatusCode::kNotFound, "the score made under this idempotency key was erased");
  }
  if (ids_.contains(score.id)) return MakeStatus(StatusCode::kAlreadyExists, "there is a score " + score.id);

  StoredScore stored = WithStandings({score, static_cast<std::int64_t>(scores_.size()) + 1});
  const Standing own{score.value, stored.record.order, score.created_at};
  for (auto& standing : stored.standings) {  // All before the first is kept, since a sum may overflow.
    OOFGG_ASSIGN_OR_RETURN(standing, game::AfterScore(standing, own, rule));
  }
  for (const game::ScorePeriod period : game::kScorePeriods) {
    lists_[KeyOf(score, period)][score.player_id] = *stored.standings[static_cast<std::size_t>(period)];
  }
  ids_.insert(score.id);
  scores_.push_back(stored.record);
  by_player_[score.player_id].push_back(stored.record.order);
  keys_.Remember(key, stored.record.order);
  return stored;
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

StatusOr<std::vector<ScoreRecord>> MemoryScoreStore::ListInstanceScores(
    std::span<const game::InstanceSeat> seats, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<ScoreRecord> newest;
  for (const game::InstanceSeat& seat : seats) {
    const auto player = by_player_.find(seat.player_id);
    if (player == by_player_.end() || seat.instance_id.empty()) continue;
    std::set<std::string_view> types;
    for (auto order = player->second.rbegin(); order != player->second.rend(); ++order) {
      const ScoreRecord& record = scores_[static_cast<std::size_t>(*order - 1)];
      const Score& score = record.score;
      if (score.instance_id != seat.instance_id || score.game_id != seat.game_id) continue;
      if (types.size() == limit) break;
      if (types.insert(score.score_type).second) newest.push_back(record);
    }
  }
  return newest;
}

StatusOr<bool> MemoryScoreStore::HasLists(std::string_view game_id, std::string_view score_type) {
  const std::lock_guard lock(mutex_);
  return std::any_of(lists_.begin(), lists_.end(), [&](const auto& entry) {
    return std::get<0>(entry.first) == game_id && std::get<1>(entry.first) == score_type;
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

Status MemoryScoreStore::VisitStandings(WallTime now,
                                        absl::FunctionRef<Status(const game::StandingRow&)> visit) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, list] : lists_) {
    const auto& [game_id, score_type, period, start] = key;
    if (start != game::PeriodStart(period, now)) continue;
    for (const auto& [player_id, standing] : list) {
      OOFGG_RETURN_IF_ERROR(visit({.game_id = game_id,
                                   .score_type = score_type,
                                   .period = period,
                                   .period_start = start,
                                   .player_id = player_id,
                                   .standing = standing}));
    }
  }
  return {};
}

StatusOr<game::ScoreHorizon> MemoryScoreStore::FindHorizon() {
  const std::lock_guard lock(mutex_);
  return game::ScoreHorizon{.order = static_cast<std::int64_t>(scores_.size())};
}

StatusOr<std::vector<game::CountedScore>> MemoryScoreStore::ListCounted(std::int64_t after,
                                                                        std::int64_t last) {
  const std::lock_guard lock(mutex_);
  std::vector<game::CountedScore> counted;
  const auto end = (std::min)(last, static_cast<std::int64_t>(scores_.size()));
  for (std::int64_t order = (std::max)(after, std::int64_t{0}) + 1; order <= end; ++order) {
    const ScoreRecord& record = scores_[static_cast<std::size_t>(order - 1)];
    if (record.order == 0) continue;
    if (auto score = game::CountedBy(WithStandings(record)); score.has_value()) {
      counted.push_back(*std::move(score));
    }
  }
  return counted;
}

StatusOr<bool> MemoryScoreStore::EraseScores(std::string_view player_id, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  const auto player = by_player_.find(player_id);
  if (player == by_player_.end()) return false;
  for (auto& [key, list] : lists_) {
    if (const auto standing = list.find(player_id); standing != list.end()) list.erase(standing);
  }
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
  std::erase_if(lists_, [&](const auto& entry) {
    const auto& [game_id, score_type, period, start] = entry.first;
    return start < game::PreviousPeriodStart(period, game::PeriodStart(period, sweep.now));
  });
  return false;
}

}  // namespace oofgg::storage
