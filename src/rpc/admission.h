#pragma once

#include <string>
#include <string_view>

#include "oofgg/caller.h"
#include "oofgg/status.h"
#include "rpc/service_host.h"

namespace grpc {
class CallbackServerContext;
}

namespace oofgg::rpc {

/// The longest `idempotency-key` taken, in bytes.
inline constexpr std::size_t kMaxIdempotencyKey = 128;

/// The longest `client_name` told to a facade, in bytes.
inline constexpr std::size_t kMaxClientName = 64;

/// What a facade is to know of a call. Verifies the token if the method needs one, on the calling thread.
/// kUnauthenticated: no token (reason TOKEN_MISSING), or the authorizer's own refusal. kInvalidArgument: an
/// `idempotency-key` that is too long or given twice. kDeadlineExceeded: too late already.
[[nodiscard]] StatusOr<CallContext> Admit(const ServiceHost& host, const grpc::CallbackServerContext& call,
                                          bool needs_token);

/// The address in gRPC's spelling of a peer (`ipv4:127.0.0.1:50000`, `ipv6:%5B::1%5D:50000`), without the
/// port; other kinds of peers come back whole.
[[nodiscard]] std::string PeerAddress(std::string_view peer);

}  // namespace oofgg::rpc
