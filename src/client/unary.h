#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "client/unary_call.h"
#include "client/waiter.h"
#include "wire/codec.h"

/// The forms of a unary method. Each is a few lines over UnaryCall; a coroutine form is one more.
namespace oofgg::internal {

using CorePtr = std::shared_ptr<ClientCore>;

/// Sees an outcome before the user does, such as the session that of a login, and may change it.
template <class M>
using Observer = std::function<void(ClientCore&, StatusOr<typename M::Response>&)>;

template <class M>
StatusOr<typename M::Response> DecodeReply(ClientCore& core, const StatusOr<std::string>& reply,
                                           const Observer<M>& observer) {
  using Outcome = StatusOr<typename M::Response>;
  Outcome outcome = reply.ok() ? wire::DecodeResponse<M>(*reply) : Outcome(reply.status());
  if (observer) observer(core, outcome);
  return outcome;
}

template <class M>
Call CallBack(const CorePtr& core, const typename M::Request& request,
              std::function<void(StatusOr<typename M::Response>)> on_done, const CallOptions& options,
              Observer<M> observer = nullptr) {
  // Decoded on the transport's thread: the game's has better things to do.
  auto call = std::make_shared<UnaryCall>(
      core, wire::InfoOf<M>(), wire::EncodeRequest<M>(request), options,
      [&core = *core, observer = std::move(observer),
       on_done = std::move(on_done)](const StatusOr<std::string>& reply) mutable -> Task {
        return [response = DecodeReply<M>(core, reply, observer), on_done = std::move(on_done)]() mutable {
          on_done(std::move(response));
        };
      });
  call->Start();
  return Call(std::move(call));
}

template <class M>
StatusOr<typename M::Response> Block(const CorePtr& core, const typename M::Request& request,
                                     const CallOptions& options, Observer<M> observer = nullptr) {
  OOFGG_RETURN_IF_ERROR(CheckMayBlock(*core));
  using Response = typename M::Response;
  auto waiter = std::make_shared<Waiter<Response>>();
  auto call = std::make_shared<UnaryCall>(
      core, wire::InfoOf<M>(), wire::EncodeRequest<M>(request), options,
      [&core = *core, observer = std::move(observer),
       answer = std::make_unique<Answer<Response>>(waiter)](const StatusOr<std::string>& reply) {
        answer->Set(DecodeReply<M>(core, reply, observer));
        return Task();
      });
  call->Start();
  const Call cancels_on_return(call);
  return waiter->Wait(call->core(), call->deadline());
}

}  // namespace oofgg::internal
