#include "oofgg/admin_client.h"

#include "client/unary.h"

namespace oofgg {

namespace methods = wire::methods;
using internal::Block;
using internal::CallBack;

StatusOr<Account> AdminClient::FindAccount(const FindAccountRequest& request, const CallOptions& options) {
  return Block<methods::FindAccount>(core_, request, options);
}

Call AdminClient::FindAccount(const FindAccountRequest& request,
                              std::function<void(StatusOr<Account>)> on_done, const CallOptions& options) {
  return CallBack<methods::FindAccount>(core_, request, std::move(on_done), options);
}

StatusOr<Account> AdminClient::Ban(const BanRequest& request, const CallOptions& options) {
  return Block<methods::Ban>(core_, request, options);
}

Call AdminClient::Ban(const BanRequest& request, std::function<void(StatusOr<Account>)> on_done,
                      const CallOptions& options) {
  return CallBack<methods::Ban>(core_, request, std::move(on_done), options);
}

StatusOr<Account> AdminClient::Unban(const UnbanRequest& request, const CallOptions& options) {
  return Block<methods::Unban>(core_, request, options);
}

Call AdminClient::Unban(const UnbanRequest& request, std::function<void(StatusOr<Account>)> on_done,
                        const CallOptions& options) {
  return CallBack<methods::Unban>(core_, request, std::move(on_done), options);
}

StatusOr<Account> AdminClient::SetRole(const SetRoleRequest& request, const CallOptions& options) {
  return Block<methods::SetRole>(core_, request, options);
}

Call AdminClient::SetRole(const SetRoleRequest& request, std::function<void(StatusOr<Account>)> on_done,
                          const CallOptions& options) {
  return CallBack<methods::SetRole>(core_, request, std::move(on_done), options);
}

StatusOr<LogoutEverywhereResponse> AdminClient::EndUserSessions(const EndUserSessionsRequest& request,
                                                                const CallOptions& options) {
  return Block<methods::EndUserSessions>(core_, request, options);
}

Call AdminClient::EndUserSessions(const EndUserSessionsRequest& request,
                                  std::function<void(StatusOr<LogoutEverywhereResponse>)> on_done,
                                  const CallOptions& options) {
  return CallBack<methods::EndUserSessions>(core_, request, std::move(on_done), options);
}

StatusOr<Done> AdminClient::DeleteUser(const DeleteUserRequest& request, const CallOptions& options) {
  return Block<methods::DeleteUser>(core_, request, options);
}

Call AdminClient::DeleteUser(const DeleteUserRequest& request, std::function<void(StatusOr<Done>)> on_done,
                             const CallOptions& options) {
  return CallBack<methods::DeleteUser>(core_, request, std::move(on_done), options);
}

StatusOr<ServiceCredentialInfo> AdminClient::CreateServiceCredential(
    const CreateServiceCredentialRequest& request, const CallOptions& options) {
  return Block<methods::CreateServiceCredential>(core_, request, options);
}

Call AdminClient::CreateServiceCredential(const CreateServiceCredentialRequest& request,
                                          std::function<void(StatusOr<ServiceCredentialInfo>)> on_done,
                                          const CallOptions& options) {
  return CallBack<methods::CreateServiceCredential>(core_, request, std::move(on_done), options);
}

StatusOr<ServiceCredentialInfo> AdminClient::RotateServiceCredential(
    const RotateServiceCredentialRequest& request, const CallOptions& options) {
  return Block<methods::RotateServiceCredential>(core_, request, options);
}

Call AdminClient::RotateServiceCredential(const RotateServiceCredentialRequest& request,
                                          std::function<void(StatusOr<ServiceCredentialInfo>)> on_done,
                                          const CallOptions& options) {
  return CallBack<methods::RotateServiceCredential>(core_, request, std::move(on_done), options);
}

StatusOr<ServiceCredentialInfo> AdminClient::RevokeServiceCredential(
    const RevokeServiceCredentialRequest& request, const CallOptions& options) {
  return Block<methods::RevokeServiceCredential>(core_, request, options);
}

Call AdminClient::RevokeServiceCredential(const RevokeServiceCredentialRequest& request,
                                          std::function<void(StatusOr<ServiceCredentialInfo>)> on_done,
                                          const CallOptions& options) {
  return CallBack<methods::RevokeServiceCredential>(core_, request, std::move(on_done), options);
}

StatusOr<ServiceCredentials> AdminClient::ListServiceCredentials(const ListServiceCredentialsRequest& request,
                                                                 const CallOptions& options) {
  return Block<methods::ListServiceCredentials>(core_, request, options);
}

Call AdminClient::ListServiceCredentials(const ListServiceCredentialsRequest& request,
                                         std::function<void(StatusOr<ServiceCredentials>)> on_done,
                                         const CallOptions& options) {
  return CallBack<methods::ListServiceCredentials>(core_, request, std::move(on_done), options);
}

}  // namespace oofgg
