#pragma once

#include "game/score_store.h"

namespace oofgg::storage {

class Database;

/// Scores in a SQLite file.
class SqliteScoreStore final : public game::ScoreStore {
 public:
  /// `database` must outlive the store; its tables are made by MigrateGameTables.
  explicit SqliteScoreStore(Database& database) : database_(database) {}

  StatusOr<game::StoredScore> InsertScore(const Score& score, const ScoreRule& rule,
                                          const game::CreationKey& key) override;
  std::vector<StatusOr<game::StoredScore>> InsertScores(std::span<const game::NewScore> scores) override;
  [[nodiscard]] bool InsertsTogether() const override { return true; }
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
  Database& database_;
};

}  // namespace oofgg::storage
