#pragma once

#include <grpcpp/support/status.h>

#include "oofgg/status.h"

namespace oofgg::rpc {

/// The same code and message, with the details of oofgg/status.h as `google.rpc` ones.
[[nodiscard]] grpc::Status ToGrpc(const Status& status);

}  // namespace oofgg::rpc
