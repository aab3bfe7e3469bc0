#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "auth/audit.h"
#include "auth/code_store.h"
#include "auth/credential_store.h"
#include "auth/identity_provider.h"
#include "auth/login_guard.h"
#include "auth/mailed_codes.h"
#include "auth/session_keeper.h"
#include "auth/user_store.h"
#include "oofgg/auth/password_hasher.h"
#include "oofgg/auth/password_policy.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/bounded_executor.h"
#include "oofgg/caller.h"
#include "oofgg/model/account.h"
#include "oofgg/model/auth.h"
#include "oofgg/random.h"
#include "oofgg/status.h"

namespace oofgg::auth {

struct AccountFacadeOptions {
  std::chrono::seconds code_lifetime{30 * 60};  ///< Of a code that was mailed.
};

/// What the facade is made of. All but `secret` must outlive it, as must those it posts to.
struct AccountFacadeParts {
  UserStore& users;
  CodeStore& codes;
  CredentialStore& credentials;
  SessionKeeper& sessions;
  const TokenIssuer& issuer;
  const PasswordHasher& hasher;
  const PasswordPolicy& policy;
  LoginGuard& guard;
  AuditTrail& audit;
  const Clock& clock;
  RandomSource& random;
  std::string secret;                  ///< For hashes of codes; as the SessionKeeper's.
  IdentityProvider* twitch = nullptr;  ///< Null: no account at Twitch can be linked.
  Mailer* mailer = nullptr;            ///< Null: what needs mail is kUnimplemented.
  BoundedExecutor* mail = nullptr;     ///< Where mail is written and sent; with a mailer.
};

/// An account in its owner's hands, `oofgg.v1.AccountService`: further ways in, sessions, passwords, mail,
/// and the end of it.
///
/// Threads: safe; methods block on the stores, and those that hash passwords (`NeedsHashing`) run where
/// AuthFacade's do. Errors, beside those of each method, as AuthFacade's; kUnauthenticated without a caller
/// where one is needed.
class AccountFacade {
 public:
  explicit AccountFacade(AccountFacadeParts parts, AccountFacadeOptions options = {});

  /// Signs in to the account of this device, which the first call makes. Repeating it is safe.
  [[nodiscard]] StatusOr<AuthTokens> GuestLogin(const CallContext& context, const GuestLoginRequest& request);
  /// kUnauthenticated with INVALID_CREDENTIALS: unknown, wrong, expired or revoked.
  [[nodiscard]] StatusOr<AuthTokens> ServiceLogin(const CallContext& context,
                                                  const ServiceLoginRequest& request);

  [[nodiscard]] StatusOr<Account> GetAccount(const CallContext& context, const GetAccountRequest& request);
  /// Codes that were mailed before work no more. kFailedPrecondition if the account has a password already;
  /// the same request again is as good as once.
  [[nodiscard]] StatusOr<Account> UpgradeAccount(const CallContext& context,
                                                 const UpgradeAccountRequest& request);

  [[nodiscard]] StatusOr<AccountSessions> ListSessions(const CallContext& context,
                                                       const ListSessionsRequest& request);
  /// kNotFound if it is no session of the caller's. Again is as good as once.
  [[nodiscard]] StatusOr<Done> Logout(const CallContext& context, const LogoutRequest& request);
  [[nodiscard]] StatusOr<LogoutEverywhereResponse> LogoutEverywhere(const CallContext& context,
                                                                    const LogoutEverywhereRequest& request);

  /// Ends the account's other sessions, and takes its devices: their secrets open it no more, nor does any
  /// code that was mailed before. kUnauthenticated with INVALID_CREDENTIALS if `current_password` is wrong.
  [[nodiscard]] StatusOr<Done> ChangePassword(const CallContext& context,
                                              const ChangePasswordRequest& request);
  /// Makes an account at Twitch one more way in, which needs the password of an account that has one. Waits
  /// for Twitch. Again is as good as once. kAlreadyExists with IDENTITY_TAKEN if it opens another account,
  /// kFailedPrecondition if another one at Twitch is linked, kUnauthenticated with INVALID_CREDENTIALS,
  /// kAborted if the account was changed meanwhile, kUnimplemented without Twitch.
  [[nodiscard]] StatusOr<Account> LinkTwitch(const CallContext& context, const LinkTwitchRequest& request);
  /// Another address than the account's needs the password of an account that has one: an address is a way
  /// in. kAlreadyExists with EMAIL_TAKEN, kUnauthenticated with INVALID_CREDENTIALS, kUnimplemented without a
  /// mailer.
  [[nodiscard]] StatusOr<Done> RequestEmailCode(const CallContext& context,
                                                const RequestEmailCodeRequest& request);
  /// If that changes the account's address, the former one is mailed a notice, and no code that was mailed
  /// there works any more.
  /// kNotFound with CODE_INVALID for every kind of wrong code.
  [[nodiscard]] StatusOr<Done> VerifyEmail(const CallContext& context, const VerifyEmailRequest& request);
  /// The same answer, in the same time, whether or not somebody has this address.
  [[nodiscard]] StatusOr<Done> RequestPasswordReset(const CallContext& context,
                                                    const RequestPasswordResetRequest& request);
  /// Ends all sessions of the account, takes its devices, and voids codes that were mailed before. If nobody
  /// had shown before to read the mail of its address, somebody else may have made the account under it: then
  /// every other way in goes too. kNotFound with CODE_INVALID for every kind of wrong code or address.
  [[nodiscard]] StatusOr<Done> ResetPassword(const CallContext& context, const ResetPasswordRequest& request);

  /// Ends the sessions and deletes all that is kept of the account here.
  [[nodiscard]] StatusOr<Done> DeleteAccount(const CallContext& context, const DeleteAccountRequest& request);

  [[nodiscard]] static bool NeedsHashing(std::string_view method);

 private:
  StatusOr<User> CallersUser(const CallContext& context);
  StatusOr<User> MakeGuest(const CallContext& context, const Identity& device);
  StatusOr<Account> Describe(const User& user);
  /// Whether the names are the user's own or nobody's. `Update` has the last word.
  Status CheckNamesFree(const User& user, const std::string& username, const std::string& email);
  /// Whether it is the account's password; counts and slows wrong ones.
  Status CheckPassword(const User& user, const std::string& password, const CallContext& context);
  /// Whether who calls may open another way in, such as another address (`to` …): costs the password of an
  /// account that has one.
  Status CheckMayOpen(const User& user, const std::string& password, std::string_view to,
                      const CallContext& context);
  /// Whether the identity is the user's already. kAlreadyExists if it is somebody else's, kFailedPrecondition
  /// if the user has another one of that provider.
  StatusOr<bool> IsLinked(const User& user, const Identity& identity);
  /// Tells the address that was the user's that it is no more. One that was not verified counts as a
  /// stranger's: so many mails, and no more.
  void NotifyFormerAddress(const User& before, const std::string& email);
  void Notify(const User& user, MailedNotice notice);
  /// Takes the identities that the account did not begin with: who knew the password may have linked them.
  Status Unlink(const User& user);
  /// Stores a new password, and takes from the account its identities of this provider, or, where that is
  /// empty, all.
  Status StorePassword(User user, std::string hash, std::string_view without);

  AccountFacadeParts parts_;
  const std::shared_ptr<MailedCodes> codes_;  // Shared with what it has posted.
};

}  // namespace oofgg::auth
