#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <utility>

#include "oofgg/caller.h"
#include "rpc/admission.h"
#include "rpc/service_host.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::rpc {

/// The answer to one call, owed exactly once. If the work that holds it is destroyed undone, because an
/// executor shuts down or sheds, the caller still hears of it. Lifetime: after `Finish` the call's context,
/// request and response are gone.
class PendingAnswer {
 public:
  explicit PendingAnswer(grpc::CallbackServerContext& call);
  ~PendingAnswer();
  PendingAnswer(PendingAnswer&& other) noexcept
      : call_(other.call_), reactor_(std::exchange(other.reactor_, nullptr)) {}
  PendingAnswer& operator=(PendingAnswer&&) = delete;

  /// Nobody waits for the answer any more: cancelled, or past its deadline.
  [[nodiscard]] bool IsUnwanted() const;

  void Finish(const Status& status);

  /// What a service method hands back to gRPC.
  [[nodiscard]] grpc::ServerUnaryReactor* reactor() const { return reactor_; }

 private:
  grpc::CallbackServerContext* call_;
  grpc::ServerUnaryReactor* reactor_;
};

/// Serves one call of method M: token, metadata and deadline, translation, `serve` on `lane`, translation,
/// status. `serve` is `StatusOr<M::Response>(const CallContext&, const M::Request&)`; `write` puts its answer
/// into the response message, as `void(const M::Request&, const M::Response&, Message&)`.
template <class M, class Serve, class Write>
grpc::ServerUnaryReactor* ServeUnary(const ServiceHost& host, const Lane& lane,
                                     grpc::CallbackServerContext* call,
                                     const typename wire::ProtoOf<M>::Request* request_message,
                                     typename wire::ProtoOf<M>::Response* response_message, Serve serve,
                                     Write write) {
  static_assert(M::kKind == wire::Kind::kUnary);
  PendingAnswer answer(*call);
  grpc::ServerUnaryReactor* const reactor = answer.reactor();
  auto context = Admit(host, *call, M::kNeedsToken);
  typename M::Request request;
  Status ready = context.status();
  if (ready.ok()) {
    ready = wire::ProtoOf<M>::Convert::FromProto(*request_message, request, wire::Reading::kStrict);
  }
  if (!ready.ok()) {
    answer.Finish(ready);
    return reactor;
  }
  // Shared, as the task may be destroyed by a lane that has no room for it while we still owe the reason.
  auto owed = std::make_shared<PendingAnswer>(std::move(answer));
  const Status taken = lane.Run([owed, context = *std::move(context), request = std::move(request),
                                 response_message, serve = std::move(serve), write = std::move(write)] {
    if (owed->IsUnwanted()) {
      owed->Finish(MakeStatus(StatusCode::kCancelled, "the caller gave up before the call was begun"));
      return;
    }
    const auto response = serve(context, request);
    if (response.ok()) write(request, *response, *response_message);
    owed->Finish(response.status());
  });
  if (!taken.ok()) owed->Finish(taken);
  return reactor;
}

/// The usual answer, written as wire/codec.h does.
template <class M, class Serve>
grpc::ServerUnaryReactor* ServeUnary(const ServiceHost& host, const Lane& lane,
                                     grpc::CallbackServerContext* call,
                                     const typename wire::ProtoOf<M>::Request* request,
                                     typename wire::ProtoOf<M>::Response* response, Serve serve) {
  return ServeUnary<M>(host, lane, call, request, response, std::move(serve),
                       [](const auto&, const auto& plain, auto& message) {
                         wire::ProtoOf<M>::Convert::ToProto(plain, message);
                       });
}

/// A facade's method as the `serve` of ServeUnary.
template <class Facade, class Method>
auto Calls(Facade& facade, Method method) {
  return [&facade, method](const CallContext& context, const auto& request) {
    return (facade.*method)(context, request);
  };
}

}  // namespace oofgg::rpc
