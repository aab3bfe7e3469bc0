#include "storage/sqlite/game/sqlite_entity_store.h"

#include "storage/json_columns.h"
#include "storage/sqlite/game/creation_keys.h"
#include "storage/sqlite/with_value.h"

namespace oofgg::storage {
namespace {

#define OOFGG_ENTITY_COLUMNS \
  "session_id, id, game_id, name, type, attributes, controller, player_id, data, version"

constexpr std::string_view kSelectEntity =
    "SELECT " OOFGG_ENTITY_COLUMNS " FROM entities WHERE session_id = ?1 AND id = ?2";
constexpr std::string_view kSelectEntities =
    "SELECT " OOFGG_ENTITY_COLUMNS " FROM entities WHERE session_id = ?1 ORDER BY id";
constexpr std::string_view kInsertEntity =
    "INSERT INTO entities (" OOFGG_ENTITY_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)";
#undef OOFGG_ENTITY_COLUMNS
constexpr std::string_view kUpdateEntity =
    "UPDATE entities SET game_id = ?3, name = ?4, type = ?5, attributes = ?6, controller = ?7, "
    "player_id = ?8, data = ?9, version = version + 1 WHERE session_id = ?1 AND id = ?2 AND version = ?10";

Status NoEntity(std::string_view session_id, std::string_view id) {
  return MakeStatus(StatusCode::kNotFound,
                    "there is no entity " + std::string(id) + " in session " + std::string(session_id));
}

StatusOr<Entity> ReadEntityRow(const Statement& row) {
  Entity entity;
  entity.session_id = row.Text(0);
  entity.id = row.Text(1);
  entity.game_id = row.Text(2);
  entity.name = row.Text(3);
  entity.type = row.Text(4);
  OOFGG_ASSIGN_OR_RETURN(entity.attributes, AttributesFromJson(row.Text(5)));
  entity.controller = static_cast<EntityController>(row.Int(6));
  entity.player_id = row.Text(7);
  entity.data = row.Text(8);
  entity.version = row.Int(9);
  return entity;
}

StatusOr<Entity> ReadEntity(Connection& connection, std::string_view session_id, std::string_view id) {
  Statement select = connection.Prepare(kSelectEntity);
  OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, session_id).Bind(2, id).Step());
  if (!found) return NoEntity(session_id, id);
  return ReadEntityRow(select);
}

void BindEntity(Statement& statement, const Entity& entity) {
  statement.Bind(1, entity.session_id)
      .Bind(2, entity.id)
      .Bind(3, entity.game_id)
      .Bind(4, entity.name)
      .Bind(5, entity.type)
      .Bind(6, ToJson(entity.attributes))
      .Bind(7, static_cast<std::int64_t>(entity.controller))
      .Bind(8, entity.player_id)
      .Bind(9, entity.data);
}

Status CheckRoom(Connection& connection, std::string_view session_id, std::uint32_t max_in_session) {
  Statement exists = connection.Prepare("SELECT 1 FROM sessions WHERE id = ?1");
  OOFGG_ASSIGN_OR_RETURN(const bool found, exists.Bind(1, session_id).Step());
  if (!found) return MakeStatus(StatusCode::kNotFound, "there is no session " + std::string(session_id));
  Statement count = connection.Prepare("SELECT count(*) FROM entities WHERE session_id = ?1");
  OOFGG_RETURN_IF_ERROR(count.Bind(1, session_id).Step().status());
  if (count.Int(0) < static_cast<std::int64_t>(max_in_session)) return {};
  return MakeStatus(StatusCode::kResourceExhausted,
                    "the session has " + std::to_string(count.Int(0)) + " entities already");
}

}  // namespace

StatusOr<Entity> SqliteEntityStore::CreateEntity(const Entity& entity, const game::CreationKey& key,
                                                 std::uint32_t max_in_session) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<Entity> {
    OOFGG_ASSIGN_OR_RETURN(const std::string made, FindMade(connection, "entity", key));
    // An id has no slash.
    if (const auto slash = made.find('/'); slash != std::string::npos) {
      return ReadEntity(connection, made.substr(0, slash), made.substr(slash + 1));
    }
    OOFGG_RETURN_IF_ERROR(CheckRoom(connection, entity.session_id, max_in_session));
    Statement insert = connection.Prepare(kInsertEntity);
    BindEntity(insert, entity);
    OOFGG_RETURN_IF_ERROR(insert.Run());
    OOFGG_RETURN_IF_ERROR(RememberMade(connection, "entity", key, entity.session_id + "/" + entity.id));
    return ReadEntity(connection, entity.session_id, entity.id);
  });
}

StatusOr<Entity> SqliteEntityStore::FindEntity(std::string_view session_id, std::string_view id) {
  return ReadValue(database_, [&](Connection& connection) { return ReadEntity(connection, session_id, id); });
}

StatusOr<std::vector<Entity>> SqliteEntityStore::ListEntities(std::string_view session_id) {
  return ReadValue(database_, [&](Connection& connection) -> StatusOr<std::vector<Entity>> {
    std::vector<Entity> entities;
    Statement select = connection.Prepare(kSelectEntities);
    select.Bind(1, session_id);
    for (;;) {
      OOFGG_ASSIGN_OR_RETURN(const bool more, select.Step());
      if (!more) return entities;
      OOFGG_ASSIGN_OR_RETURN(Entity entity, ReadEntityRow(select));
      entities.push_back(std::move(entity));
    }
  });
}

StatusOr<Entity> SqliteEntityStore::UpdateEntity(const Entity& entity) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<Entity> {
    Statement update = connection.Prepare(kUpdateEntity);
    BindEntity(update, entity);
    OOFGG_RETURN_IF_ERROR(update.Bind(10, entity.version).Run());
    const bool updated = connection.Changes() == 1;
    OOFGG_ASSIGN_OR_RETURN(Entity stored, ReadEntity(connection, entity.session_id, entity.id));
    if (updated) return stored;
    return MakeStatus(StatusCode::kAborted, "entity " + entity.id + " was written at the same time");
  });
}

StatusOr<bool> SqliteEntityStore::EraseEntity(std::string_view session_id, std::string_view id) {
  return WriteValue(database_, [&](Connection& connection) -> StatusOr<bool> {
    Statement erase = connection.Prepare("DELETE FROM entities WHERE session_id = ?1 AND id = ?2");
    OOFGG_RETURN_IF_ERROR(erase.Bind(1, session_id).Bind(2, id).Run());
    return connection.Changes() > 0;
  });
}

StatusOr<bool> SqliteEntityStore::Purge(const game::Sweep& sweep) {
  return WriteValue(database_,
                    [&](Connection& connection) { return PurgeMade(connection, "entity", sweep); });
}

}  // namespace oofgg::storage
