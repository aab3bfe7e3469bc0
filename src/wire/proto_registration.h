#pragma once

#include "oofgg/v1/registration.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// What oofgg.v1.FleetService says of servers that register themselves.
struct RegistrationProto {
  static void ToProto(const RegisterGameServerRequest& from, v1::RegisterGameServerRequest& to);
  static void ToProto(const GameServerLease& from, v1::GameServerLease& to);
  static void ToProto(const ReportGameServerRequest& from, v1::ReportGameServerRequest& to);
  static void ToProto(const DeregisterGameServerRequest& from, v1::DeregisterGameServerRequest& to);
  static void ToProto(const DeregisterGameServerResponse&, v1::DeregisterGameServerResponse&) {}

  static Status FromProto(const v1::RegisterGameServerRequest& from, RegisterGameServerRequest& to, Reading);
  static Status FromProto(const v1::GameServerLease& from, GameServerLease& to, Reading);
  static Status FromProto(const v1::ReportGameServerRequest& from, ReportGameServerRequest& to, Reading);
  static Status FromProto(const v1::DeregisterGameServerRequest& from, DeregisterGameServerRequest& to,
                          Reading);
  static Status FromProto(const v1::DeregisterGameServerResponse&, DeregisterGameServerResponse&, Reading) {
    return {};
  }
};

template <>
struct ProtoOf<methods::RegisterGameServer>
    : ProtoPair<RegistrationProto, v1::RegisterGameServerRequest, v1::GameServerLease> {};
template <>
struct ProtoOf<methods::ReportGameServer>
    : ProtoPair<RegistrationProto, v1::ReportGameServerRequest, v1::GameServerLease> {};
template <>
struct ProtoOf<methods::DeregisterGameServer>
    : ProtoPair<RegistrationProto, v1::DeregisterGameServerRequest, v1::DeregisterGameServerResponse> {};

}  // namespace oofgg::wire
