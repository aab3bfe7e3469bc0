#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/model/account.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

/// Other people's accounts, and the credentials of game servers and tools. Errors, threads and lifetime as of
/// Client; besides those, of every method, kPermissionDenied: needs the role `admin`, and kNotFound: there is
/// no such account or credential.
class AdminClient {
 public:
  explicit AdminClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  /// By id, or by user name or e-mail address. kNotFound: there is none. kInvalidArgument: both, or neither.
  StatusOr<Account> FindAccount(const FindAccountRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call FindAccount(const FindAccountRequest& request,
                                 std::function<void(StatusOr<Account>)> on_done,
                                 const CallOptions& options = {});

  /// Bars the account, ends its sessions, and with them its streams on every server within a second. A later
  /// ban replaces an earlier one.
  StatusOr<Account> Ban(const BanRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call Ban(const BanRequest& request, std::function<void(StatusOr<Account>)> on_done,
                         const CallOptions& options = {});

  /// OK too if there was no ban.
  StatusOr<Account> Unban(const UnbanRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call Unban(const UnbanRequest& request, std::function<void(StatusOr<Account>)> on_done,
                           const CallOptions& options = {});

  /// What the account may do. Ends its sessions, as their tokens name the former role.
  StatusOr<Account> SetRole(const SetRoleRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call SetRole(const SetRoleRequest& request, std::function<void(StatusOr<Account>)> on_done,
                             const CallOptions& options = {});

  /// Signs the account out everywhere.
  StatusOr<LogoutEverywhereResponse> EndUserSessions(const EndUserSessionsRequest& request,
                                                     const CallOptions& options = {});
  [[nodiscard]] Call EndUserSessions(const EndUserSessionsRequest& request,
                                     std::function<void(StatusOr<LogoutEverywhereResponse>)> on_done,
                                     const CallOptions& options = {});

  /// Deletes the account with all its data.
  StatusOr<Done> DeleteUser(const DeleteUserRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call DeleteUser(const DeleteUserRequest& request, std::function<void(StatusOr<Done>)> on_done,
                                const CallOptions& options = {});

  /// Makes a credential for `AccountClient::ServiceLogin`. The secret is in this answer and never again. Not
  /// tried again by itself: if the answer was lost, revoke what the list shows, and make another.
  StatusOr<ServiceCredentialInfo> CreateServiceCredential(const CreateServiceCredentialRequest& request,
                                                          const CallOptions& options = {});
  [[nodiscard]] Call CreateServiceCredential(const CreateServiceCredentialRequest& request,
                                             std::function<void(StatusOr<ServiceCredentialInfo>)> on_done,
                                             const CallOptions& options = {});

  /// Replaces the secret; the former one works for `overlap` more. As above, the answer holds the only copy.
  StatusOr<ServiceCredentialInfo> RotateServiceCredential(const RotateServiceCredentialRequest& request,
                                                          const CallOptions& options = {});
  [[nodiscard]] Call RotateServiceCredential(const RotateServiceCredentialRequest& request,
                                             std::function<void(StatusOr<ServiceCredentialInfo>)> on_done,
                                             const CallOptions& options = {});

  /// Ends the credential and the sessions that it opened. OK too if it was revoked before.
  StatusOr<ServiceCredentialInfo> RevokeServiceCredential(const RevokeServiceCredentialRequest& request,
                                                          const CallOptions& options = {});
  [[nodiscard]] Call RevokeServiceCredential(const RevokeServiceCredentialRequest& request,
                                             std::function<void(StatusOr<ServiceCredentialInfo>)> on_done,
                                             const CallOptions& options = {});

  /// By id, revoked ones too, without their secrets. A page that is full may have a next one, after its last
  /// id.
  StatusOr<ServiceCredentials> ListServiceCredentials(const ListServiceCredentialsRequest& request,
                                                      const CallOptions& options = {});
  [[nodiscard]] Call ListServiceCredentials(const ListServiceCredentialsRequest& request,
                                            std::function<void(StatusOr<ServiceCredentials>)> on_done,
                                            const CallOptions& options = {});

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
