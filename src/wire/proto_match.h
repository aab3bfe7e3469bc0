#pragma once

#include "oofgg/v1/matchmaking.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// oofgg.v1.MatchmakingService.
struct MatchProto {
  static void ToProto(const CreateTicketRequest& from, v1::CreateTicketRequest& to);
  static void ToProto(const TicketId& from, v1::TicketId& to);
  static void ToProto(const Assignment& from, v1::Assignment& to);
  static void ToProto(const Ticket& from, v1::Ticket& to);

  static Status FromProto(const v1::CreateTicketRequest& from, CreateTicketRequest& to, Reading);
  static Status FromProto(const v1::TicketId& from, TicketId& to, Reading);
  static Status FromProto(const v1::Assignment& from, Assignment& to, Reading);
  static Status FromProto(const v1::Ticket& from, Ticket& to, Reading reading);
};

template <>
struct ProtoOf<methods::CreateTicket> : ProtoPair<MatchProto, v1::CreateTicketRequest, v1::Ticket> {};
template <>
struct ProtoOf<methods::GetTicket> : ProtoPair<MatchProto, v1::TicketId, v1::Ticket> {};
template <>
struct ProtoOf<methods::CancelTicket> : ProtoPair<MatchProto, v1::TicketId, v1::Ticket> {};
template <>
struct ProtoOf<methods::WatchTicket> : ProtoPair<MatchProto, v1::TicketId, v1::Ticket> {};

}  // namespace oofgg::wire
