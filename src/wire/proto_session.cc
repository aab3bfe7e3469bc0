#include "wire/proto_session.h"

#include "wire/proto_attributes.h"
#include "wire/update_mask.h"

namespace oofgg::wire {
namespace game_pb = ::v1::api::game;
namespace {

// Of a mask: one attribute. What follows is its key, dots and all.
const std::string kAttributePath = "attributes.";

// Session and SessionCreate share all but the id, under the same names.
template <class Plain, class Message>
void WriteCommon(const Plain& from, Message& to) {
  to.set_game_id(from.game_id);
  to.mutable_user_ids()->Assign(from.user_ids.begin(), from.user_ids.end());
  to.set_state(WrittenEnum<game_pb::GameState>(from.state));
  WriteAttributes(from.attributes, *to.mutable_attributes());
  if (from.region != 0) to.set_region(static_cast<::v1::std::RegionEnum>(from.region));
  if (!from.data.empty()) to.set_data(from.data);
}

template <class Message>
Status ReadRegion(const Message& from, std::int32_t& to, Reading reading) {
  return ReadEnum(from.region(), ::v1::std::RegionEnum_MAX, "region", reading, to);
}

template <class Message, class Plain>
Status ReadCommon(const Message& from, Plain& to, Reading reading) {
  to.game_id = from.game_id();
  to.user_ids.assign(from.user_ids().begin(), from.user_ids().end());
  to.data = from.data();
  OOFGG_RETURN_IF_ERROR(ReadEnum(from.state(), game_pb::GameState_MAX, "state", reading, to.state));
  OOFGG_RETURN_IF_ERROR(ReadRegion(from, to.region, reading));
  return ReadAttributes(from.attributes(), to.attributes, reading);
}

}  // namespace

void SessionProto::ToProto(const Session& from, game_pb::Session& to) {
  to.set_id(from.id);
  to.set_version(from.version);
  to.set_host_id(from.host_id);
  WriteCommon(from, to);
}

void SessionProto::ToProto(const CreateSessionRequest& from, game_pb::SessionCreate& to) {
  WriteCommon(from, to);
}

void SessionProto::ToProto(const GetSessionRequest& from, game_pb::SessionGet& to) {
  if (!from.id.empty()) to.set_id(from.id);
  if (!from.game_id.empty()) to.set_game_id(from.game_id);
}

void SessionProto::ToProto(const UpdateSessionRequest& from, game_pb::SessionUpdate& to) {
  UpdateMaskWriter mask;
  to.set_id(from.id);
  to.set_game_id(from.game_id);
  to.set_version(from.version);
  if (from.user_ids) {
    mask.Add("user_ids", from.user_ids->empty());
    to.mutable_user_ids()->Assign(from.user_ids->begin(), from.user_ids->end());
  }
  if (from.state) {
    mask.Add("state", *from.state == SessionState{});
    to.set_state(WrittenEnum<game_pb::GameState>(*from.state));
  }
  if (from.replace_attributes) {
    mask.Add("attributes", true);
  } else {
    for (const auto& [key, value] : from.attributes) mask.Add(kAttributePath + key, false);
    for (const std::string& key : from.remove_attributes) mask.Add(kAttributePath + key, true);
  }
  WriteAttributes(from.attributes, *to.mutable_attributes());
  if (from.region) {
    mask.Add("region", false);  // Has presence, as the next.
    to.set_region(static_cast<::v1::std::RegionEnum>(*from.region));
  }
  if (from.data) {
    mask.Add("data", false);
    to.set_data(*from.data);
  }
  mask.Finish(to);
}

void SessionProto::ToProto(const DeleteSessionRequest& from, game_pb::SessionDelete& to) {
  to.set_id(from.id);
  to.set_game_id(from.game_id);
}

void SessionProto::ToProto(const JoinLeaveRequest& from, game_pb::JoinLeaveGame& to) {
  to.set_user_id(from.user_id);
  to.set_game_id(from.game_id);
  to.set_action(WrittenEnum<game_pb::JoinLeaveGame::Action>(from.action));
  if (!from.team_id.empty()) to.set_team_id(from.team_id);
  if (!from.session_id.empty()) to.set_session_id(from.session_id);
  if (from.region != 0) to.set_region(static_cast<::v1::std::RegionEnum>(from.region));
}

void SessionProto::ToProto(const GameEvent& from, game_pb::GameEvent& to) {
  if (!from.id.empty()) to.set_id(from.id);
  if (!from.name.empty()) to.set_event_name(from.name);
  to.set_timestamp(from.timestamp_ms);
  if (!from.game_id.empty()) to.set_game_id(from.game_id);
  if (!from.player_id.empty()) to.set_player_id(from.player_id);
  if (!from.session_id.empty()) to.set_session_id(from.session_id);
  if (!from.team_id.empty()) to.set_team_id(from.team_id);
  WriteAttributes(from.attributes, *to.mutable_attributes());
  to.set_type(WrittenEnum<game_pb::GameEvent::EventType>(from.type));
  if (!from.data.empty()) to.set_data(from.data);
  to.set_sequence(from.sequence);
  to.mutable_to_player_ids()->Assign(from.to_player_ids.begin(), from.to_player_ids.end());
}

void SessionProto::ToProto(const Session& from, game_pb::StandardResponse& to) {
  ToProto(from, *to.mutable_session());
}

void SessionProto::ToProto(const Sessions& from, game_pb::StandardResponse& to) {
  game_pb::Sessions& sessions = *to.mutable_sessions();  // Named even when empty: none is an answer too.
  for (const Session& session : from.sessions) ToProto(session, *sessions.add_sessions());
}

Status SessionProto::FromProto(const game_pb::Session& from, Session& to, Reading reading) {
  to.id = from.id();
  to.version = from.version();
  to.host_id = from.host_id();
  return ReadCommon(from, to, reading);
}

Status SessionProto::FromProto(const game_pb::SessionCreate& from, CreateSessionRequest& to,
                               Reading reading) {
  return ReadCommon(from, to, reading);
}

Status SessionProto::FromProto(const game_pb::SessionGet& from, GetSessionRequest& to, Reading) {
  to.id = from.id();
  to.game_id = from.game_id();
  return {};
}

Status SessionProto::FromProto(const game_pb::SessionUpdate& from, UpdateSessionRequest& to,
                               Reading reading) {
  UpdateSessionRequest all;
  all.id = from.id();
  all.game_id = from.game_id();
  all.version = from.version();
  UpdateSessionRequest named = all;
  OOFGG_RETURN_IF_ERROR(
      ReadEnum(from.state(), game_pb::GameState_MAX, "state", reading, all.state.emplace()));
  OOFGG_RETURN_IF_ERROR(ReadRegion(from, all.region.emplace(), reading));
  OOFGG_RETURN_IF_ERROR(ReadAttributes(from.attributes(), all.attributes, reading));
  all.user_ids.emplace(from.user_ids().begin(), from.user_ids().end());
  all.data = from.data();
  if (!from.has_update_mask()) {
    if (all.user_ids->empty()) all.user_ids.reset();
    if (*all.state == SessionState{}) all.state.reset();
    if (!from.has_region()) all.region.reset();
    if (!from.has_data()) all.data.reset();
    to = std::move(all);
    return {};
  }
  const auto take = [&](std::string_view path) {
    if (path == "user_ids") {
      named.user_ids = all.user_ids;
    } else if (path == "state") {
      named.state = all.state;
    } else if (path == "attributes") {
      named.replace_attributes = true;
      named.attributes = all.attributes;
    } else if (path.starts_with(kAttributePath)) {
      const std::string key(path.substr(kAttributePath.size()));
      if (const auto value = all.attributes.find(key); value != all.attributes.end()) {
        named.attributes.insert(*value);
      } else {
        named.remove_attributes.push_back(key);
      }
    } else if (path == "region") {
      named.region = all.region;
    } else if (path == "data") {
      named.data = all.data;
    } else {
      return false;
    }
    return true;
  };
  OOFGG_RETURN_IF_ERROR(ReadMask(from, take));
  to = std::move(named);
  return {};
}

Status SessionProto::FromProto(const game_pb::SessionDelete& from, DeleteSessionRequest& to, Reading) {
  to.id = from.id();
  to.game_id = from.game_id();
  return {};
}

Status SessionProto::FromProto(const game_pb::JoinLeaveGame& from, JoinLeaveRequest& to, Reading reading) {
  to.user_id = from.user_id();
  to.game_id = from.game_id();
  to.team_id = from.team_id();
  to.session_id = from.session_id();
  OOFGG_RETURN_IF_ERROR(
      ReadEnum(from.action(), game_pb::JoinLeaveGame::Action_MAX, "action", reading, to.action));
  return ReadRegion(from, to.region, reading);
}

Status SessionProto::FromProto(const game_pb::GameEvent& from, GameEvent& to, Reading reading) {
  to.id = from.id();
  to.name = from.event_name();
  to.timestamp_ms = from.timestamp();
  to.game_id = from.game_id();
  to.player_id = from.player_id();
  to.session_id = from.session_id();
  to.team_id = from.team_id();
  to.data = from.data();
  to.sequence = from.sequence();
  to.to_player_ids.assign(from.to_player_ids().begin(), from.to_player_ids().end());
  OOFGG_RETURN_IF_ERROR(ReadEnum(from.type(), game_pb::GameEvent::EventType_MAX, "type", reading, to.type));
  return ReadAttributes(from.attributes(), to.attributes, reading);
}

Status SessionProto::FromProto(const game_pb::StandardResponse& from, Session& to, Reading reading) {
  OOFGG_RETURN_IF_ERROR(CheckCode(from.code(), from.message()));
  if (!from.has_session()) return LacksData("the session");
  return FromProto(from.session(), to, reading);
}

Status SessionProto::FromProto(const game_pb::StandardResponse& from, Sessions& to, Reading reading) {
  OOFGG_RETURN_IF_ERROR(CheckCode(from.code(), from.message()));
  if (from.has_session()) return FromProto(from.session(), to.sessions.emplace_back(), reading);
  if (!from.has_sessions()) return LacksData("the sessions");
  for (const game_pb::Session& session : from.sessions().sessions()) {
    OOFGG_RETURN_IF_ERROR(FromProto(session, to.sessions.emplace_back(), reading));
  }
  return {};
}

}  // namespace oofgg::wire
