#pragma once

#include "v1/api/game/game.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// The games of v1.api.game.
struct GameProto {
  static void ToProto(const Game& from, ::v1::api::game::Game& to);
  static void ToProto(const CreateGameRequest& from, ::v1::api::game::GameCreateRequest& to);
  static void ToProto(const UpdateGameRequest& from, ::v1::api::game::GameUpdateRequest& to);
  static void ToProto(const TrendingGamesRequest& from, ::v1::api::game::TrendingGamesRequest& to);
  static void ToProto(const GetGameRequest& from, ::v1::api::game::GameGetRequest& to);
  /// `single_game`, the answer of CreateGame and UpdateGame.
  static void ToProto(const Game& from, ::v1::api::game::StandardResponse& to);
  /// `games`, a page.
  static void ToProto(const GamesPage& from, ::v1::api::game::PaginatedResponse& to);
  /// `game`, how the contract answers a GetGame by id. Clients of ours read both forms.
  static void ToProto(const Game& from, ::v1::api::game::PaginatedResponse& to);

  static Status FromProto(const ::v1::api::game::Game& from, Game& to, Reading reading);
  static Status FromProto(const ::v1::api::game::GameCreateRequest& from, CreateGameRequest& to,
                          Reading reading);
  static Status FromProto(const ::v1::api::game::GameUpdateRequest& from, UpdateGameRequest& to,
                          Reading reading);
  static Status FromProto(const ::v1::api::game::TrendingGamesRequest& from, TrendingGamesRequest& to,
                          Reading);
  static Status FromProto(const ::v1::api::game::GameGetRequest& from, GetGameRequest& to, Reading);
  static Status FromProto(const ::v1::api::game::StandardResponse& from, Game& to, Reading reading);
  static Status FromProto(const ::v1::api::game::PaginatedResponse& from, GamesPage& to, Reading reading);
};

template <>
struct ProtoOf<methods::CreateGame>
    : ProtoPair<GameProto, ::v1::api::game::GameCreateRequest, ::v1::api::game::StandardResponse> {};
template <>
struct ProtoOf<methods::GetGame>
    : ProtoPair<GameProto, ::v1::api::game::GameGetRequest, ::v1::api::game::PaginatedResponse> {};

template <>
struct ProtoOf<methods::UpdateGame>
    : ProtoPair<GameProto, ::v1::api::game::GameUpdateRequest, ::v1::api::game::StandardResponse> {};
template <>
struct ProtoOf<methods::TrendingGames>
    : ProtoPair<GameProto, ::v1::api::game::TrendingGamesRequest, ::v1::api::game::PaginatedResponse> {};

}  // namespace oofgg::wire
