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

/// Sees an answer before the user does, such as the session the answer to a login.
template <class M>
using Observer = void (*)(ClientCore&, typename M::Response&);

template <class M>
StatusOr<typename M::Response> DecodeReply(ClientCore& core, const StatusOr<std::string>& reply,
                                           Observer<M> observer) {
  if (!reply.ok()) return reply.status();
  auto response = wire::DecodeResponse<M>(*reply);
  if (response.ok() && observer != nullptr) observer(core, *response);
  return response;
}

template <class M>
Call CallBack(const CorePtr& core, const typename M::Request& request,
              std::function<void(StatusOr<typename M::Response>)> on_done, const CallOptions& options,
              Observer<M> observer = nullptr) {
  // Decoded on the transport's thread: the game's has better things to do.
  auto call = std::make_shared<UnaryCall>(
      core, wire::InfoOf<M>(), wire::EncodeRequest<M>(request), options,
      [&core = *core, observer,
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
      [&core = *core, observer,
       answer = std::make_unique<Answer<Response>>(waiter)](const StatusOr<std::string>& reply) {
        answer->Set(DecodeReply<M>(core, reply, observer));
        return Task();
      });
  call->Start();
  const Call cancels_on_return(call);
  return waiter->Wait(call->core(), call->deadline());
}

}  // namespace oofgg::internal
