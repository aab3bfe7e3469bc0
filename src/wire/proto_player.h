#pragma once

#include "v1/api/player/player.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// v1.api.player. Answers hold `single_player`.
struct PlayerProto {
  static void ToProto(const Player& from, ::v1::api::player::Player& to);
  static void ToProto(const GetPlayerRequest& from, ::v1::api::player::PlayerGet& to);
  static void ToProto(const UpdatePlayerRequest& from, ::v1::api::player::PlayerUpdate& to);
  static void ToProto(const Player& from, ::v1::api::player::StandardResponse& to);

  static Status FromProto(const ::v1::api::player::Player& from, Player& to, Reading reading);
  static Status FromProto(const ::v1::api::player::PlayerGet& from, GetPlayerRequest& to, Reading);
  static Status FromProto(const ::v1::api::player::PlayerUpdate& from, UpdatePlayerRequest& to,
                          Reading reading);
  static Status FromProto(const ::v1::api::player::StandardResponse& from, Player& to, Reading reading);
};

template <>
struct ProtoOf<methods::CreatePlayer>
    : ProtoPair<PlayerProto, ::v1::api::player::Player, ::v1::api::player::StandardResponse> {};
template <>
struct ProtoOf<methods::GetPlayer>
    : ProtoPair<PlayerProto, ::v1::api::player::PlayerGet, ::v1::api::player::StandardResponse> {};
template <>
struct ProtoOf<methods::UpdatePlayer>
    : ProtoPair<PlayerProto, ::v1::api::player::PlayerUpdate, ::v1::api::player::StandardResponse> {};

}  // namespace oofgg::wire
