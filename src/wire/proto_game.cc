#include "wire/proto_game.h"

namespace oofgg::wire {
namespace game_pb = ::v1::api::game;

void GameProto::ToProto(const Game& from, game_pb::Game& to) {
  to.set_id(from.id);
  to.set_name(from.name);
  to.set_short_description(from.short_description);
  to.set_description(from.description);
  to.set_image_url(from.image_url);
  to.set_max_sessions(std::to_string(from.max_sessions));  // The contract writes these numbers as text.
  to.set_max_players_per_session(std::to_string(from.max_players_per_session));
  if (!from.data.empty()) to.set_data(from.data);
}

void GameProto::ToProto(const CreateGameRequest& from, game_pb::GameCreateRequest& to) {
  to.set_name(from.name);
  to.set_description(from.description);
  if (!from.data.empty()) to.set_data(from.data);
}

void GameProto::ToProto(const GetGameRequest& from, game_pb::GameGetRequest& to) {
  if (!from.id.empty()) to.set_id(from.id);
  if (from.limit != 0) to.set_limit(from.limit);
  if (!from.cursor.empty()) to.set_cursor(from.cursor);
}

void GameProto::ToProto(const Game& from, game_pb::StandardResponse& to) {
  ToProto(from, *to.mutable_single_game());
}

void GameProto::ToProto(const GamesPage& from, game_pb::PaginatedResponse& to) {
  game_pb::Games& games = *to.mutable_games();  // Named even when empty: no games is an answer too.
  for (const Game& game : from.games) ToProto(game, *games.add_games());
  if (!from.next_cursor.empty()) to.mutable_pagination()->set_next_page_token(from.next_cursor);
}

void GameProto::ToProto(const Game& from, game_pb::PaginatedResponse& to) {
  ToProto(from, *to.mutable_game());
}

Status GameProto::FromProto(const game_pb::Game& from, Game& to, Reading reading) {
  to.id = from.id();
  to.name = from.name();
  to.short_description = from.short_description();
  to.description = from.description();
  to.image_url = from.image_url();
  to.data = from.data();
  OOFGG_RETURN_IF_ERROR(ReadDecimal(from.max_sessions(), "max_sessions", reading, to.max_sessions));
  return ReadDecimal(from.max_players_per_session(), "max_players_per_session", reading,
                     to.max_players_per_session);
}

Status GameProto::FromProto(const game_pb::GameCreateRequest& from, CreateGameRequest& to, Reading) {
  to.name = from.name();
  to.description = from.description();
  to.data = from.data();
  return {};
}

Status GameProto::FromProto(const game_pb::GameGetRequest& from, GetGameRequest& to, Reading) {
  to.id = from.id();
  to.limit = from.limit();
  to.cursor = from.cursor();
  return {};
}

Status GameProto::FromProto(const game_pb::StandardResponse& from, Game& to, Reading reading) {
  OOFGG_RETURN_IF_ERROR(CheckCode(from.code(), from.message()));
  if (!from.has_single_game()) return LacksData("the game");
  return FromProto(from.single_game(), to, reading);
}

Status GameProto::FromProto(const game_pb::PaginatedResponse& from, GamesPage& to, Reading reading) {
  OOFGG_RETURN_IF_ERROR(CheckCode(from.code(), from.message()));
  if (from.has_game()) return FromProto(from.game(), to.games.emplace_back(), reading);
  if (!from.has_games()) return LacksData("the games");
  for (const game_pb::Game& game : from.games().games()) {
    OOFGG_RETURN_IF_ERROR(FromProto(game, to.games.emplace_back(), reading));
  }
  to.next_cursor = from.pagination().next_page_token();
  return {};
}

}  // namespace oofgg::wire
