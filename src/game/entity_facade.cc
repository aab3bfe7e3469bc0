#include "game/entity_facade.h"

#include <utility>

#include "game/authorization.h"
#include "game/optimistic.h"
#include "game/validation.h"

namespace oofgg::game {
namespace {

Relation RelationOf(const CallContext& context, const SessionRecord& session) {
  const std::string& caller = context.caller->user_id;
  return {
      .self = session.owner_id == caller, .member = IsMember(session, caller), .game_id = session.game_id};
}

std::size_t BytesOf(const Entity& entity) {
  return entity.name.size() + entity.type.size() + entity.data.size() + SizeOf(entity.attributes);
}

Status CheckEntity(const Entity& entity) {
  OOFGG_RETURN_IF_ERROR(CheckText("name", entity.name, 0, kMaxNameBytes));
  OOFGG_RETURN_IF_ERROR(CheckText("type", entity.type, 0, kMaxNameBytes));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("player_id", entity.player_id));
  OOFGG_RETURN_IF_ERROR(CheckAttributes("attributes", entity.attributes));
  OOFGG_RETURN_IF_ERROR(CheckData("data", entity.data));
  if (BytesOf(entity) <= kMaxEntityBytes) return {};
  return InvalidField("attributes", "and data are too long for an entity; at most " +
                                        std::to_string(kMaxEntityBytes) + " bytes altogether");
}

Fingerprint SumOf(const Entity& entity) {
  Fingerprint sum;
  sum.Add(entity.session_id).Add(entity.name).Add(entity.type).Add(entity.player_id).Add(entity.data);
  sum.Add(static_cast<std::int64_t>(entity.controller));
  AddAttributes(sum, entity.attributes);
  return sum;
}

// Under the id by which the caller knows the session.
Entity ShownIn(const std::string& session_id, Entity entity) {
  entity.session_id = session_id;
  return entity;
}

}  // namespace

StatusOr<SessionRecord> EntityFacade::FindLive(const CallContext& context, const std::string& session_id,
                                               const std::string& game_id) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadGame));  // Somebody, before anything is looked up.
  OOFGG_RETURN_IF_ERROR(CheckId("session_id", session_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("game_id", game_id));
  OOFGG_ASSIGN_OR_RETURN(const ResolvedSession session,
                         ResolveSession(parts_.sessions, context.caller->user_id, session_id));
  if (!game_id.empty() && session.record.game_id != game_id) {
    return MakeStatus(StatusCode::kNotFound, "there is no session " + session_id + " of that game");
  }
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadEntities, RelationOf(context, session.record)));
  if (!IsLive(session.record.state)) return SessionIsOver();
  return session.record;
}

Status EntityFacade::AuthorizeWrite(const CallContext& context, const SessionRecord& session,
                                    const Entity& entity) {
  const bool own =
      entity.controller == EntityController::kPlayer && entity.player_id == context.caller->user_id;
  return Authorize(context, own ? Act::kWriteOwnEntity : Act::kWriteEntity, RelationOf(context, session));
}

StatusOr<Entity> EntityFacade::CreateEntity(const CallContext& context, const CreateEntityRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord session, FindLive(context, request.session_id, request.game_id));
  const bool players = request.controller == EntityController::kPlayer;
  Entity entity{.id = parts_.ids.Next(),
                .session_id = session.id,
                .game_id = session.game_id,
                .name = request.name,
                .type = request.type,
                .attributes = request.attributes,
                .controller = request.controller,
                .player_id = request.player_id,
                .data = request.data};
  if (players && entity.player_id.empty()) entity.player_id = context.caller->user_id;
  OOFGG_RETURN_IF_ERROR(CheckEntity(entity));
  OOFGG_RETURN_IF_ERROR(AuthorizeWrite(context, session, entity));
  if (players && !IsMember(session, entity.player_id)) {
    return InvalidField("player_id", "is not in the session; a player must be, to control an entity");
  }
  if (!players && !entity.player_id.empty()) {
    return InvalidField("player_id", "is for entities that a player controls; set controller to PLAYER");
  }
  OOFGG_ASSIGN_OR_RETURN(const CreationKey key, MakeCreationKey(context, SumOf(entity)));
  OOFGG_RETURN_IF_ERROR(parts_.allowance.ChargeCall(context, session.id, BytesOf(entity)));
  const auto turn = parts_.turns.Take(session.id);
  OOFGG_ASSIGN_OR_RETURN(Entity made, parts_.entities.CreateEntity(entity, key, kMaxEntities));
  if (made.id == entity.id) parts_.events.EntityChanged(session, made, "created");
  if (players) OOFGG_RETURN_IF_ERROR(CheckStillThere(made));
  return ShownIn(request.session_id, std::move(made));
}

// Who left since the first look has taken along what they had then, not this.
Status EntityFacade::CheckStillThere(const Entity& entity) {
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord session, parts_.sessions.FindSession(entity.session_id));
  if (IsMember(session, entity.player_id)) return {};
  OOFGG_ASSIGN_OR_RETURN(const bool erased, parts_.entities.EraseEntity(entity.session_id, entity.id));
  if (erased) parts_.events.EntityChanged(session, entity, "deleted");
  return WithReason(MakeStatus(StatusCode::kFailedPrecondition, "the player left the session meanwhile"),
                    "LEFT_SESSION");
}

StatusOr<Entities> EntityFacade::GetEntity(const CallContext& context, const GetEntityRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord session, FindLive(context, request.session_id, request.game_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("id", request.id));
  Entities found;
  if (request.id.empty()) {
    OOFGG_ASSIGN_OR_RETURN(found.entities, parts_.entities.ListEntities(session.id));
  } else {
    OOFGG_ASSIGN_OR_RETURN(Entity entity, parts_.entities.FindEntity(session.id, request.id));
    found.entities.push_back(std::move(entity));
  }
  for (Entity& entity : found.entities) entity.session_id = request.session_id;
  return found;
}

StatusOr<Entity> EntityFacade::UpdateEntity(const CallContext& context, const UpdateEntityRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord session, FindLive(context, request.session_id, request.game_id));
  OOFGG_RETURN_IF_ERROR(CheckId("id", request.id));
  if (request.version < 0) return InvalidField("version", "is negative; give the one that was read, or 0");
  bool changed = false;
  bool charged = false;
  const auto attempt = [&]() -> StatusOr<Entity> {
    OOFGG_ASSIGN_OR_RETURN(Entity entity, parts_.entities.FindEntity(session.id, request.id));
    OOFGG_RETURN_IF_ERROR(AuthorizeWrite(context, session, entity));
    OOFGG_RETURN_IF_ERROR(CheckVersion("the entity", request.version, entity.version));
    const Entity before = entity;
    for (const std::string& key : request.remove_attributes) entity.attributes.erase(key);
    for (const auto& [key, value] : request.attributes) entity.attributes.insert_or_assign(key, value);
    entity.data = request.data.value_or(entity.data);
    OOFGG_RETURN_IF_ERROR(CheckEntity(entity));
    changed = entity != before;
    if (!changed) return entity;
    if (!std::exchange(charged, true)) {
      OOFGG_RETURN_IF_ERROR(parts_.allowance.ChargeCall(context, session.id, BytesOf(entity)));
    }
    return parts_.entities.UpdateEntity(entity);
  };
  const auto turn = parts_.turns.Take(session.id);
  OOFGG_ASSIGN_OR_RETURN(Entity updated, RetryOnConflict(attempt, request.version));
  if (changed) parts_.events.EntityChanged(session, updated, "updated");
  return ShownIn(request.session_id, std::move(updated));
}

StatusOr<Entity> EntityFacade::DeleteEntity(const CallContext& context, const DeleteEntityRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord session, FindLive(context, request.session_id, request.game_id));
  OOFGG_RETURN_IF_ERROR(CheckId("id", request.id));
  const auto turn = parts_.turns.Take(session.id);
  auto entity = parts_.entities.FindEntity(session.id, request.id);
  if (entity.status().code() == StatusCode::kNotFound) {
    return Entity{.id = request.id, .session_id = request.session_id, .game_id = session.game_id};
  }
  OOFGG_RETURN_IF_ERROR(entity.status());
  OOFGG_RETURN_IF_ERROR(AuthorizeWrite(context, session, *entity));
  OOFGG_RETURN_IF_ERROR(parts_.allowance.ChargeCall(context, session.id, BytesOf(*entity)));
  OOFGG_ASSIGN_OR_RETURN(const bool erased, parts_.entities.EraseEntity(session.id, request.id));
  if (erased) parts_.events.EntityChanged(session, *entity, "deleted");
  return ShownIn(request.session_id, *std::move(entity));
}

}  // namespace oofgg::game
