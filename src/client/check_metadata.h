#pragma once

#include "oofgg/status.h"
#include "oofgg/transport.h"

namespace oofgg::internal {

/// kInvalidArgument, with the name but not the value, for what cannot be a header of HTTP/2. Every transport
/// asks first: values come from users and from files, and gRPC ends the process over a bad one.
[[nodiscard]] Status CheckMetadata(const Metadata& metadata);

}  // namespace oofgg::internal
