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

/// How a server with these options proves who it is. Lifetime: outlives the server, whose handshakes ask it.
[[nodiscard]] std::shared_ptr<grpc::ServerCredentials> MakeCredentials(const RpcServerOptions& options);

}  // namespace oofgg::rpc
