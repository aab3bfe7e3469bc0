#include "oofgg/account_client.h"

#include "base/encoding.h"
#include "client/token_subject.h"
#include "client/unary.h"
#include "client/way_in.h"

namespace oofgg {

namespace methods = wire::methods;
using internal::Block;
using internal::CallBack;
using internal::ClientCore;
using internal::Observer;
using internal::OpenSession;

namespace {

constexpr std::size_t kDeviceSecretBytes = 32;

Observer<methods::ServiceLogin> OpensRenewable(const ServiceLoginRequest& request) {
  return [credential = request.credential](ClientCore& core, StatusOr<AuthTokens>& outcome) {
    if (outcome.ok()) core.session().Open(*outcome, credential);
  };
}

/// For a call that ends the client's own session if it succeeds.
template <class M>
Observer<M> ForgetsOnSuccess(const ClientCore& client) {
  return [generation = client.session().generation(), user_id = client.session().tokens().user_id](
             ClientCore& core, const StatusOr<typename M::Response>& outcome) {
    if (outcome.ok()) core.session().Forget(generation, user_id);
  };
}

Observer<methods::LogoutEverywhere> EndsOwn(const ClientCore& client,
                                            const LogoutEverywhereRequest& request) {
  if (request.keep_current) return nullptr;
  return ForgetsOnSuccess<methods::LogoutEverywhere>(client);
}

/// If it is the client's own session that is to end, it ends here, whatever the server says or does not say.
Observer<methods::Logout> EndsOwn(const ClientCore& client, const LogoutRequest& request) {
  const internal::Session& session = client.session();
  const bool is_own = request.session_id.empty() ||
                      request.session_id == internal::SessionIdOf(session.tokens().access_token);
  if (!is_own) return nullptr;
  return [generation = session.generation(), user_id = session.tokens().user_id](ClientCore& core,
                                                                                 StatusOr<Done>& outcome) {
    core.session().Forget(generation, user_id);
    if (outcome.ok()) return;
    if (outcome.status().code() == StatusCode::kUnauthenticated) {
      outcome = Done();  // It had ended already.
    } else {
      outcome = Annotate(outcome.status(), "signed out here, but the server may not know it");
    }
  };
}

}  // namespace

std::string NewDeviceSecret(RandomSource& random) {
  return base::Base64UrlEncode(random.Bytes(kDeviceSecretBytes));
}

StatusOr<AuthTokens> AccountClient::GuestLogin(const GuestLoginRequest& request, const CallOptions& options) {
  return Block<methods::GuestLogin>(core_, request, options, OpenSession);
}

Call AccountClient::GuestLogin(const GuestLoginRequest& request,
                               std::function<void(StatusOr<AuthTokens>)> on_done,
                               const CallOptions& options) {
  return CallBack<methods::GuestLogin>(core_, request, std::move(on_done), options, OpenSession);
}

StatusOr<AuthTokens> AccountClient::ServiceLogin(const ServiceLoginRequest& request,
                                                 const CallOptions& options) {
  return Block<methods::ServiceLogin>(core_, request, options, OpensRenewable(request));
}

Call AccountClient::ServiceLogin(const ServiceLoginRequest& request,
                                 std::function<void(StatusOr<AuthTokens>)> on_done,
                                 const CallOptions& options) {
  return CallBack<methods::ServiceLogin>(core_, request, std::move(on_done), options,
                                         OpensRenewable(request));
}

StatusOr<Done> AccountClient::RequestPasswordReset(const RequestPasswordResetRequest& request,
                                                   const CallOptions& options) {
  return Block<methods::RequestPasswordReset>(core_, request, options);
}

Call AccountClient::RequestPasswordReset(const RequestPasswordResetRequest& request,
                                         std::function<void(StatusOr<Done>)> on_done,
                                         const CallOptions& options) {
  return CallBack<methods::RequestPasswordReset>(core_, request, std::move(on_done), options);
}

StatusOr<Done> AccountClient::ResetPassword(const ResetPasswordRequest& request, const CallOptions& options) {
  return Block<methods::ResetPassword>(core_, request, options);
}

Call AccountClient::ResetPassword(const ResetPasswordRequest& request,
                                  std::function<void(StatusOr<Done>)> on_done, const CallOptions& options) {
  return CallBack<methods::ResetPassword>(core_, request, std::move(on_done), options);
}

StatusOr<Done> AccountClient::VerifyEmail(const VerifyEmailRequest& request, const CallOptions& options) {
  return Block<methods::VerifyEmail>(core_, request, options);
}

Call AccountClient::VerifyEmail(const VerifyEmailRequest& request,
                                std::function<void(StatusOr<Done>)> on_done, const CallOptions& options) {
  return CallBack<methods::VerifyEmail>(core_, request, std::move(on_done), options);
}

StatusOr<Account> AccountClient::GetAccount(const GetAccountRequest& request, const CallOptions& options) {
  return Block<methods::GetAccount>(core_, request, options);
}

Call AccountClient::GetAccount(const GetAccountRequest& request,
                               std::function<void(StatusOr<Account>)> on_done, const CallOptions& options) {
  return CallBack<methods::GetAccount>(core_, request, std::move(on_done), options);
}

StatusOr<Account> AccountClient::UpgradeAccount(const UpgradeAccountRequest& request,
                                                const CallOptions& options) {
  return Block<methods::UpgradeAccount>(core_, request, options);
}

Call AccountClient::UpgradeAccount(const UpgradeAccountRequest& request,
                                   std::function<void(StatusOr<Account>)> on_done,
                                   const CallOptions& options) {
  return CallBack<methods::UpgradeAccount>(core_, request, std::move(on_done), options);
}

StatusOr<AccountSessions> AccountClient::ListSessions(const ListSessionsRequest& request,
                                                      const CallOptions& options) {
  return Block<methods::ListSessions>(core_, request, options);
}

Call AccountClient::ListSessions(const ListSessionsRequest& request,
                                 std::function<void(StatusOr<AccountSessions>)> on_done,
                                 const CallOptions& options) {
  return CallBack<methods::ListSessions>(core_, request, std::move(on_done), options);
}

StatusOr<Done> AccountClient::Logout(const LogoutRequest& request, const CallOptions& options) {
  return Block<methods::Logout>(core_, request, options, EndsOwn(*core_, request));
}

Call AccountClient::Logout(const LogoutRequest& request, std::function<void(StatusOr<Done>)> on_done,
                           const CallOptions& options) {
  return CallBack<methods::Logout>(core_, request, std::move(on_done), options, EndsOwn(*core_, request));
}

StatusOr<LogoutEverywhereResponse> AccountClient::LogoutEverywhere(const LogoutEverywhereRequest& request,
                                                                   const CallOptions& options) {
  return Block<methods::LogoutEverywhere>(core_, request, options, EndsOwn(*core_, request));
}

Call AccountClient::LogoutEverywhere(const LogoutEverywhereRequest& request,
                                     std::function<void(StatusOr<LogoutEverywhereResponse>)> on_done,
                                     const CallOptions& options) {
  return CallBack<methods::LogoutEverywhere>(core_, request, std::move(on_done), options,
                                             EndsOwn(*core_, request));
}

StatusOr<Done> AccountClient::ChangePassword(const ChangePasswordRequest& request,
                                             const CallOptions& options) {
  return Block<methods::ChangePassword>(core_, request, options);
}

Call AccountClient::ChangePassword(const ChangePasswordRequest& request,
                                   std::function<void(StatusOr<Done>)> on_done, const CallOptions& options) {
  return CallBack<methods::ChangePassword>(core_, request, std::move(on_done), options);
}

StatusOr<Account> AccountClient::LinkTwitch(const LinkTwitchRequest& request, const CallOptions& options) {
  return Block<methods::LinkTwitch>(core_, request, options);
}

Call AccountClient::LinkTwitch(const LinkTwitchRequest& request,
                               std::function<void(StatusOr<Account>)> on_done, const CallOptions& options) {
  return CallBack<methods::LinkTwitch>(core_, request, std::move(on_done), options);
}

StatusOr<Done> AccountClient::RequestEmailCode(const RequestEmailCodeRequest& request,
                                               const CallOptions& options) {
  return Block<methods::RequestEmailCode>(core_, request, options);
}

Call AccountClient::RequestEmailCode(const RequestEmailCodeRequest& request,
                                     std::function<void(StatusOr<Done>)> on_done,
                                     const CallOptions& options) {
  return CallBack<methods::RequestEmailCode>(core_, request, std::move(on_done), options);
}

StatusOr<Done> AccountClient::DeleteAccount(const DeleteAccountRequest& request, const CallOptions& options) {
  return Block<methods::DeleteAccount>(core_, request, options,
                                       ForgetsOnSuccess<methods::DeleteAccount>(*core_));
}

Call AccountClient::DeleteAccount(const DeleteAccountRequest& request,
                                  std::function<void(StatusOr<Done>)> on_done, const CallOptions& options) {
  return CallBack<methods::DeleteAccount>(core_, request, std::move(on_done), options,
                                          ForgetsOnSuccess<methods::DeleteAccount>(*core_));
}

}  // namespace oofgg
