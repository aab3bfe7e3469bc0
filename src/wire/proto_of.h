#pragma once

/// Which generated messages a method speaks, and who converts them. Internal, as wire/convert.h.
namespace oofgg::wire {

/// Specialised in wire/proto_*.h for each row of wire/methods.h.
template <class M>
struct ProtoOf;

template <class Conversions, class RequestMessage, class ResponseMessage>
struct ProtoPair {
  /// Has `static void ToProto(const Plain&, Message&)` and
  /// `static Status FromProto(const Message&, Plain&, Reading)` for both pairs.
  using Convert = Conversions;
  using Request = RequestMessage;
  using Response = ResponseMessage;
};

}  // namespace oofgg::wire
