#include "storage/cached/game/cached_score_store.h"

#include <array>
#include <bit>
#include <unordered_map>
#include <utility>

namespace oofgg::storage {
namespace {

using game::ScoreRecord;

/// The bytes of an order.
struct OrderKey {
  explicit OrderKey(std::int64_t order) : bytes(std::bit_cast<decltype(bytes)>(order)) {}
  operator std::string_view() const { return {bytes.data(), bytes.size()}; }  // NOLINT: it is one.

  std::array<char, sizeof(std::int64_t)> bytes;
};

}  // namespace

// Not kept: most scores are no one's best, and never shown by a list.
StatusOr<game::StoredScore> CachedScoreStore::InsertScore(const Score& score, const ScoreRule& rule,
                                                          const game::CreationKey& key) {
  return inner_->InsertScore(score, rule, key);
}

std::vector<StatusOr<game::StoredScore>> CachedScoreStore::InsertScores(
    std::span<const game::NewScore> scores) {
  return inner_->InsertScores(scores);
}

StatusOr<std::vector<ScoreRecord>> CachedScoreStore::ListScores(std::string_view player_id,
                                                                std::string_view game_id, std::int64_t before,
                                                                std::size_t limit) {
  return inner_->ListScores(player_id, game_id, before, limit);
}

StatusOr<std::int64_t> CachedScoreStore::CountScores(std::string_view player_id, std::string_view game_id) {
  return inner_->CountScores(player_id, game_id);
}

StatusOr<bool> CachedScoreStore::HasLists(std::string_view game_id, std::string_view score_type) {
  return inner_->HasLists(game_id, score_type);
}

StatusOr<std::vector<ScoreRecord>> CachedScoreStore::FindScores(std::span<const std::int64_t> orders) {
  std::vector<ScoreRecord> found;
  std::vector<std::int64_t> missing;
  std::unordered_map<std::int64_t, RowCache<ScoreRecord>::Reading> readings;
  for (const std::int64_t order : orders) {
    const OrderKey key(order);
    if (const auto score = scores_.Find(key)) {
      found.push_back(*score);
    } else {
      missing.push_back(order);
      readings.emplace(order, scores_.BeginReading(key));
    }
  }
  if (missing.empty()) return found;
  OOFGG_ASSIGN_OR_RETURN(std::vector<ScoreRecord> read, inner_->FindScores(missing));
  for (ScoreRecord& score : read) {
    scores_.Keep(readings[score.order], OrderKey(score.order), score);
    found.push_back(std::move(score));
  }
  return found;
}

std::shared_ptr<const ScoreRecord> CachedScoreStore::ScoreAtHand(std::int64_t order) {
  return scores_.Find(OrderKey(order));
}

Status CachedScoreStore::VisitStandings(WallTime now,
                                        absl::FunctionRef<Status(const game::StandingRow&)> visit) {
  return inner_->VisitStandings(now, visit);
}

StatusOr<bool> CachedScoreStore::EraseScores(std::string_view player_id, std::size_t limit) {
  const RowCache<ScoreRecord>::WritingSome writing(
      scores_, [&](const ScoreRecord& score) { return score.score.player_id == player_id; });
  return inner_->EraseScores(player_id, limit);
}

StatusOr<bool> CachedScoreStore::Purge(const game::Sweep& sweep) { return inner_->Purge(sweep); }

}  // namespace oofgg::storage
