#include "storage/memory/game/memory_entity_store.h"

namespace oofgg::storage {
namespace {

Status NoEntity(std::string_view session_id, std::string_view id) {
  return MakeStatus(StatusCode::kNotFound,
                    "there is no entity " + std::string(id) + " in session " + std::string(session_id));
}

}  // namespace

StatusOr<Entity> MemoryEntityStore::CreateEntity(const Entity& entity, const game::CreationKey& key,
                                                 std::uint32_t max_in_session) {
  OOFGG_RETURN_IF_ERROR(CheckSession(entity.session_id));
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(const EntityName* made, keys_.Find(key));
  if (made != nullptr) {
    const auto before = entities_.find(*made);
    if (before == entities_.end()) return NoEntity(made->first, made->second);
    return before->second;
  }
  const EntityName name(entity.session_id, entity.id);
  if (entities_.contains(name))
    return MakeStatus(StatusCode::kAlreadyExists, "there is an entity " + entity.id);
  std::uint32_t count = 0;
  for (auto it = entities_.lower_bound({entity.session_id, ""});
       it != entities_.end() && it->first.first == entity.session_id; ++it) {
    ++count;
  }
  if (count >= max_in_session) {
    return MakeStatus(StatusCode::kResourceExhausted,
                      "the session has " + std::to_string(count) + " entities already");
  }
  Entity stored = entity;
  stored.version = 1;
  entities_.emplace(name, stored);
  keys_.Remember(key, name);
  return stored;
}

StatusOr<Entity> MemoryEntityStore::FindEntity(std::string_view session_id, std::string_view id) {
  if (!CheckSession(session_id).ok()) return NoEntity(session_id, id);
  const std::lock_guard lock(mutex_);
  const auto found = entities_.find(EntityName(session_id, id));
  if (found == entities_.end()) return NoEntity(session_id, id);
  return found->second;
}

StatusOr<std::vector<Entity>> MemoryEntityStore::ListEntities(std::string_view session_id) {
  std::vector<Entity> entities;
  if (!CheckSession(session_id).ok()) return entities;
  const std::lock_guard lock(mutex_);
  for (auto it = entities_.lower_bound(EntityName(session_id, ""));
       it != entities_.end() && it->first.first == session_id; ++it) {
    entities.push_back(it->second);
  }
  return entities;
}

StatusOr<Entity> MemoryEntityStore::UpdateEntity(const Entity& entity) {
  if (!CheckSession(entity.session_id).ok()) return NoEntity(entity.session_id, entity.id);
  const std::lock_guard lock(mutex_);
  const auto found = entities_.find({entity.session_id, entity.id});
  if (found == entities_.end()) return NoEntity(entity.session_id, entity.id);
  if (found->second.version != entity.version) {
    return MakeStatus(StatusCode::kAborted, "entity " + entity.id + " was written at the same time");
  }
  found->second = entity;
  ++found->second.version;
  return found->second;
}

StatusOr<bool> MemoryEntityStore::EraseEntity(std::string_view session_id, std::string_view id) {
  const std::lock_guard lock(mutex_);
  return entities_.erase(EntityName(session_id, id)) > 0;
}

StatusOr<bool> MemoryEntityStore::Purge(const game::Sweep& sweep) {
  const std::lock_guard lock(mutex_);
  keys_.Purge(sweep);
  std::erase_if(entities_, [this](const auto& entry) { return !CheckSession(entry.first.first).ok(); });
  return false;
}

}  // namespace oofgg::storage
