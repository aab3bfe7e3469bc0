#include "wire/proto_player.h"

namespace oofgg::wire {
namespace player_pb = ::v1::api::player;
namespace {

player_pb::PlayerType WrittenType(bool is_ai) { return is_ai ? player_pb::AI : player_pb::HUMAN; }
player_pb::PlayerStatus WrittenStatus(bool is_inactive) {
  return is_inactive ? player_pb::INACTIVE : player_pb::ACTIVE;
}

}  // namespace

void PlayerProto::ToProto(const Player& from, player_pb::Player& to) {
  to.set_id(from.id);
  to.set_username(from.username);
  if (!from.email.empty()) to.set_email(from.email);
  if (!from.team.empty()) to.set_team(from.team);
  to.set_score(from.score);
  to.set_type(WrittenType(from.is_ai));
  to.set_status(WrittenStatus(from.is_inactive));
  if (!from.role.empty()) to.set_role(from.role);
  to.set_version(from.version);
}

void PlayerProto::ToProto(const GetPlayerRequest& from, player_pb::PlayerGet& to) {
  if (!from.id.empty()) to.set_id(from.id);
}

void PlayerProto::ToProto(const UpdatePlayerRequest& from, player_pb::PlayerUpdate& to) {
  to.set_id(from.id);
  if (from.team) to.set_team(*from.team);
  if (from.is_ai) to.set_type(WrittenType(*from.is_ai));
  if (from.is_inactive) to.set_status(WrittenStatus(*from.is_inactive));
  if (from.role) to.set_role(*from.role);
  to.set_version(from.version);
}

void PlayerProto::ToProto(const Player& from, player_pb::StandardResponse& to) {
  ToProto(from, *to.mutable_single_player());
}

Status PlayerProto::FromProto(const player_pb::Player& from, Player& to, Reading reading) {
  to.id = from.id();
  to.username = from.username();
  to.email = from.email();
  to.team = from.team();
  to.score = from.score();
  to.role = from.role();
  to.version = from.version();
  OOFGG_RETURN_IF_ERROR(ReadEnum(from.type(), player_pb::PlayerType_MAX, "type", reading, to.is_ai));
  return ReadEnum(from.status(), player_pb::PlayerStatus_MAX, "status", reading, to.is_inactive);
}

Status PlayerProto::FromProto(const player_pb::PlayerGet& from, GetPlayerRequest& to, Reading) {
  to.id = from.id();
  return {};
}

Status PlayerProto::FromProto(const player_pb::PlayerUpdate& from, UpdatePlayerRequest& to, Reading reading) {
  to.id = from.id();
  to.version = from.version();
  if (from.has_team()) to.team = from.team();
  if (from.has_role()) to.role = from.role();
  if (from.has_type()) {
    OOFGG_RETURN_IF_ERROR(
        ReadEnum(from.type(), player_pb::PlayerType_MAX, "type", reading, to.is_ai.emplace()));
  }
  if (from.has_status()) {
    OOFGG_RETURN_IF_ERROR(
        ReadEnum(from.status(), player_pb::PlayerStatus_MAX, "status", reading, to.is_inactive.emplace()));
  }
  return {};
}

Status PlayerProto::FromProto(const player_pb::StandardResponse& from, Player& to, Reading reading) {
  OOFGG_RETURN_IF_ERROR(CheckCode(from.code(), from.message()));
  if (!from.has_single_player()) return LacksData("the player");
  return FromProto(from.single_player(), to, reading);
}

}  // namespace oofgg::wire
