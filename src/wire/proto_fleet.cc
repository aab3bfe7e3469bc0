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
  to.set_outdated(from.outdated);
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
  to.outdated = from.outdated();
  return ReadEnum(from.state(), v1::GameServerState_MAX, "state", reading, to.state);
}

Status FleetProto::FromProto(const v1::GameServers& from, GameServers& to, Reading reading) {
  to.servers.reserve(static_cast<std::size_t>(from.servers_size()));
  for (const v1::GameServerInfo& server : from.servers()) {
    OOFGG_RETURN_IF_ERROR(FromProto(server, to.servers.emplace_back(), reading));
  }
  return {};
}

void FleetProto::ToProto(const ListFleetsRequest& from, v1::ListFleetsRequest& to) {
  to.set_fleet(from.fleet);
}

void FleetProto::ToProto(const FleetInfo& from, v1::FleetInfo& to) {
  to.mutable_games()->Assign(from.games.begin(), from.games.end());
  to.mutable_modes()->Assign(from.modes.begin(), from.modes.end());
  to.mutable_regions()->Assign(from.regions.begin(), from.regions.end());
  if (from.max) to.set_max(*from.max);
  to.set_name(from.name);
  to.set_min_ready(from.min_ready);
  to.set_image(from.image);
  to.set_command(from.command);
  to.set_is_scaled(from.is_scaled);
  to.set_is_updated(from.is_updated);
  to.set_has_worker(from.has_worker);
  to.set_starting(from.starting);
  to.set_ready(from.ready);
  to.set_draining(from.draining);
  to.set_sick(from.sick);
  to.set_outdated(from.outdated);
  to.set_slots(from.slots);
  to.set_reserved(from.reserved);
  to.set_waiting(from.waiting);
  to.set_trouble(from.trouble);
}

void FleetProto::ToProto(const Fleets& from, v1::Fleets& to) {
  for (const FleetInfo& fleet : from.fleets) ToProto(fleet, *to.add_fleets());
}

void FleetProto::ToProto(const ScaleFleetRequest& from, v1::ScaleFleetRequest& to) {
  to.set_fleet(from.fleet);
  if (from.min_ready) to.set_min_ready(*from.min_ready);
  if (from.max) to.set_max(*from.max);
  to.set_reset(from.reset);
}

void FleetProto::ToProto(const DrainServersRequest& from, v1::DrainServersRequest& to) {
  to.set_server_id(from.server_id);
  to.set_fleet(from.fleet);
  to.set_deadline_seconds(from.deadline.count());
}

void FleetProto::ToProto(const DrainedServers& from, v1::DrainedServers& to) {
  to.mutable_server_ids()->Assign(from.server_ids.begin(), from.server_ids.end());
}

void FleetProto::ToProto(const UpdateFleetRequest& from, v1::UpdateFleetRequest& to) {
  to.set_fleet(from.fleet);
  if (from.image) to.set_image(*from.image);
  if (from.command) to.set_command(*from.command);
  to.set_reset(from.reset);
}

Status FleetProto::FromProto(const v1::ListFleetsRequest& from, ListFleetsRequest& to, Reading) {
  to.fleet = from.fleet();
  return {};
}

Status FleetProto::FromProto(const v1::FleetInfo& from, FleetInfo& to, Reading) {
  to.games.assign(from.games().begin(), from.games().end());
  to.modes.assign(from.modes().begin(), from.modes().end());
  to.regions.assign(from.regions().begin(), from.regions().end());
  if (from.has_max()) to.max = from.max();
  to.name = from.name();
  to.min_ready = from.min_ready();
  to.image = from.image();
  to.command = from.command();
  to.is_scaled = from.is_scaled();
  to.is_updated = from.is_updated();
  to.has_worker = from.has_worker();
  to.starting = from.starting();
  to.ready = from.ready();
  to.draining = from.draining();
  to.sick = from.sick();
  to.outdated = from.outdated();
  to.slots = from.slots();
  to.reserved = from.reserved();
  to.waiting = from.waiting();
  to.trouble = from.trouble();
  return {};
}

Status FleetProto::FromProto(const v1::Fleets& from, Fleets& to, Reading reading) {
  to.fleets.reserve(static_cast<std::size_t>(from.fleets_size()));
  for (const v1::FleetInfo& fleet : from.fleets()) {
    OOFGG_RETURN_IF_ERROR(FromProto(fleet, to.fleets.emplace_back(), reading));
  }
  return {};
}

Status FleetProto::FromProto(const v1::ScaleFleetRequest& from, ScaleFleetRequest& to, Reading) {
  to.fleet = from.fleet();
  if (from.has_min_ready()) to.min_ready = from.min_ready();
  if (from.has_max()) to.max = from.max();
  to.reset = from.reset();
  return {};
}

Status FleetProto::FromProto(const v1::DrainServersRequest& from, DrainServersRequest& to, Reading reading) {
  to.server_id = from.server_id();
  to.fleet = from.fleet();
  return ReadSeconds(from.deadline_seconds(), "deadline_seconds", reading, to.deadline);
}

Status FleetProto::FromProto(const v1::DrainedServers& from, DrainedServers& to, Reading) {
  to.server_ids.assign(from.server_ids().begin(), from.server_ids().end());
  return {};
}

Status FleetProto::FromProto(const v1::UpdateFleetRequest& from, UpdateFleetRequest& to, Reading) {
  to.fleet = from.fleet();
  if (from.has_image()) to.image = from.image();
  if (from.has_command()) to.command = from.command();
  to.reset = from.reset();
  return {};
}

}  // namespace oofgg::wire
