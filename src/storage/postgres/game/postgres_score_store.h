#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "game/score_store.h"

namespace oofgg::storage {

class PostgresDatabase;

/// Scores in PostgreSQL. Submissions that arrive together share a commit.
class PostgresScoreStore final : public game::ScoreStore {
 public:
  /// Makes or upgrades the tables of the game room. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<PostgresScoreStore>> Make(PostgresDatabase& database);

  StatusOr<game::StoredScore> InsertScore(const Score& score, const ScoreRule& rule,
                                          const game::CreationKey& key) override;
  StatusOr<std::vector<game::ScoreRecord>> ListScores(std::string_view player_id, std::string_view game_id,
                                                      std::int64_t before, std::size_t limit) override;
  StatusOr<std::int64_t> CountScores(std::string_view player_id, std::string_view game_id) override;
  StatusOr<std::vector<game::ScoreRecord>> ListInstanceScores(std::span<const game::InstanceSeat> seats,
                                                              std::size_t limit) override;
  StatusOr<bool> HasLists(std::string_view game_id, std::string_view score_type) override;
  StatusOr<std::vector<game::ScoreRecord>> FindScores(std::span<const std::int64_t> orders) override;
  /// Reads page by page, so what is written meanwhile may be told or not.
  Status VisitStandings(WallTime now, absl::FunctionRef<Status(const game::StandingRow&)> visit) override;
  StatusOr<game::ScoreHorizon> FindHorizon() override;
  StatusOr<std::vector<game::CountedScore>> ListCounted(std::int64_t after, std::int64_t last) override;
  StatusOr<bool> EraseScores(std::string_view player_id, std::size_t limit) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  explicit PostgresScoreStore(PostgresDatabase& database) : database_(&database) {}

  StatusOr<game::StoredScore> WithStandings(game::ScoreRecord record);

  PostgresDatabase* database_;
};

}  // namespace oofgg::storage
