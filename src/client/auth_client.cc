#include "oofgg/auth_client.h"

#include "client/refresh_call.h"
#include "client/session.h"
#include "client/unary.h"
#include "client/way_in.h"

namespace oofgg {

namespace methods = wire::methods;
using internal::Block;
using internal::CallBack;
using internal::OpenSession;

StatusOr<AuthTokens> AuthClient::Register(const RegisterRequest& request, const CallOptions& options) {
  return Block<methods::Register>(core_, request, options, OpenSession);
}

Call AuthClient::Register(const RegisterRequest& request, std::function<void(StatusOr<AuthTokens>)> on_done,
                          const CallOptions& options) {
  return CallBack<methods::Register>(core_, request, std::move(on_done), options, OpenSession);
}

StatusOr<AuthTokens> AuthClient::Login(const LoginRequest& request, const CallOptions& options) {
  return Block<methods::Login>(core_, request, options, OpenSession);
}

Call AuthClient::Login(const LoginRequest& request, std::function<void(StatusOr<AuthTokens>)> on_done,
                       const CallOptions& options) {
  return CallBack<methods::Login>(core_, request, std::move(on_done), options, OpenSession);
}

StatusOr<AuthTokens> AuthClient::TwitchLogin(const TwitchLoginRequest& request, const CallOptions& options) {
  return Block<methods::TwitchLogin>(core_, request, options, OpenSession);
}

Call AuthClient::TwitchLogin(const TwitchLoginRequest& request,
                             std::function<void(StatusOr<AuthTokens>)> on_done, const CallOptions& options) {
  return CallBack<methods::TwitchLogin>(core_, request, std::move(on_done), options, OpenSession);
}

StatusOr<SessionTokens> AuthClient::Refresh(const CallOptions& options) {
  OOFGG_RETURN_IF_ERROR(internal::CheckMayBlock(*core_));
  auto waiter = std::make_shared<internal::Waiter<SessionTokens>>();
  // On the client's own thread, as the game's may be the one that waits here.
  auto call = std::make_shared<internal::RefreshCall>(
      core_, core_->executor(), options,
      [answer = std::make_shared<internal::Answer<SessionTokens>>(waiter)](StatusOr<SessionTokens> tokens) {
        answer->Set(std::move(tokens));
      });
  call->Start();
  const Call cancels_on_return(call);
  return waiter->Wait(call->core(), call->deadline());
}

Call AuthClient::Refresh(std::function<void(StatusOr<SessionTokens>)> on_done, const CallOptions& options) {
  auto call = std::make_shared<internal::RefreshCall>(core_, core_->callbacks(), options, std::move(on_done));
  call->Start();
  return Call(std::move(call));
}

StatusOr<ValidateTokenResponse> AuthClient::ValidateToken(const ValidateTokenRequest& request,
                                                          const CallOptions& options) {
  return Block<methods::ValidateToken>(core_, request, options);
}

Call AuthClient::ValidateToken(const ValidateTokenRequest& request,
                               std::function<void(StatusOr<ValidateTokenResponse>)> on_done,
                               const CallOptions& options) {
  return CallBack<methods::ValidateToken>(core_, request, std::move(on_done), options);
}

}  // namespace oofgg
