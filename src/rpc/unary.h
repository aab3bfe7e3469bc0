#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <utility>

#include "base/request_scope.h"
#include "oofgg/caller.h"
#include "rpc/admission.h"
#include "rpc/call_record.h"
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
  PendingAnswer(CallRecord record, grpc::CallbackServerContext& call);
  ~PendingAnswer();
  PendingAnswer(PendingAnswer&& other) noexcept
      : record_(std::move(other.record_)),
        call_(other.call_),
        reactor_(std::exchange(other.reactor_, nullptr)) {}
  PendingAnswer& operator=(PendingAnswer&&) = delete;

  /// Nobody waits for the answer any more: cancelled, or past its deadline.
  [[nodiscard]] bool IsUnwanted() const;

  void Finish(const Status& status);

  [[nodiscard]] const std::string& request_id() const { return record_.request_id(); }

  /// What a service method hands back to gRPC.
  [[nodiscard]] grpc::ServerUnaryReactor* reactor() const { return reactor_; }

 private:
  CallRecord record_;
  grpc::CallbackServerContext* call_;
  grpc::ServerUnaryReactor* reactor_;
};

/// A call that was let in, in plain words.
template <class M>
struct AdmittedCall {
  CallContext context;
  typename M::Request request;
};

/// Token, metadata and deadline, and translation.
template <class M>
StatusOr<AdmittedCall<M>> AdmitUnary(const ServiceHost& host, const grpc::CallbackServerContext& call,
                                     const typename wire::ProtoOf<M>::Request& message) {
  static_assert(M::kKind == wire::Kind::kUnary);
  AdmittedCall<M> admitted;
  OOFGG_ASSIGN_OR_RETURN(admitted.context, Admit(host, call, M::kNeedsToken));
  OOFGG_RETURN_IF_ERROR(
      wire::ProtoOf<M>::Convert::FromProto(message, admitted.request, wire::Reading::kStrict));
  return admitted;
}

/// What a caller hears for whom nothing was done.
[[nodiscard]] Status CallerGaveUp();

/// Answers a call on `lane`; see ServeUnary.
template <class M, class Message, class Serve, class Write>
void ServeOnLane(const Lane& lane, AdmittedCall<M> admitted, PendingAnswer answer, Message* response_message,
                 Serve serve, Write write) {
  // Shared, as the task may be destroyed by a lane that has no room for it while we still owe the reason.
  auto owed = std::make_shared<PendingAnswer>(std::move(answer));
  const Status taken = lane.Run([owed, admitted = std::move(admitted), response_message,
                                 serve = std::move(serve), write = std::move(write)] {
    const RequestScope scope(owed->request_id());
    if (owed->IsUnwanted()) return owed->Finish(CallerGaveUp());
    const auto response = serve(admitted.context, admitted.request);
    if (response.ok()) write(admitted.request, *response, *response_message);
    owed->Finish(response.status());
  });
  if (!taken.ok()) owed->Finish(taken);
}

/// Serves one call of method M: token, metadata and deadline, translation, `serve` on `lane`, translation,
/// status. `serve` is `StatusOr<M::Response>(const CallContext&, const M::Request&)`; `write` puts its answer
/// into the response message, as `void(const M::Request&, const M::Response&, Message&)`. If `serve` has an
/// `AtHand`, that is asked first, on gRPC's own thread, hence must not block: a lane costs more than such an
/// answer.
template <class M, class Message, class Serve, class Write>
grpc::ServerUnaryReactor* ServeUnary(const ServiceHost& host, const Lane& lane,
                                     grpc::CallbackServerContext* call,
                                     const typename wire::ProtoOf<M>::Request* request_message,
                                     Message* response_message, Serve serve, Write write) {
  PendingAnswer answer(RecordOf<M>(host, *call), *call);
  grpc::ServerUnaryReactor* const reactor = answer.reactor();
  auto admitted = [&] {
    const RequestScope scope(answer.request_id());
    return AdmitUnary<M>(host, *call, *request_message);
  }();
  if (!admitted.ok()) {
    answer.Finish(admitted.status());
    return reactor;
  }
  if constexpr (requires { serve.AtHand(admitted->context, admitted->request); }) {
    const RequestScope scope(answer.request_id());
    if (const auto response = serve.AtHand(admitted->context, admitted->request); response.has_value()) {
      if (response->ok()) write(admitted->request, **response, *response_message);
      answer.Finish(response->status());
      return reactor;
    }
  }
  ServeOnLane(lane, *std::move(admitted), std::move(answer), response_message, std::move(serve),
              std::move(write));
  return reactor;
}

/// The usual `write` of ServeUnary: as wire/codec.h does.
template <class M>
struct WriteUsual {
  void operator()(const typename M::Request&, const typename M::Response& plain,
                  typename wire::ProtoOf<M>::Response& message) const {
    wire::ProtoOf<M>::Convert::ToProto(plain, message);
  }
};

template <class M, class Serve>
grpc::ServerUnaryReactor* ServeUnary(const ServiceHost& host, const Lane& lane,
                                     grpc::CallbackServerContext* call,
                                     const typename wire::ProtoOf<M>::Request* request,
                                     typename wire::ProtoOf<M>::Response* response, Serve serve) {
  return ServeUnary<M>(host, lane, call, request, response, std::move(serve), WriteUsual<M>());
}

/// A facade's method as the `serve` of ServeUnary.
template <class Facade, class Method>
auto Calls(Facade& facade, Method method) {
  return [&facade, method](const CallContext& context, const auto& request) {
    return (facade.*method)(context, request);
  };
}

template <class Facade, class Method, class AtHandMethod>
struct FacadeCall {
  auto operator()(const CallContext& context, const auto& request) const {
    return (facade->*method)(context, request);
  }
  auto AtHand(const CallContext& context, const auto& request) const {
    return (facade->*at_hand)(context, request);
  }

  Facade* facade;
  Method method;
  AtHandMethod at_hand;
};

/// The same, where another method of the facade gives the answer if it is there without waiting: an
/// `optional<StatusOr<M::Response>>`.
template <class Facade, class Method, class AtHandMethod>
FacadeCall<Facade, Method, AtHandMethod> Calls(Facade& facade, Method method, AtHandMethod at_hand) {
  return {&facade, method, at_hand};
}

}  // namespace oofgg::rpc
