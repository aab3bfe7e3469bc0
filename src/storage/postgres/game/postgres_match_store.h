#pragma once

#include <memory>

#include "game/match_store.h"

namespace oofgg::storage {

class PostgresDatabase;

/// Matches in PostgreSQL.
class PostgresMatchStore final : public game::MatchStore {
 public:
  /// Makes or upgrades the tables of the game room. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<PostgresMatchStore>> Make(PostgresDatabase& database);

  StatusOr<game::MatchRecord> CreateMatch(const game::MatchRecord& match) override;
  StatusOr<game::MatchRecord> FindMatch(std::string_view id) override;
  StatusOr<game::MatchRecord> FindMatchByAlias(std::string_view alias) override;
  StatusOr<game::MatchRecord> UpdateMatch(const game::MatchRecord& match) override;
  StatusOr<std::vector<game::MatchRecord>> ListMatches(std::string_view player_id, std::string_view game_id,
                                                       const std::optional<game::MatchPosition>& after,
                                                       std::size_t limit) override;
  Status MarkTold(std::string_view id) override;
  StatusOr<std::vector<std::string>> ListOpen(std::string_view after, std::size_t limit) override;
  StatusOr<bool> ErasePlayer(std::string_view player_id, std::size_t limit) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  explicit PostgresMatchStore(PostgresDatabase& database) : database_(&database) {}

  PostgresDatabase* database_;
};

}  // namespace oofgg::storage
