#pragma once

#include <string>
#include <string_view>

#include "oofgg/status.h"
#include "wire/methods.h"

/// Plain structs to protobuf bytes and back, *per method*, as in `EncodeRequest<methods::Login>(request)`.
///
/// There is no Encode<Struct>, because a struct does not settle its bytes: Session is bare in WatchQueue and
/// wrapped in StandardResponse in CreateSession; AuthTokens is three different messages. Generated code stays
/// in the .cc files, so whoever includes this pays nothing for protobuf.
///
/// Used by client and testing::Backend; rpc's services convert generated messages with the same functions
/// (wire/proto_*.h). Threads: safe, no state.
///
/// What the wire does not carry and who fills it in:
///  - AuthTokens.user_id of Login, TwitchLogin and RefreshToken is empty after DecodeResponse: the client
///    takes it from the access token's `sub`. The other ways in carry it.
///  - Game.owner_id is lost.
namespace oofgg::wire {

/// Never fails: numbers that the message's type cannot hold are written as its nearest.
template <class M>
[[nodiscard]] std::string EncodeRequest(const typename M::Request& request);

/// For servers, hence strict. kInvalidArgument: not that message, or a field out of range, with its name.
template <class M>
[[nodiscard]] StatusOr<typename M::Request> DecodeRequest(std::string_view bytes);

/// Never fails, as above. Wrapped answers have code 0 and the object in `data`.
template <class M>
[[nodiscard]] std::string EncodeResponse(const typename M::Response& response);

/// For clients, hence tolerant: an enum value or number of a later server becomes the nearest or the default
/// one. kInternal: not that message, or an answer without the object asked for. kUnknown: a wrapped
/// answer with a code that is not 0.
template <class M>
[[nodiscard]] StatusOr<typename M::Response> DecodeResponse(std::string_view bytes);

}  // namespace oofgg::wire
