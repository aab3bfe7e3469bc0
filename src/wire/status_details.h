#pragma once

#include <string>
#include <string_view>

#include "oofgg/status.h"

/// The details of oofgg/status.h on the wire: a serialized `google.rpc.Status` in the trailer
/// `grpc-status-details-bin`, with BadRequest (field violations), RetryInfo (retry after), ErrorInfo
/// (reason, domain "oofgg") and RequestInfo (request id). Threads: safe, no state.
namespace oofgg::wire {

/// Empty for an OK status and for one without details, which needs no trailer.
[[nodiscard]] std::string EncodeStatusDetails(const Status& status);

/// The status that a server meant. `code` and `message` are gRPC's own and always win; of `details` what
/// cannot be understood is left out, as it comes from the peer. An unknown code becomes kUnknown.
[[nodiscard]] Status DecodeStatus(int code, std::string_view message, std::string_view details);

}  // namespace oofgg::wire
