#include "rpc/admission.h"

#include <grpcpp/server_context.h>

#include <chrono>
#include <optional>
#include <utility>

#include "oofgg/auth/authorizer.h"
#include "rpc/caller_address.h"

namespace oofgg::rpc {
namespace {

using SystemClock = std::chrono::system_clock;

/// A metadata value. Nothing if it is absent, kInvalidArgument if there are two.
StatusOr<std::optional<std::string_view>> FindOnce(const grpc::CallbackServerContext& call,
                                                   const char* name) {
  const auto [first, last] = call.client_metadata().equal_range(name);
  if (first == last) return std::nullopt;
  if (std::next(first) != last) return InvalidField(name, "is given more than once; send one");
  return std::string_view(first->second.data(), first->second.size());
}

Status Authenticate(const ServiceHost& host, const grpc::CallbackServerContext& call, CallContext& context) {
  OOFGG_ASSIGN_OR_RETURN(const auto authorization, FindOnce(call, "authorization"));
  if (!authorization.has_value()) {
    return WithReason(MakeStatus(StatusCode::kUnauthenticated,
                                 "this call needs the metadata `authorization: Bearer TOKEN`; log in first"),
                      "TOKEN_MISSING");
  }
  if (host.authorizer() == nullptr) {
    return MakeStatus(StatusCode::kUnavailable, "this server cannot verify tokens; it has no keys");
  }
  OOFGG_ASSIGN_OR_RETURN(const std::string_view bearer, auth::BearerCredential(*authorization));
  OOFGG_ASSIGN_OR_RETURN(context.caller, host.authorizer()->Authenticate(bearer));
  context.bearer_token = bearer;
  return {};
}

Status TakeIdempotencyKey(const grpc::CallbackServerContext& call, CallContext& context) {
  OOFGG_ASSIGN_OR_RETURN(const auto key, FindOnce(call, "idempotency-key"));
  if (!key.has_value()) return {};
  if (key->size() > kMaxIdempotencyKey) {
    return InvalidField("idempotency-key", "is " + std::to_string(key->size()) + " bytes long; send " +
                                               std::to_string(kMaxIdempotencyKey) + " at most");
  }
  context.idempotency_key = *key;
  return {};
}

/// gRPC tells deadlines by the wall clock, computed from the time remaining that was sent.
Status TakeDeadline(const ServiceHost& host, const grpc::CallbackServerContext& call, CallContext& context) {
  const SystemClock::time_point deadline = call.deadline();
  if (deadline == SystemClock::time_point::max()) return {};
  const auto remaining = deadline - SystemClock::now();
  if (remaining <= remaining.zero()) {
    return MakeStatus(StatusCode::kDeadlineExceeded, "the call's deadline passed before it was begun");
  }
  context.deadline = DeadlineAfter(host.clock().Now(), std::chrono::duration_cast<Duration>(remaining));
  return {};
}

/// Labels a session, so that players recognise it. gRPC's libraries and browsers put words of their own into
/// `user-agent` whatever their user says; gRPC-Web's name for the user's comes first.
std::string ClientName(const grpc::CallbackServerContext& call) {
  const auto& metadata = call.client_metadata();
  auto named = metadata.find("x-user-agent");
  if (named == metadata.end()) named = metadata.find("user-agent");
  if (named == metadata.end()) return {};
  std::string name;
  for (const char c : named->second) {
    if (c >= ' ' && c <= '~') name += c;
    if (name.size() == kMaxClientName) break;
  }
  return name;
}

}  // namespace

StatusOr<CallContext> Admit(const ServiceHost& host, const grpc::CallbackServerContext& call,
                            bool needs_token) {
  CallContext context;
  context.peer_address = CallerAddress(host.proxies(), call);
  if (!needs_token) OOFGG_RETURN_IF_ERROR(host.AdmitAnonymous(context.peer_address));
  OOFGG_RETURN_IF_ERROR(TakeDeadline(host, call, context));
  OOFGG_RETURN_IF_ERROR(TakeIdempotencyKey(call, context));
  if (needs_token) OOFGG_RETURN_IF_ERROR(Authenticate(host, call, context));
  context.client_name = ClientName(call);
  return context;
}

}  // namespace oofgg::rpc
