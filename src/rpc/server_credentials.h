#pragma once

#include <memory>

#include "oofgg/parse.h"
#include "oofgg/status.h"
#include "rpc/server_options.h"

namespace grpc {
class ServerCredentials;
}

namespace oofgg::rpc {

/// kFailedPrecondition if `address` may not be served in plaintext and there is no certificate.
[[nodiscard]] Status CheckExposure(const HostPort& address, const RpcServerOptions& options);

/// Reads the files that the options name. kInvalidArgument: a combination that makes no sense; kNotFound: a
/// file that cannot be read. Messages name files, never their contents.
[[nodiscard]] StatusOr<std::shared_ptr<grpc::ServerCredentials>> LoadCredentials(
    const RpcServerOptions& options);

}  // namespace oofgg::rpc
