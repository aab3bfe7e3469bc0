#pragma once

#include "game/session_store.h"

namespace oofgg::storage {

class Database;

/// Sessions in a SQLite file.
class SqliteSessionStore final : public game::SessionStore {
 public:
  /// `database` must outlive the store; its tables are made by MigrateGameTables.
  explicit SqliteSessionStore(Database& database) : database_(database) {}

  StatusOr<game::SessionRecord> CreateSession(const game::SessionRecord& session,
                                              const game::CreationKey& key, std::uint32_t max_live) override;
  StatusOr<game::SessionRecord> FindSession(std::string_view id) override;
  StatusOr<game::SessionRecord> UpdateSession(const game::SessionRecord& session) override;
  StatusOr<game::SessionRecord> FindActive(std::string_view user_id, std::string_view game_id) override;
  StatusOr<std::vector<game::SessionRecord>> ListSessions(std::string_view game_id, std::string_view user_id,
                                                          std::size_t limit) override;
  StatusOr<std::vector<game::SessionRecord>> ListRunning(std::string_view after, std::size_t limit) override;
  StatusOr<std::vector<game::SessionRecord>> ListQueued() override;
  StatusOr<std::vector<game::SessionRecord>> ListSessionsOf(std::string_view user_id,
                                                            std::size_t limit) override;
  Status EraseSession(std::string_view id) override;
  StatusOr<std::uint64_t> NextStreamRun(std::string_view session_id) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  Database& database_;
};

}  // namespace oofgg::storage
