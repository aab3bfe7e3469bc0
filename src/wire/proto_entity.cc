#include "wire/proto_entity.h"

#include "wire/proto_attributes.h"

namespace oofgg::wire {
namespace game_pb = ::v1::api::game;
namespace {

// Get, update and delete name an entity alike.
template <class Plain, class Message>
void WriteName(const Plain& from, Message& to) {
  to.set_id(from.id);
  to.set_session_id(from.session_id);
  to.set_game_id(from.game_id);
}

template <class Message, class Plain>
void ReadName(const Message& from, Plain& to) {
  to.id = from.id();
  to.session_id = from.session_id();
  to.game_id = from.game_id();
}

// Entity and EntityCreateRequest share all but the id and the version.
template <class Plain, class Message>
void WriteBody(const Plain& from, Message& to) {
  to.set_session_id(from.session_id);
  to.set_game_id(from.game_id);
  to.set_name(from.name);
  to.set_type(from.type);
  WriteAttributes(from.attributes, *to.mutable_attributes());
  to.set_controller(WrittenEnum<typename Message::ControllerStateEnum>(from.controller));
  if (!from.player_id.empty()) to.set_player_id(from.player_id);
  if (!from.data.empty()) to.set_data(from.data);
}

template <class Message, class Plain>
Status ReadBody(const Message& from, Plain& to, Reading reading) {
  to.session_id = from.session_id();
  to.game_id = from.game_id();
  to.name = from.name();
  to.type = from.type();
  to.player_id = from.player_id();
  to.data = from.data();
  OOFGG_RETURN_IF_ERROR(
      ReadEnum(from.controller(), Message::ControllerStateEnum_MAX, "controller", reading, to.controller));
  return ReadAttributes(from.attributes(), to.attributes, reading);
}

}  // namespace

void EntityProto::ToProto(const Entity& from, game_pb::Entity& to) {
  to.set_id(from.id);
  to.set_version(from.version);
  WriteBody(from, to);
}

void EntityProto::ToProto(const CreateEntityRequest& from, game_pb::EntityCreateRequest& to) {
  WriteBody(from, to);
}

void EntityProto::ToProto(const GetEntityRequest& from, game_pb::EntityGetRequest& to) {
  WriteName(from, to);
}

void EntityProto::ToProto(const UpdateEntityRequest& from, game_pb::EntityUpdateRequest& to) {
  WriteName(from, to);
  to.set_version(from.version);
  WriteAttributes(from.attributes, *to.mutable_attribute_map());
  to.mutable_remove_attributes()->Assign(from.remove_attributes.begin(), from.remove_attributes.end());
  if (from.data) to.set_data(*from.data);
}

void EntityProto::ToProto(const DeleteEntityRequest& from, game_pb::EntityDeleteRequest& to) {
  WriteName(from, to);
}

void EntityProto::ToProto(const Entity& from, game_pb::StandardResponse& to) {
  ToProto(from, *to.mutable_entity());
}

void EntityProto::ToProto(const Entity& from, game_pb::PaginatedResponse& to) {
  ToProto(from, *to.mutable_entity());
}

void EntityProto::ToProto(const Entities& from, game_pb::PaginatedResponse& to) {
  game_pb::Entities& entities = *to.mutable_entities();  // Named even when empty: none is an answer too.
  for (const Entity& entity : from.entities) ToProto(entity, *entities.add_entities());
}

Status EntityProto::FromProto(const game_pb::Entity& from, Entity& to, Reading reading) {
  to.id = from.id();
  to.version = from.version();
  return ReadBody(from, to, reading);
}

Status EntityProto::FromProto(const game_pb::EntityCreateRequest& from, CreateEntityRequest& to,
                              Reading reading) {
  return ReadBody(from, to, reading);
}

Status EntityProto::FromProto(const game_pb::EntityGetRequest& from, GetEntityRequest& to, Reading) {
  ReadName(from, to);
  return {};
}

Status EntityProto::FromProto(const game_pb::EntityUpdateRequest& from, UpdateEntityRequest& to,
                              Reading reading) {
  if (from.attributes_size() != 0) {
    return InvalidField("attributes", "has values without keys; use attribute_map, field 100");
  }
  ReadName(from, to);
  to.version = from.version();
  to.remove_attributes.assign(from.remove_attributes().begin(), from.remove_attributes().end());
  if (from.has_data()) to.data = from.data();
  return ReadAttributes(from.attribute_map(), to.attributes, reading);
}

Status EntityProto::FromProto(const game_pb::EntityDeleteRequest& from, DeleteEntityRequest& to, Reading) {
  ReadName(from, to);
  return {};
}

Status EntityProto::FromProto(const game_pb::StandardResponse& from, Entity& to, Reading reading) {
  OOFGG_RETURN_IF_ERROR(CheckCode(from.code(), from.message()));
  if (!from.has_entity()) return LacksData("the entity");
  return FromProto(from.entity(), to, reading);
}

Status EntityProto::FromProto(const game_pb::PaginatedResponse& from, Entities& to, Reading reading) {
  OOFGG_RETURN_IF_ERROR(CheckCode(from.code(), from.message()));
  if (from.has_entity()) return FromProto(from.entity(), to.entities.emplace_back(), reading);
  if (!from.has_entities()) return LacksData("the entities");
  for (const game_pb::Entity& entity : from.entities().entities()) {
    OOFGG_RETURN_IF_ERROR(FromProto(entity, to.entities.emplace_back(), reading));
  }
  return {};
}

}  // namespace oofgg::wire
