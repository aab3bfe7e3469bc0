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
/// kResourceExhausted: too many calls without a token from there.
[[nodiscard]] StatusOr<CallContext> Admit(const ServiceHost& host, const grpc::CallbackServerContext& call,
                                          bool needs_token);

}  // namespace oofgg::rpc
