#include "storage/redis/game/redis_entity_store.h"

#include <string>
#include <utility>

#include "storage/redis/game/creation.h"
#include "storage/redis/game/entity_scripts.h"
#include "storage/redis/game/row_keys.h"
#include "storage/redis/game/rows.h"
#include "storage/redis/packed.h"

namespace oofgg::storage {
namespace {

Status NoSuchEntity(std::string_view session_id, std::string_view id) {
  return MakeStatus(StatusCode::kNotFound,
                    "there is no entity " + std::string(id) + " in session " + std::string(session_id));
}

RedisScriptCall OnEntities(std::vector<std::string> arguments) {
  return {.keys = row_keys::OfEntities(), .arguments = std::move(arguments), .idempotent = true};
}

}  // namespace

StatusOr<Entity> RedisEntityStore::CreateEntity(const Entity& entity, const game::CreationKey& key,
                                                std::uint32_t max_in_session) {
  const std::string mark = link_.NewMark();
  OOFGG_ASSIGN_OR_RETURN(
      const RedisReply reply,
      link_.Run(entity_scripts::Create(),
                OnEntities({entity.session_id, entity.id, FirstRow(mark, BodyOf(entity)), NameOf(key),
                            std::to_string(key.fingerprint), std::to_string(max_in_session), mark})));
  OOFGG_ASSIGN_OR_RETURN(const RowCreation creation, RowCreationIn(reply, key));
  if (creation.outcome == "before") {
    const auto [session_id, id] = PartsOfOwned(creation.made);
    if (!creation.row.has_value()) return NoSuchEntity(session_id, id);
    return EntityOf(session_id, id, *creation.row);
  }
  if (creation.outcome == "orphan") {
    return MakeStatus(StatusCode::kNotFound, "there is no session " + entity.session_id);
  }
  if (creation.outcome == "taken") {
    return MakeStatus(StatusCode::kAlreadyExists, "there is an entity " + entity.id);
  }
  if (creation.outcome == "full") {
    return MakeStatus(StatusCode::kResourceExhausted,
                      "the session has " + std::to_string(max_in_session) + " entities, all it may have");
  }
  Entity made = entity;
  made.version = 1;
  return made;
}

StatusOr<Entity> RedisEntityStore::FindEntity(std::string_view session_id, std::string_view id) {
  OOFGG_ASSIGN_OR_RETURN(
      const RedisReply row,
      link_.Call(RedisCommand({"HGET", row_keys::kEntities, OwnedName(session_id, id)}).Idempotent()));
  if (row.is_nil()) return NoSuchEntity(session_id, id);
  return EntityOf(session_id, id, row.text);
}

StatusOr<std::vector<Entity>> RedisEntityStore::ListEntities(std::string_view session_id) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         link_.Run(entity_scripts::List(), OnEntities({std::string(session_id)})));
  std::vector<Entity> entities;
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    const OwnedParts name = PartsOfOwned(reply.elements[i].text);
    OOFGG_ASSIGN_OR_RETURN(Entity entity, EntityOf(name.owner, name.id, reply.elements[i + 1].text));
    entities.push_back(std::move(entity));
  }
  return entities;
}

StatusOr<Entity> RedisEntityStore::UpdateEntity(const Entity& entity) {
  OOFGG_ASSIGN_OR_RETURN(
      const RedisReply outcome,
      link_.Run(entity_scripts::Update(),
                {.keys = {std::string(row_keys::kEntities)},
                 .arguments = {OwnedName(entity.session_id, entity.id), std::to_string(entity.version),
                               link_.NewMark(), BodyOf(entity)},
                 .idempotent = true}));
  if (outcome.text == "gone") return NoSuchEntity(entity.session_id, entity.id);
  if (outcome.text != "written") {
    return MakeStatus(StatusCode::kAborted, "entity " + entity.id + " was written at the same time");
  }
  Entity written = entity;
  ++written.version;
  return written;
}

StatusOr<bool> RedisEntityStore::EraseEntity(std::string_view session_id, std::string_view id) {
  RedisScriptCall call = OnEntities({OwnedName(session_id, id)});
  call.idempotent = false;
  return MoreIn(link_.Run(entity_scripts::Erase(), std::move(call)));
}

StatusOr<bool> RedisEntityStore::Purge(const game::Sweep& sweep) {
  return MoreIn(link_.Run(entity_scripts::Purge(), OnEntities(PurgeArguments(sweep))));
}

}  // namespace oofgg::storage
