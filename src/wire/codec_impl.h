#pragma once

#include <google/protobuf/stubs/logging.h>

#include <climits>

#include "wire/codec.h"
#include "wire/convert.h"
#include "wire/proto_of.h"

/// The templates of wire/codec.h, for the codec_*.cc files that instantiate them.
namespace oofgg::wire {

template <class Message, class Convert, class Plain>
std::string EncodeAs(const Plain& plain) {
  Message message;
  Convert::ToProto(plain, message);
  return message.SerializeAsString();
}

template <class Message, class Convert, class Plain>
StatusOr<Plain> DecodeAs(std::string_view bytes, Reading reading) {
  // protobuf tells stderr of text that is not UTF-8. A library does not write to a game's console.
  const ::google::protobuf::LogSilencer silencer;
  Message message;
  if (bytes.size() > INT_MAX || !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    const bool is_server = reading == Reading::kStrict;
    return MakeStatus(is_server ? StatusCode::kInvalidArgument : StatusCode::kInternal,
                      "the bytes are no valid " + Message::descriptor()->full_name());
  }
  Plain plain;
  OOFGG_RETURN_IF_ERROR(Convert::FromProto(message, plain, reading));
  return plain;
}

template <class M>
std::string EncodeRequest(const typename M::Request& request) {
  return EncodeAs<typename ProtoOf<M>::Request, typename ProtoOf<M>::Convert>(request);
}

template <class M>
StatusOr<typename M::Request> DecodeRequest(std::string_view bytes) {
  return DecodeAs<typename ProtoOf<M>::Request, typename ProtoOf<M>::Convert, typename M::Request>(
      bytes, Reading::kStrict);
}

template <class M>
std::string EncodeResponse(const typename M::Response& response) {
  return EncodeAs<typename ProtoOf<M>::Response, typename ProtoOf<M>::Convert>(response);
}

template <class M>
StatusOr<typename M::Response> DecodeResponse(std::string_view bytes) {
  return DecodeAs<typename ProtoOf<M>::Response, typename ProtoOf<M>::Convert, typename M::Response>(
      bytes, Reading::kTolerant);
}

}  // namespace oofgg::wire

/// A semicolon follows; a method is instantiated once in the whole room.
#define OOFGG_INSTANTIATE_CODEC(M)                                                    \
  template std::string EncodeRequest<methods::M>(const methods::M::Request&);         \
  template StatusOr<methods::M::Request> DecodeRequest<methods::M>(std::string_view); \
  template std::string EncodeResponse<methods::M>(const methods::M::Response&);       \
  template StatusOr<methods::M::Response> DecodeResponse<methods::M>(std::string_view)
