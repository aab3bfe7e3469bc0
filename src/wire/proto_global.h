#pragma once

#include "v1/api/global/event.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// The events of v1.api.global.
struct GlobalProto {
  static void ToProto(const GlobalEvent& from, ::v1::api::global::GlobalEvent& to);
  static Status FromProto(const ::v1::api::global::GlobalEvent& from, GlobalEvent& to, Reading reading);
};

template <>
struct ProtoOf<methods::StreamGlobalEvents>
    : ProtoPair<GlobalProto, ::v1::api::global::GlobalEvent, ::v1::api::global::GlobalEvent> {};

}  // namespace oofgg::wire
