#pragma once

#include "rpc/unary.h"
#include "v1/api/auth/auth_service.grpc.pb.h"
#include "wire/proto_auth.h"

namespace oofgg::rpc {

/// rpc/auth_service.h over any class with the facade's methods, such as a test's.
template <class Facade>
class AuthServiceOf final : public ::v1::api::auth::AuthService::CallbackService {
 public:
  AuthServiceOf(ServiceHost& host, const Lane& hashing, const Lane& network, Facade& facade)
      : host_(host), hashing_(hashing), network_(network), facade_(facade) {}

  grpc::ServerUnaryReactor* Register(grpc::CallbackServerContext* call,
                                     const ::v1::api::auth::RegisterRequest* request,
                                     ::v1::api::auth::RegisterResponse* response) final {
    return ServeUnary<wire::methods::Register>(host_, hashing_, call, request, response,
                                               Calls(facade_, &Facade::Register));
  }

  grpc::ServerUnaryReactor* Login(grpc::CallbackServerContext* call,
                                  const ::v1::api::auth::LoginRequest* request,
                                  ::v1::api::auth::LoginResponse* response) final {
    return ServeUnary<wire::methods::Login>(host_, hashing_, call, request, response,
                                            Calls(facade_, &Facade::Login));
  }

  grpc::ServerUnaryReactor* TwitchLogin(grpc::CallbackServerContext* call,
                                        const ::v1::api::auth::TwitchLoginRequest* request,
                                        ::v1::api::auth::LoginResponse* response) final {
    return ServeUnary<wire::methods::TwitchLogin>(host_, network_, call, request, response,
                                                  Calls(facade_, &Facade::TwitchLogin));
  }

  grpc::ServerUnaryReactor* ValidateToken(grpc::CallbackServerContext* call,
                                          const ::v1::api::auth::ValidateTokenRequest* request,
                                          ::v1::api::auth::ValidateTokenResponse* response) final {
    return ServeUnary<wire::methods::ValidateToken>(host_, host_.lane(), call, request, response,
                                                    Calls(facade_, &Facade::ValidateToken));
  }

  grpc::ServerUnaryReactor* RefreshToken(grpc::CallbackServerContext* call,
                                         const ::v1::api::auth::RefreshTokenRequest* request,
                                         ::v1::api::auth::RefreshTokenResponse* response) final {
    return ServeUnary<wire::methods::RefreshToken>(host_, host_.lane(), call, request, response,
                                                   Calls(facade_, &Facade::RefreshToken));
  }

 private:
  ServiceHost& host_;
  const Lane hashing_;
  const Lane network_;
  Facade& facade_;
};

}  // namespace oofgg::rpc
