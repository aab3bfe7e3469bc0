#pragma once

#include "oofgg/v1/account.grpc.pb.h"
#include "rpc/unary.h"
#include "wire/proto_account.h"

namespace oofgg::rpc {

/// rpc/account_service.h over any class with the facade's methods, such as a test's.
template <class Facade>
class AccountServiceOf final : public v1::AccountService::CallbackService {
 public:
  AccountServiceOf(ServiceHost& host, const Lane& hashing, const Lane& network, Facade& facade)
      : host_(host), hashing_(hashing), network_(network), facade_(facade) {}

  grpc::ServerUnaryReactor* GuestLogin(grpc::CallbackServerContext* call,
                                       const v1::GuestLoginRequest* request, v1::AuthTokens* response) final {
    return ServeUnary<wire::methods::GuestLogin>(host_, host_.lane(), call, request, response,
                                                 Calls(facade_, &Facade::GuestLogin));
  }

  grpc::ServerUnaryReactor* ServiceLogin(grpc::CallbackServerContext* call,
                                         const v1::ServiceLoginRequest* request,
                                         v1::AuthTokens* response) final {
    return ServeUnary<wire::methods::ServiceLogin>(host_, host_.lane(), call, request, response,
                                                   Calls(facade_, &Facade::ServiceLogin));
  }

  grpc::ServerUnaryReactor* RequestPasswordReset(grpc::CallbackServerContext* call,
                                                 const v1::RequestPasswordResetRequest* request,
                                                 v1::Done* response) final {
    return ServeUnary<wire::methods::RequestPasswordReset>(host_, host_.lane(), call, request, response,
                                                           Calls(facade_, &Facade::RequestPasswordReset));
  }

  grpc::ServerUnaryReactor* ResetPassword(grpc::CallbackServerContext* call,
                                          const v1::ResetPasswordRequest* request, v1::Done* response) final {
    return ServeUnary<wire::methods::ResetPassword>(host_, hashing_, call, request, response,
                                                    Calls(facade_, &Facade::ResetPassword));
  }

  grpc::ServerUnaryReactor* VerifyEmail(grpc::CallbackServerContext* call,
                                        const v1::VerifyEmailRequest* request, v1::Done* response) final {
    return ServeUnary<wire::methods::VerifyEmail>(host_, host_.lane(), call, request, response,
                                                  Calls(facade_, &Facade::VerifyEmail));
  }

  grpc::ServerUnaryReactor* GetAccount(grpc::CallbackServerContext* call,
                                       const v1::GetAccountRequest* request, v1::Account* response) final {
    return ServeUnary<wire::methods::GetAccount>(host_, host_.lane(), call, request, response,
                                                 Calls(facade_, &Facade::GetAccount));
  }

  grpc::ServerUnaryReactor* UpgradeAccount(grpc::CallbackServerContext* call,
                                           const v1::UpgradeAccountRequest* request,
                                           v1::Account* response) final {
    return ServeUnary<wire::methods::UpgradeAccount>(host_, hashing_, call, request, response,
                                                     Calls(facade_, &Facade::UpgradeAccount));
  }

  grpc::ServerUnaryReactor* ListSessions(grpc::CallbackServerContext* call,
                                         const v1::ListSessionsRequest* request,
                                         v1::AccountSessions* response) final {
    return ServeUnary<wire::methods::ListSessions>(host_, host_.lane(), call, request, response,
                                                   Calls(facade_, &Facade::ListSessions));
  }

  grpc::ServerUnaryReactor* Logout(grpc::CallbackServerContext* call, const v1::LogoutRequest* request,
                                   v1::Done* response) final {
    return ServeUnary<wire::methods::Logout>(host_, host_.lane(), call, request, response,
                                             Calls(facade_, &Facade::Logout));
  }

  grpc::ServerUnaryReactor* LogoutEverywhere(grpc::CallbackServerContext* call,
                                             const v1::LogoutEverywhereRequest* request,
                                             v1::LogoutEverywhereResponse* response) final {
    return ServeUnary<wire::methods::LogoutEverywhere>(host_, host_.lane(), call, request, response,
                                                       Calls(facade_, &Facade::LogoutEverywhere));
  }

  grpc::ServerUnaryReactor* ChangePassword(grpc::CallbackServerContext* call,
                                           const v1::ChangePasswordRequest* request,
                                           v1::Done* response) final {
    return ServeUnary<wire::methods::ChangePassword>(host_, hashing_, call, request, response,
                                                     Calls(facade_, &Facade::ChangePassword));
  }

  grpc::ServerUnaryReactor* LinkTwitch(grpc::CallbackServerContext* call,
                                       const v1::LinkTwitchRequest* request, v1::Account* response) final {
    return ServeUnary<wire::methods::LinkTwitch>(host_, network_, call, request, response,
                                                 Calls(facade_, &Facade::LinkTwitch));
  }

  grpc::ServerUnaryReactor* RequestEmailCode(grpc::CallbackServerContext* call,
                                             const v1::RequestEmailCodeRequest* request,
                                             v1::Done* response) final {
    return ServeUnary<wire::methods::RequestEmailCode>(host_, hashing_, call, request, response,
                                                       Calls(facade_, &Facade::RequestEmailCode));
  }

  grpc::ServerUnaryReactor* DeleteAccount(grpc::CallbackServerContext* call,
                                          const v1::DeleteAccountRequest* request, v1::Done* response) final {
    return ServeUnary<wire::methods::DeleteAccount>(host_, hashing_, call, request, response,
                                                    Calls(facade_, &Facade::DeleteAccount));
  }

 private:
  ServiceHost& host_;
  const Lane hashing_;
  const Lane network_;
  Facade& facade_;
};

}  // namespace oofgg::rpc
