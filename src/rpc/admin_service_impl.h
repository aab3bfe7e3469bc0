#pragma once

#include "oofgg/v1/admin.grpc.pb.h"
#include "rpc/unary.h"
#include "wire/proto_admin.h"

namespace oofgg::rpc {

/// rpc/admin_service.h over any class with the facade's methods, such as a test's.
template <class Facade>
class AdminServiceOf final : public v1::AdminService::CallbackService {
 public:
  AdminServiceOf(ServiceHost& host, Facade& facade) : host_(host), facade_(facade) {}

  grpc::ServerUnaryReactor* FindAccount(grpc::CallbackServerContext* call,
                                        const v1::FindAccountRequest* request, v1::Account* response) final {
    return ServeUnary<wire::methods::FindAccount>(host_, host_.lane(), call, request, response,
                                                  Calls(facade_, &Facade::FindAccount));
  }

  grpc::ServerUnaryReactor* Ban(grpc::CallbackServerContext* call, const v1::BanRequest* request,
                                v1::Account* response) final {
    return ServeUnary<wire::methods::Ban>(host_, host_.lane(), call, request, response,
                                          Calls(facade_, &Facade::Ban));
  }

  grpc::ServerUnaryReactor* Unban(grpc::CallbackServerContext* call, const v1::UnbanRequest* request,
                                  v1::Account* response) final {
    return ServeUnary<wire::methods::Unban>(host_, host_.lane(), call, request, response,
                                            Calls(facade_, &Facade::Unban));
  }

  grpc::ServerUnaryReactor* SetRole(grpc::CallbackServerContext* call, const v1::SetRoleRequest* request,
                                    v1::Account* response) final {
    return ServeUnary<wire::methods::SetRole>(host_, host_.lane(), call, request, response,
                                              Calls(facade_, &Facade::SetRole));
  }

  grpc::ServerUnaryReactor* EndUserSessions(grpc::CallbackServerContext* call,
                                            const v1::EndUserSessionsRequest* request,
                                            v1::LogoutEverywhereResponse* response) final {
    return ServeUnary<wire::methods::EndUserSessions>(host_, host_.lane(), call, request, response,
                                                      Calls(facade_, &Facade::EndUserSessions));
  }

  grpc::ServerUnaryReactor* DeleteUser(grpc::CallbackServerContext* call,
                                       const v1::DeleteUserRequest* request, v1::Done* response) final {
    return ServeUnary<wire::methods::DeleteUser>(host_, host_.lane(), call, request, response,
                                                 Calls(facade_, &Facade::DeleteUser));
  }

  grpc::ServerUnaryReactor* CreateServiceCredential(grpc::CallbackServerContext* call,
                                                    const v1::CreateServiceCredentialRequest* request,
                                                    v1::ServiceCredentialInfo* response) final {
    return ServeUnary<wire::methods::CreateServiceCredential>(
        host_, host_.lane(), call, request, response, Calls(facade_, &Facade::CreateServiceCredential));
  }

  grpc::ServerUnaryReactor* RotateServiceCredential(grpc::CallbackServerContext* call,
                                                    const v1::RotateServiceCredentialRequest* request,
                                                    v1::ServiceCredentialInfo* response) final {
    return ServeUnary<wire::methods::RotateServiceCredential>(
        host_, host_.lane(), call, request, response, Calls(facade_, &Facade::RotateServiceCredential));
  }

  grpc::ServerUnaryReactor* RevokeServiceCredential(grpc::CallbackServerContext* call,
                                                    const v1::RevokeServiceCredentialRequest* request,
                                                    v1::ServiceCredentialInfo* response) final {
    return ServeUnary<wire::methods::RevokeServiceCredential>(
        host_, host_.lane(), call, request, response, Calls(facade_, &Facade::RevokeServiceCredential));
  }

  grpc::ServerUnaryReactor* ListServiceCredentials(grpc::CallbackServerContext* call,
                                                   const v1::ListServiceCredentialsRequest* request,
                                                   v1::ServiceCredentials* response) final {
    return ServeUnary<wire::methods::ListServiceCredentials>(host_, host_.lane(), call, request, response,
                                                             Calls(facade_, &Facade::ListServiceCredentials));
  }

 private:
  ServiceHost& host_;
  Facade& facade_;
};

}  // namespace oofgg::rpc
