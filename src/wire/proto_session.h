#pragma once

#include "v1/api/game/event.pb.h"
#include "v1/api/game/game.pb.h"
#include "v1/api/game/join_leave.pb.h"
#include "v1/api/game/session.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// The sessions and events of v1.api.game.
struct SessionProto {
  static void ToProto(const Session& from, ::v1::api::game::Session& to);
  static void ToProto(const CreateSessionRequest& from, ::v1::api::game::SessionCreate& to);
  static void ToProto(const GetSessionRequest& from, ::v1::api::game::SessionGet& to);
  static void ToProto(const UpdateSessionRequest& from, ::v1::api::game::SessionUpdate& to);
  static void ToProto(const DeleteSessionRequest& from, ::v1::api::game::SessionDelete& to);
  static void ToProto(const JoinLeaveRequest& from, ::v1::api::game::JoinLeaveGame& to);
  static void ToProto(const GameEvent& from, ::v1::api::game::GameEvent& to);
  /// `session`. How the contract answers a GetSession by id, too. Clients of ours read both forms.
  static void ToProto(const Session& from, ::v1::api::game::StandardResponse& to);
  /// `sessions`, those of a game.
  static void ToProto(const Sessions& from, ::v1::api::game::StandardResponse& to);

  static Status FromProto(const ::v1::api::game::Session& from, Session& to, Reading reading);
  static Status FromProto(const ::v1::api::game::SessionCreate& from, CreateSessionRequest& to,
                          Reading reading);
  static Status FromProto(const ::v1::api::game::SessionGet& from, GetSessionRequest& to, Reading);
  /// A path `attributes.KEY` of the mask sets that one, or takes it away if it has no value; `attributes`
  /// replaces all.
  static Status FromProto(const ::v1::api::game::SessionUpdate& from, UpdateSessionRequest& to,
                          Reading reading);
  static Status FromProto(const ::v1::api::game::SessionDelete& from, DeleteSessionRequest& to, Reading);
  static Status FromProto(const ::v1::api::game::JoinLeaveGame& from, JoinLeaveRequest& to, Reading reading);
  static Status FromProto(const ::v1::api::game::GameEvent& from, GameEvent& to, Reading reading);
  static Status FromProto(const ::v1::api::game::StandardResponse& from, Session& to, Reading reading);
  static Status FromProto(const ::v1::api::game::StandardResponse& from, Sessions& to, Reading reading);
};

template <>
struct ProtoOf<methods::CreateSession>
    : ProtoPair<SessionProto, ::v1::api::game::SessionCreate, ::v1::api::game::StandardResponse> {};
template <>
struct ProtoOf<methods::GetSession>
    : ProtoPair<SessionProto, ::v1::api::game::SessionGet, ::v1::api::game::StandardResponse> {};
template <>
struct ProtoOf<methods::JoinLeave>
    : ProtoPair<SessionProto, ::v1::api::game::JoinLeaveGame, ::v1::api::game::StandardResponse> {};
template <>
struct ProtoOf<methods::WatchQueue>
    : ProtoPair<SessionProto, ::v1::api::game::Session, ::v1::api::game::Session> {};
template <>
struct ProtoOf<methods::StreamEvents>
    : ProtoPair<SessionProto, ::v1::api::game::GameEvent, ::v1::api::game::GameEvent> {};

template <>
struct ProtoOf<methods::UpdateSession>
    : ProtoPair<SessionProto, ::v1::api::game::SessionUpdate, ::v1::api::game::StandardResponse> {};
template <>
struct ProtoOf<methods::DeleteSession>
    : ProtoPair<SessionProto, ::v1::api::game::SessionDelete, ::v1::api::game::StandardResponse> {};
template <>
struct ProtoOf<methods::StreamInstanceEvents>
    : ProtoPair<SessionProto, ::v1::api::game::GameEvent, ::v1::api::game::GameEvent> {};

}  // namespace oofgg::wire
