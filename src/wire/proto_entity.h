#pragma once

#include "v1/api/game/entity.pb.h"
#include "v1/api/game/game.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// The entities of v1.api.game, for which its answers have no place: ours is `entity` and `entities`.
struct EntityProto {
  static void ToProto(const Entity& from, ::v1::api::game::Entity& to);
  static void ToProto(const CreateEntityRequest& from, ::v1::api::game::EntityCreateRequest& to);
  static void ToProto(const GetEntityRequest& from, ::v1::api::game::EntityGetRequest& to);
  static void ToProto(const UpdateEntityRequest& from, ::v1::api::game::EntityUpdateRequest& to);
  static void ToProto(const DeleteEntityRequest& from, ::v1::api::game::EntityDeleteRequest& to);
  static void ToProto(const Entity& from, ::v1::api::game::StandardResponse& to);
  /// `entity`, how a GetEntity by id is answered. Clients of ours read both forms.
  static void ToProto(const Entity& from, ::v1::api::game::PaginatedResponse& to);
  /// `entities`, all of a session.
  static void ToProto(const Entities& from, ::v1::api::game::PaginatedResponse& to);

  static Status FromProto(const ::v1::api::game::Entity& from, Entity& to, Reading reading);
  static Status FromProto(const ::v1::api::game::EntityCreateRequest& from, CreateEntityRequest& to,
                          Reading reading);
  static Status FromProto(const ::v1::api::game::EntityGetRequest& from, GetEntityRequest& to, Reading);
  static Status FromProto(const ::v1::api::game::EntityUpdateRequest& from, UpdateEntityRequest& to,
                          Reading reading);
  static Status FromProto(const ::v1::api::game::EntityDeleteRequest& from, DeleteEntityRequest& to, Reading);
  static Status FromProto(const ::v1::api::game::StandardResponse& from, Entity& to, Reading reading);
  static Status FromProto(const ::v1::api::game::PaginatedResponse& from, Entities& to, Reading reading);
};

template <>
struct ProtoOf<methods::CreateEntity>
    : ProtoPair<EntityProto, ::v1::api::game::EntityCreateRequest, ::v1::api::game::StandardResponse> {};
template <>
struct ProtoOf<methods::GetEntity>
    : ProtoPair<EntityProto, ::v1::api::game::EntityGetRequest, ::v1::api::game::PaginatedResponse> {};
template <>
struct ProtoOf<methods::UpdateEntity>
    : ProtoPair<EntityProto, ::v1::api::game::EntityUpdateRequest, ::v1::api::game::StandardResponse> {};
template <>
struct ProtoOf<methods::DeleteEntity>
    : ProtoPair<EntityProto, ::v1::api::game::EntityDeleteRequest, ::v1::api::game::StandardResponse> {};

}  // namespace oofgg::wire
