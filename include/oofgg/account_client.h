#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/model/account.h"
#include "oofgg/model/auth.h"
#include "oofgg/random.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

/// A secret for `GuestLogin`, to be made once on each device and kept there: 256 random bits as text.
[[nodiscard]] std::string NewDeviceSecret(RandomSource& random = RandomSource::System());

/// The player's own account: guests, sessions, password, e-mail address, and its end. Errors, threads and
/// lifetime as of Client.
class AccountClient {
 public:
  explicit AccountClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  /// Opens the client's session with nothing but a secret that the device keeps, and makes the account at its
  /// first use. Whoever has the secret has the account.
  StatusOr<AuthTokens> GuestLogin(const GuestLoginRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call GuestLogin(const GuestLoginRequest& request,
                                std::function<void(StatusOr<AuthTokens>)> on_done,
                                const CallOptions& options = {});

  /// For game servers and tools: opens the client's session with a credential of `AdminClient`'s. There is no
  /// refresh token: the client keeps the credential, in memory only, and signs in again with it before the
  /// access token ends. ClientOptions::service_credential does all of it by itself. kUnauthenticated:
  /// unknown, revoked or expired.
  StatusOr<AuthTokens> ServiceLogin(const ServiceLoginRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call ServiceLogin(const ServiceLoginRequest& request,
                                  std::function<void(StatusOr<AuthTokens>)> on_done,
                                  const CallOptions& options = {});

  /// Sends a code to that address, if it is an account's; the answer does not tell. A later code takes its
  /// place. kUnimplemented: the server sends no mail.
  StatusOr<Done> RequestPasswordReset(const RequestPasswordResetRequest& request,
                                      const CallOptions& options = {});
  [[nodiscard]] Call RequestPasswordReset(const RequestPasswordResetRequest& request,
                                          std::function<void(StatusOr<Done>)> on_done,
                                          const CallOptions& options = {});

  /// Sets a new password with that code, and ends all sessions of the account. Not tried again by itself:
  /// after kUnavailable or kDeadlineExceeded, log in to learn whether it was carried out.
  StatusOr<Done> ResetPassword(const ResetPasswordRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call ResetPassword(const ResetPasswordRequest& request,
                                   std::function<void(StatusOr<Done>)> on_done,
                                   const CallOptions& options = {});

  /// Proves an e-mail address with the code that was sent there. Needs no session. Not tried again by itself:
  /// `GetAccount` tells whether it was carried out.
  StatusOr<Done> VerifyEmail(const VerifyEmailRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call VerifyEmail(const VerifyEmailRequest& request,
                                 std::function<void(StatusOr<Done>)> on_done,
                                 const CallOptions& options = {});

  /// The signed-in player's own account.
  StatusOr<Account> GetAccount(const GetAccountRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call GetAccount(const GetAccountRequest& request,
                                std::function<void(StatusOr<Account>)> on_done,
                                const CallOptions& options = {});

  /// Turns a guest, or an account without a password, into a full one; its id and sessions stay.
  /// kAlreadyExists: name or e-mail is taken. kFailedPrecondition: it has a password already.
  StatusOr<Account> UpgradeAccount(const UpgradeAccountRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call UpgradeAccount(const UpgradeAccountRequest& request,
                                    std::function<void(StatusOr<Account>)> on_done,
                                    const CallOptions& options = {});

  /// Where the account is signed in.
  StatusOr<AccountSessions> ListSessions(const ListSessionsRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call ListSessions(const ListSessionsRequest& request,
                                  std::function<void(StatusOr<AccountSessions>)> on_done,
                                  const CallOptions& options = {});

  /// Ends a session of the account on the server. The client's own (an empty `session_id`, or its id) is
  /// forgotten here whatever the outcome, also in the token store: an error then says that the server may not
  /// know yet, so that the session ends when its tokens do. OK if it had ended already.
  StatusOr<Done> Logout(const LogoutRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call Logout(const LogoutRequest& request, std::function<void(StatusOr<Done>)> on_done,
                            const CallOptions& options = {});

  /// Ends all sessions of the account, but for the client's own with `keep_current`. The client forgets its
  /// own if it was ended; after an error it keeps it, so that you can try again.
  StatusOr<LogoutEverywhereResponse> LogoutEverywhere(const LogoutEverywhereRequest& request,
                                                      const CallOptions& options = {});
  [[nodiscard]] Call LogoutEverywhere(const LogoutEverywhereRequest& request,
                                      std::function<void(StatusOr<LogoutEverywhereResponse>)> on_done,
                                      const CallOptions& options = {});

  /// Ends the account's other sessions; the client's own stays. Not tried again by itself: after kUnavailable
  /// or kDeadlineExceeded either password may hold. kUnauthenticated with reason INVALID_CREDENTIALS: the
  /// current password is wrong.
  StatusOr<Done> ChangePassword(const ChangePasswordRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call ChangePassword(const ChangePasswordRequest& request,
                                    std::function<void(StatusOr<Done>)> on_done,
                                    const CallOptions& options = {});

  /// Makes an account at Twitch one more way into this one; an account that has a password needs it. Answers
  /// the account. kAlreadyExists with reason IDENTITY_TAKEN: it opens another account. kFailedPrecondition:
  /// another account at Twitch is linked. kUnauthenticated with reason INVALID_CREDENTIALS: the token or the
  /// password is wrong.
  StatusOr<Account> LinkTwitch(const LinkTwitchRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call LinkTwitch(const LinkTwitchRequest& request,
                                std::function<void(StatusOr<Account>)> on_done,
                                const CallOptions& options = {});

  /// Sends a code that proves an address; it becomes the account's by `VerifyEmail`. An address that is not
  /// the account's own needs the account's password, if it has one. Likewise.
  StatusOr<Done> RequestEmailCode(const RequestEmailCodeRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call RequestEmailCode(const RequestEmailCodeRequest& request,
                                      std::function<void(StatusOr<Done>)> on_done,
                                      const CallOptions& options = {});

  /// Deletes the account with all its data, and forgets the client's session. Not tried again by
  /// itself. kUnauthenticated with reason INVALID_CREDENTIALS: the password is wrong.
  StatusOr<Done> DeleteAccount(const DeleteAccountRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call DeleteAccount(const DeleteAccountRequest& request,
                                   std::function<void(StatusOr<Done>)> on_done,
                                   const CallOptions& options = {});

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
