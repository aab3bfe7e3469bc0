#pragma once

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
  StatusOr<game::ScoreRecord> InsertScore(const Score& score, const game::CreationKey& key) override;
  StatusOr<std::vector<game::ScoreRecord>> ListScores(std::string_view player_id, std::string_view game_id,
                                                      std::int64_t before, std::size_t limit) override;
  StatusOr<std::int64_t> CountScores(std::string_view player_id, std::string_view game_id) override;
  StatusOr<std::vector<game::ScoreRecord>> FindScores(std::span<const std::int64_t> orders) override;
  Status VisitBest(absl::FunctionRef<Status(const game::BestScore&)> visit) override;
  StatusOr<bool> EraseScores(std::string_view player_id, std::size_t limit) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  std::mutex mutex_;
  std::vector<game::ScoreRecord> scores_;  // Order n is at n - 1; once erased, an empty record.
  std::set<std::string, std::less<>> ids_;
  std::map<std::string, std::vector<std::int64_t>, std::less<>> by_player_;         // Orders, ascending.
  std::map<std::tuple<std::string, std::string, std::string>, std::int64_t> best_;  // Game, type, player.
  CreationKeys<std::int64_t> keys_;
};

}  // namespace oofgg::storage
