#pragma once

#include "oofgg/v1/revocation.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// oofgg.v1.RevocationService.
struct RevocationProto {
  static void ToProto(const WatchRevocationsRequest& from, v1::WatchRevocationsRequest& to);
  static void ToProto(const RevokedSession& from, v1::RevokedSession& to);
  static void ToProto(const DeletedUser& from, v1::DeletedUser& to);
  static void ToProto(const Revocations& from, v1::Revocations& to);

  static Status FromProto(const v1::WatchRevocationsRequest& from, WatchRevocationsRequest& to, Reading);
  static Status FromProto(const v1::RevokedSession& from, RevokedSession& to, Reading);
  static Status FromProto(const v1::DeletedUser& from, DeletedUser& to, Reading);
  static Status FromProto(const v1::Revocations& from, Revocations& to, Reading reading);
};

template <>
struct ProtoOf<methods::WatchRevocations>
    : ProtoPair<RevocationProto, v1::WatchRevocationsRequest, v1::Revocations> {};

}  // namespace oofgg::wire
