#pragma once

#include "auth/audit.h"
#include "auth/code_store.h"
#include "auth/credential_store.h"
#include "auth/session_keeper.h"
#include "auth/user_store.h"
#include "oofgg/caller.h"
#include "oofgg/model/account.h"
#include "oofgg/random.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// What the facade is made of. All must outlive it.
struct AdminFacadeParts {
  UserStore& users;
  CodeStore& codes;
  CredentialStore& credentials;
  SessionKeeper& sessions;
  AuditTrail& audit;
  const Clock& clock;
  RandomSource& random;
};

/// What admins do to accounts and service credentials, `oofgg.v1.AdminService`. Each change is in the audit
/// trail with who made it.
///
/// Threads: safe; methods block on the stores. Errors, beside those of each method: kUnauthenticated,
/// kPermissionDenied (the caller is no admin), kInvalidArgument, kNotFound (no such user or credential),
/// kAborted (changed by another at the same time: try again), kUnavailable.
class AdminFacade {
 public:
  explicit AdminFacade(const AdminFacadeParts& parts) : parts_(parts) {}

  [[nodiscard]] StatusOr<Account> FindAccount(const CallContext& context, const FindAccountRequest& request);
  /// Ends the account's sessions, everywhere within a second, and lets it begin none until the ban is over.
  /// Again sets reason and end anew.
  [[nodiscard]] StatusOr<Account> Ban(const CallContext& context, const BanRequest& request);
  [[nodiscard]] StatusOr<Account> Unban(const CallContext& context, const UnbanRequest& request);
  /// Ends the account's sessions, as their tokens name the former role; again ends them again.
  [[nodiscard]] StatusOr<Account> SetRole(const CallContext& context, const SetRoleRequest& request);
  [[nodiscard]] StatusOr<LogoutEverywhereResponse> EndUserSessions(const CallContext& context,
                                                                   const EndUserSessionsRequest& request);
  [[nodiscard]] StatusOr<Done> DeleteUser(const CallContext& context, const DeleteUserRequest& request);

  [[nodiscard]] StatusOr<ServiceCredentialInfo> CreateServiceCredential(
      const CallContext& context, const CreateServiceCredentialRequest& request);
  /// Ends the access tokens of a secret that has no time left: the former at once without an overlap, and the
  /// one before in any case. kFailedPrecondition if it was revoked.
  [[nodiscard]] StatusOr<ServiceCredentialInfo> RotateServiceCredential(
      const CallContext& context, const RotateServiceCredentialRequest& request);
  /// For good; its access tokens end too.
  [[nodiscard]] StatusOr<ServiceCredentialInfo> RevokeServiceCredential(
      const CallContext& context, const RevokeServiceCredentialRequest& request);
  [[nodiscard]] StatusOr<ServiceCredentials> ListServiceCredentials(
      const CallContext& context, const ListServiceCredentialsRequest& request);

 private:
  StatusOr<User> Find(const FindAccountRequest& request);
  StatusOr<Account> Describe(const std::string& user_id);
  /// Stores what was changed, and ends what the change does not allow to go on.
  StatusOr<Account> Apply(const CallContext& context, User user, const char* what, AuditTrail::Fields fields);

  AdminFacadeParts parts_;
};

}  // namespace oofgg::auth
