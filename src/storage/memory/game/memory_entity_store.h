#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "game/entity_store.h"
#include "game/session_store.h"
#include "storage/memory/game/creation_keys.h"

namespace oofgg::storage {

/// Entities that end with the process.
class MemoryEntityStore final : public game::EntityStore {
 public:
  /// `sessions`, which must outlive it, says which sessions there are.
  explicit MemoryEntityStore(game::SessionStore& sessions) : sessions_(sessions) {}

  StatusOr<Entity> CreateEntity(const Entity& entity, const game::CreationKey& key,
                                std::uint32_t max_in_session) override;
  StatusOr<Entity> FindEntity(std::string_view session_id, std::string_view id) override;
  StatusOr<std::vector<Entity>> ListEntities(std::string_view session_id) override;
  StatusOr<Entity> UpdateEntity(const Entity& entity) override;
  StatusOr<bool> EraseEntity(std::string_view session_id, std::string_view id) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  using EntityName = std::pair<std::string, std::string>;  // Of session and entity.

  [[nodiscard]] Status CheckSession(std::string_view id) { return sessions_.FindSession(id).status(); }

  game::SessionStore& sessions_;
  std::mutex mutex_;
  std::map<EntityName, Entity> entities_;
  CreationKeys<EntityName> keys_;
};

}  // namespace oofgg::storage
