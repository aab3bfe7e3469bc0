#pragma once

#include "oofgg/v1/fleet.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// oofgg.v1.FleetService.
struct FleetProto {
  static void ToProto(const ListGameServersRequest& from, v1::ListGameServersRequest& to);
  static void ToProto(const GameServerInfo& from, v1::GameServerInfo& to);
  static void ToProto(const GameServers& from, v1::GameServers& to);
  static void ToProto(const ListFleetsRequest& from, v1::ListFleetsRequest& to);
  static void ToProto(const FleetInfo& from, v1::FleetInfo& to);
  static void ToProto(const Fleets& from, v1::Fleets& to);
  static void ToProto(const ScaleFleetRequest& from, v1::ScaleFleetRequest& to);
  static void ToProto(const DrainServersRequest& from, v1::DrainServersRequest& to);
  static void ToProto(const DrainedServers& from, v1::DrainedServers& to);
  static void ToProto(const UpdateFleetRequest& from, v1::UpdateFleetRequest& to);

  static Status FromProto(const v1::ListGameServersRequest& from, ListGameServersRequest& to, Reading);
  static Status FromProto(const v1::GameServerInfo& from, GameServerInfo& to, Reading reading);
  static Status FromProto(const v1::GameServers& from, GameServers& to, Reading reading);
  static Status FromProto(const v1::ListFleetsRequest& from, ListFleetsRequest& to, Reading reading);
  static Status FromProto(const v1::FleetInfo& from, FleetInfo& to, Reading reading);
  static Status FromProto(const v1::Fleets& from, Fleets& to, Reading reading);
  static Status FromProto(const v1::ScaleFleetRequest& from, ScaleFleetRequest& to, Reading reading);
  static Status FromProto(const v1::DrainServersRequest& from, DrainServersRequest& to, Reading reading);
  static Status FromProto(const v1::DrainedServers& from, DrainedServers& to, Reading reading);
  static Status FromProto(const v1::UpdateFleetRequest& from, UpdateFleetRequest& to, Reading reading);
};

template <>
struct ProtoOf<methods::ListGameServers>
    : ProtoPair<FleetProto, v1::ListGameServersRequest, v1::GameServers> {};
template <>
struct ProtoOf<methods::ListFleets> : ProtoPair<FleetProto, v1::ListFleetsRequest, v1::Fleets> {};
template <>
struct ProtoOf<methods::ScaleFleet> : ProtoPair<FleetProto, v1::ScaleFleetRequest, v1::FleetInfo> {};
template <>
struct ProtoOf<methods::DrainServers> : ProtoPair<FleetProto, v1::DrainServersRequest, v1::DrainedServers> {};
template <>
struct ProtoOf<methods::UpdateFleet> : ProtoPair<FleetProto, v1::UpdateFleetRequest, v1::FleetInfo> {};

}  // namespace oofgg::wire
