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

  static Status FromProto(const v1::ListGameServersRequest& from, ListGameServersRequest& to, Reading);
  static Status FromProto(const v1::GameServerInfo& from, GameServerInfo& to, Reading reading);
  static Status FromProto(const v1::GameServers& from, GameServers& to, Reading reading);
};

template <>
struct ProtoOf<methods::ListGameServers>
    : ProtoPair<FleetProto, v1::ListGameServersRequest, v1::GameServers> {};

}  // namespace oofgg::wire
