#include "storage/postgres/game/postgres_entity_store.h"

#include <string>
#include <utility>

#include "storage/json_columns.h"
#include "storage/postgres/all_rows.h"
#include "storage/postgres/database.h"
#include "storage/postgres/game/after_update.h"
#include "storage/postgres/game/creation.h"
#include "storage/postgres/game/game_schema.h"

namespace oofgg::storage {
namespace {

constexpr PgStatement kCreateEntity{
    "SELECT outcome, made, fingerprint FROM"
    " game_create_entity($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    PgKind::kWrite, /*repeatable=*/true};

// A grouped write names its row by one parameter: SESSION/ENTITY, as no id has a slash.
#define OOFGG_ENTITY_NAMED "(session_id, id) = (split_part($1::text, '/', 1), split_part($1::text, '/', 2))"
constexpr PgStatement kUpdateEntity{
    "UPDATE game_entities SET game_id = $2, name = $3, type = $4, attributes = $5, controller = $6,"
    " player_id = $7, data = $8, version = $9 + 1 WHERE version = $9 AND " OOFGG_ENTITY_NAMED,
    PgKind::kGroupedWrite, /*repeatable=*/true};
constexpr PgStatement kEraseEntity{"DELETE FROM game_entities WHERE " OOFGG_ENTITY_NAMED,
                                   PgKind::kGroupedWrite, /*repeatable=*/true};
#undef OOFGG_ENTITY_NAMED

#define OOFGG_SELECT_ENTITY                                                                           \
  "SELECT session_id, id, game_id, name, type, attributes, controller, player_id, data, version FROM" \
  " game_entities WHERE session_id = $1"
constexpr PgStatement kFindEntity{OOFGG_SELECT_ENTITY " AND id = $2", PgKind::kRead};
constexpr PgStatement kListEntities{OOFGG_SELECT_ENTITY " ORDER BY id", PgKind::kRead};
#undef OOFGG_SELECT_ENTITY

StatusOr<Entity> EntityIn(const PgResult& result, int row) {
  Entity entity;
  entity.session_id = result.Text(row, 0);
  entity.id = result.Text(row, 1);
  entity.game_id = result.Text(row, 2);
  entity.name = result.Text(row, 3);
  entity.type = result.Text(row, 4);
  OOFGG_ASSIGN_OR_RETURN(entity.attributes, AttributesFromJson(result.Text(row, 5)));
  entity.controller = static_cast<EntityController>(result.Int(row, 6));
  entity.player_id = result.Text(row, 7);
  entity.data = result.Text(row, 8);
  entity.version = result.Int(row, 9);
  return entity;
}

/// All but ids and version, in the order of the table's columns.
void AddRow(PgParams& params, const Entity& entity) {
  params.Text(entity.game_id)
      .Text(entity.name)
      .Text(entity.type)
      .Text(ToJson(entity.attributes))
      .Int(static_cast<std::int64_t>(entity.controller))
      .Text(entity.player_id)
      .Bytes(entity.data);
}

std::string NameOf(std::string_view session_id, std::string_view id) {
  return std::string(session_id) + "/" + std::string(id);
}

}  // namespace

StatusOr<std::unique_ptr<PostgresEntityStore>> PostgresEntityStore::Make(PostgresDatabase& database) {
  OOFGG_RETURN_IF_ERROR(MigrateGameTables(database));
  return std::unique_ptr<PostgresEntityStore>(new PostgresEntityStore(database));
}

StatusOr<Entity> PostgresEntityStore::CreateEntity(const Entity& entity, const game::CreationKey& key,
                                                   std::uint32_t max_in_session) {
  PgParams params = ParamsOf(key);
  params.Int(max_in_session).Text(entity.session_id).Text(entity.id);
  AddRow(params, entity);
  OOFGG_ASSIGN_OR_RETURN(const GameCreationResult created,
                         RunCreation(*database_, kCreateEntity, std::move(params), key));
  Entity ours = entity;
  ours.version = 1;
  switch (created.outcome) {
    case GameCreation::kDone:
      return ours;
    case GameCreation::kMadeBefore: {
      const std::size_t slash = created.made.find('/');
      return FindEntity(created.made.substr(0, slash), created.made.substr(slash + 1));
    }
    case GameCreation::kFull:
      return MakeStatus(StatusCode::kResourceExhausted,
                        "the session has " + std::to_string(max_in_session) + " entities, all it may have");
    case GameCreation::kNoParent:
      return MakeStatus(StatusCode::kNotFound, "there is no session " + entity.session_id);
    default:
      break;
  }
  if (created.repeated) {
    const StatusOr<Entity> stored = FindEntity(entity.session_id, entity.id);
    if (stored.ok() && *stored == ours) return ours;
  }
  return MakeStatus(StatusCode::kAlreadyExists, "there is an entity " + entity.id);
}

StatusOr<Entity> PostgresEntityStore::FindEntity(std::string_view session_id, std::string_view id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found,
                         database_->Run(kFindEntity, PgParams().Text(session_id).Text(id)));
  if (found.rows() > 0) return EntityIn(found, 0);
  return MakeStatus(StatusCode::kNotFound,
                    "there is no entity " + std::string(id) + " in session " + std::string(session_id));
}

StatusOr<std::vector<Entity>> PostgresEntityStore::ListEntities(std::string_view session_id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult found, database_->Run(kListEntities, PgParams().Text(session_id)));
  return TryAllRows(found, EntityIn);
}

StatusOr<Entity> PostgresEntityStore::UpdateEntity(const Entity& entity) {
  PgParams params;
  params.Text(NameOf(entity.session_id, entity.id));
  AddRow(params, entity);
  OOFGG_ASSIGN_OR_RETURN(const PgResult updated, database_->Run(kUpdateEntity, params.Int(entity.version)));
  return AfterUpdate(entity, updated.affected() == 1, updated, "entity",
                     [&] { return FindEntity(entity.session_id, entity.id); });
}

StatusOr<bool> PostgresEntityStore::EraseEntity(std::string_view session_id, std::string_view id) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult erased,
                         database_->Run(kEraseEntity, PgParams().Text(NameOf(session_id, id))));
  return erased.affected() == 1 || erased.repeated();
}

StatusOr<bool> PostgresEntityStore::Purge(const game::Sweep& sweep) {
  return PurgeCreationKeys(*database_, "entity", sweep);
}

}  // namespace oofgg::storage
