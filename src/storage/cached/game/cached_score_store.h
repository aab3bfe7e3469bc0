#pragma once

#include <memory>

#include "game/score_store.h"
#include "storage/cached/game/row_cache.h"

namespace oofgg::storage {

/// Scores of another store, those found by order kept in memory as well. A score never changes, so that it
/// may be told for ever; one that another server erased, until it is asked for no more. Threads: safe.
class CachedScoreStore final : public game::ScoreStore {
 public:
  /// `clock` outlives it.
  CachedScoreStore(std::unique_ptr<game::ScoreStore> inner, const Clock& clock,
                   const RowCacheOptions& options = {})
      : inner_(std::move(inner)), scores_(clock, options) {}

  StatusOr<game::StoredScore> InsertScore(const Score& score, const ScoreRule& rule,
                                          const game::CreationKey& key) override;
  std::vector<StatusOr<game::StoredScore>> InsertScores(std::span<const game::NewScore> scores) override;
  [[nodiscard]] bool InsertsTogether() const override { return inner_->InsertsTogether(); }
  StatusOr<std::vector<game::ScoreRecord>> ListScores(std::string_view player_id, std::string_view game_id,
                                                      std::int64_t before, std::size_t limit) override;
  StatusOr<std::int64_t> CountScores(std::string_view player_id, std::string_view game_id) override;
  StatusOr<std::vector<game::ScoreRecord>> ListInstanceScores(std::span<const game::InstanceSeat> seats,
                                                              std::size_t limit) override {
    return inner_->ListInstanceScores(seats, limit);
  }
  StatusOr<bool> HasLists(std::string_view game_id, std::string_view score_type) override;
  StatusOr<std::vector<game::ScoreRecord>> FindScores(std::span<const std::int64_t> orders) override;
  std::shared_ptr<const game::ScoreRecord> ScoreAtHand(std::int64_t order) override;
  Status VisitStandings(WallTime now, absl::FunctionRef<Status(const game::StandingRow&)> visit) override;
  StatusOr<game::ScoreHorizon> FindHorizon() override { return inner_->FindHorizon(); }
  StatusOr<std::vector<game::CountedScore>> ListCounted(std::int64_t after, std::int64_t last) override {
    return inner_->ListCounted(after, last);
  }
  StatusOr<bool> EraseScores(std::string_view player_id, std::size_t limit) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  const std::unique_ptr<game::ScoreStore> inner_;
  RowCache<game::ScoreRecord> scores_;
};

}  // namespace oofgg::storage
