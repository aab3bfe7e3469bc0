#pragma once

#include "game/entity_store.h"

namespace oofgg::storage {

class Database;

/// Entities in a SQLite file, beside the sessions of SqliteSessionStore, which takes them along when it
/// forgets a session.
class SqliteEntityStore final : public game::EntityStore {
 public:
  /// `database` must outlive the store; its tables are made by MigrateGameTables.
  explicit SqliteEntityStore(Database& database) : database_(database) {}

  StatusOr<Entity> CreateEntity(const Entity& entity, const game::CreationKey& key,
                                std::uint32_t max_in_session) override;
  StatusOr<Entity> FindEntity(std::string_view session_id, std::string_view id) override;
  StatusOr<std::vector<Entity>> ListEntities(std::string_view session_id) override;
  StatusOr<Entity> UpdateEntity(const Entity& entity) override;
  StatusOr<bool> EraseEntity(std::string_view session_id, std::string_view id) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  Database& database_;
};

}  // namespace oofgg::storage
