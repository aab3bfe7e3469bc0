#pragma once

#include "oofgg/v1/presence.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// oofgg.v1.PresenceService.
struct PresenceProto {
  static void ToProto(const PresenceRequest& from, v1::PresenceRequest& to);
  static void ToProto(const PresenceUpdate& from, v1::PresenceUpdate& to);

  static Status FromProto(const v1::PresenceRequest& from, PresenceRequest& to, Reading reading);
  static Status FromProto(const v1::PresenceUpdate& from, PresenceUpdate& to, Reading reading);
};

template <>
struct ProtoOf<methods::Connect> : ProtoPair<PresenceProto, v1::PresenceRequest, v1::PresenceUpdate> {};
template <>
struct ProtoOf<methods::WatchPresence> : ProtoPair<PresenceProto, v1::PresenceRequest, v1::PresenceUpdate> {};

}  // namespace oofgg::wire
