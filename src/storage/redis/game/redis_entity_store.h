#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "game/entity_store.h"
#include "storage/redis/row_link.h"

namespace oofgg::storage {

/// Entities of the sessions of `RedisSessionStore`, which erases them with their session. One round trip a
/// call. Threads, lost answers and what lasts: as there, but that an erasure whose answer is lost is not sent
/// again, as it could not say whether there was anything to erase.
class RedisEntityStore final : public game::EntityStore {
 public:
  explicit RedisEntityStore(RedisClient& client, RowOptions options = {})
      : link_(client, options, "entities") {}

  StatusOr<Entity> CreateEntity(const Entity& entity, const game::CreationKey& key,
                                std::uint32_t max_in_session) override;
  StatusOr<Entity> FindEntity(std::string_view session_id, std::string_view id) override;
  StatusOr<std::vector<Entity>> ListEntities(std::string_view session_id) override;
  StatusOr<Entity> UpdateEntity(const Entity& entity) override;
  StatusOr<bool> EraseEntity(std::string_view session_id, std::string_view id) override;
  StatusOr<bool> Purge(const game::Sweep& sweep) override;

 private:
  const RowLink link_;
};

}  // namespace oofgg::storage
