#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "game/score_store.h"
#include "storage/memory/game/creation_keys.h"

namespace oofgg::storage {

/// Scores that end with the process.
class MemoryScoreStore final : public game::ScoreStore {
 public:
  StatusOr<game::StoredScore> InsertScore(const Score& score, const ScoreRule& rule,
                                          const game::CreationKey& key) override;
  StatusOr<std::vector<game::ScoreRecord>> ListScores(std::string_view player_id, std::string_view game_id,
                                                      std::int64_t before, std::size_t limit) override;
  StatusOr<std::int64_t> CountScores(std::string_view player_id, std::string_view game_id) override;
  StatusOr<std::vector<game::ScoreRecord>> ListInstanceScores(std::span<const game::InstanceSeat> seats,
                                                              std::size_t limit) override;
  StatusOr<bool> HasLists(std::string_view game_id, std::string_view score_type) override;
  StatusOr<std::vector<game::ScoreRecord>> FindScores(std::span<const std::int64_t> orders) override;
  Status VisitStandings(WallTime now, absl::FunctionRef<Status(const game::StandingRow&)> visit) override;
  StatusOr<game::ScoreHorizon> FindHorizon() override;
  StatusOr<std::vector<game::CountedScore>> ListCounted(std::int64_t after, std::int64_t last) override;
  StatusOr<bool> EraseScores(std::string_view player_id, std::size_t limit) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  using ListKey = std::tuple<std::string, std::string, game::ScorePeriod, std::chrono::sys_days>;
  using List = std::map<std::string, game::Standing, std::less<>>;  // By player.

  static ListKey KeyOf(const Score& score, game::ScorePeriod period);
  game::StoredScore WithStandings(const game::ScoreRecord& record) const;

  std::mutex mutex_;
  std::vector<game::ScoreRecord> scores_;  // Order n is at n - 1; once erased, an empty record.
  std::set<std::string, std::less<>> ids_;
  std::map<std::string, std::vector<std::int64_t>, std::less<>> by_player_;  // Orders, ascending.
  std::map<ListKey, List> lists_;
  CreationKeys<std::int64_t> keys_;
};

}  // namespace oofgg::storage
