#include "wire/proto_fleet.h"

namespace oofgg::wire {

void FleetProto::ToProto(const ListGameServersRequest& from, v1::ListGameServersRequest& to) {
  to.set_fleet(from.fleet);
}

void FleetProto::ToProto(const GameServerInfo& from, v1::GameServerInfo& to) {
  to.set_id(from.id);
  to.set_fleet(from.fleet);
  to.set_state(WrittenEnum<v1::GameServerState>(from.state));
  to.set_address(from.address);
  to.set_slots(from.slots);
  to.set_reserved(from.reserved);
}

void FleetProto::ToProto(const GameServers& from, v1::GameServers& to) {
  for (const GameServerInfo& server : from.servers) ToProto(server, *to.add_servers());
}

Status FleetProto::FromProto(const v1::ListGameServersRequest& from, ListGameServersRequest& to, Reading) {
  to.fleet = from.fleet();
  return {};
}

Status FleetProto::FromProto(const v1::GameServerInfo& from, GameServerInfo& to, Reading reading) {
  to.id = from.id();
  to.fleet = from.fleet();
  to.address = from.address();
  to.slots = from.slots();
  to.reserved = from.reserved();
  return ReadEnum(from.state(), v1::GameServerState_MAX, "state", reading, to.state);
}

Status FleetProto::FromProto(const v1::GameServers& from, GameServers& to, Reading reading) {
  to.servers.reserve(static_cast<std::size_t>(from.servers_size()));
  for (const v1::GameServerInfo& server : from.servers()) {
    OOFGG_RETURN_IF_ERROR(FromProto(server, to.servers.emplace_back(), reading));
  }
  return {};
}

}  // namespace oofgg::wire
