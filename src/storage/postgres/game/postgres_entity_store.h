#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "game/entity_store.h"

namespace oofgg::storage {

class PostgresDatabase;

/// Entities of sessions in PostgreSQL.
class PostgresEntityStore final : public game::EntityStore {
 public:
  /// Makes or upgrades the tables of the game room. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<PostgresEntityStore>> Make(PostgresDatabase& database);

  StatusOr<Entity> CreateEntity(const Entity& entity, const game::CreationKey& key,
                                std::uint32_t max_in_session) override;
  StatusOr<Entity> FindEntity(std::string_view session_id, std::string_view id) override;
  StatusOr<std::vector<Entity>> ListEntities(std::string_view session_id) override;
  StatusOr<Entity> UpdateEntity(const Entity& entity) override;
  StatusOr<bool> EraseEntity(std::string_view session_id, std::string_view id) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  explicit PostgresEntityStore(PostgresDatabase& database) : database_(&database) {}

  PostgresDatabase* database_;
};

}  // namespace oofgg::storage
