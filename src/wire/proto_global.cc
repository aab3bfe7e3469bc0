#include "wire/proto_global.h"

#include "wire/proto_attributes.h"

namespace oofgg::wire {
namespace global_pb = ::v1::api::global;

void GlobalProto::ToProto(const GlobalEvent& from, global_pb::GlobalEvent& to) {
  to.set_id(from.id);
  to.set_event_name(from.name);
  to.set_timestamp(from.timestamp_ms);
  if (!from.game_id.empty()) to.set_game_id(from.game_id);
  if (!from.player_id.empty()) to.set_player_id(from.player_id);
  if (!from.team_id.empty()) to.set_team_id(from.team_id);
  WriteAttributes(from.attributes, *to.mutable_attributes());
  to.set_type(WrittenEnum<global_pb::GlobalEvent::EventType>(from.type));
  to.set_sequence(from.sequence);
}

Status GlobalProto::FromProto(const global_pb::GlobalEvent& from, GlobalEvent& to, Reading reading) {
  to.id = from.id();
  to.name = from.event_name();
  to.timestamp_ms = from.timestamp();
  to.game_id = from.game_id();
  to.player_id = from.player_id();
  to.team_id = from.team_id();
  to.sequence = from.sequence();
  OOFGG_RETURN_IF_ERROR(
      ReadEnum(from.type(), global_pb::GlobalEvent::EventType_MAX, "type", reading, to.type));
  return ReadAttributes(from.attributes(), to.attributes, reading);
}

}  // namespace oofgg::wire
