#include "auth/account_facade.h"

#include <algorithm>
#include <array>
#include <utility>

#include "auth/account_rules.h"
#include "auth/account_view.h"
#include "auth/callers.h"
#include "auth/digest.h"
#include "auth/erase_account.h"
#include "auth/new_user.h"
#include "auth/service_secret.h"
#include "auth/text.h"
#include "base/encoding.h"
#include "oofgg/log.h"

namespace oofgg::auth {
namespace {

constexpr const char* kDevice = "device";
constexpr std::string_view kEveryProvider;

Status InvalidCredentials(std::string_view message) {
  return WithReason(MakeStatus(StatusCode::kUnauthenticated, message), "INVALID_CREDENTIALS");
}

/// Whether the name that led to it is somebody else's.
StatusOr<bool> IsAnothers(const StatusOr<User>& found, const User& user) {
  if (found.ok()) return found->id != user.id;
  if (found.status().code() == StatusCode::kNotFound) return false;
  return found.status();
}

}  // namespace

AccountFacade::AccountFacade(AccountFacadeParts parts, AccountFacadeOptions options)
    : parts_(std::move(parts)),
      codes_(MailedCodes::Make({.users = parts_.users,
                                .codes = parts_.codes,
                                .mailer = parts_.mailer,
                                .executor = parts_.mail,
                                .audit = parts_.audit,
                                .clock = parts_.clock,
                                .random = parts_.random,
                                .secret = parts_.secret,
                                .lifetime = options.code_lifetime})) {}

StatusOr<AuthTokens> AccountFacade::GuestLogin(const CallContext& context, const GuestLoginRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(CheckDeviceSecret(request.device_secret));
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitAttempt(context));
  const Identity device = {kDevice, base::HexEncode(Sha256(request.device_secret)), parts_.sessions.Now()};
  StatusOr<User> user = parts_.users.FindByIdentity(device.provider, device.subject);
  if (user.status().code() == StatusCode::kNotFound) user = MakeGuest(context, device);
  // Its own repetition may have overtaken it.
  if (ReasonOf(user.status()) == "IDENTITY_TAKEN") {
    user = parts_.users.FindByIdentity(device.provider, device.subject);
  }
  if (!user.ok()) return user.status();
  return parts_.sessions.Begin(*user, context);
}

StatusOr<User> AccountFacade::MakeGuest(const CallContext& context, const Identity& device) {
  User user = NewUser(parts_.clock, parts_.random, MadeUsername("guest", parts_.random));
  user.guest = true;
  OOFGG_RETURN_IF_ERROR(parts_.users.Create(user, device));
  parts_.audit.Note("registered", user.id, context, {{"way", kDevice}});
  return user;
}

StatusOr<AuthTokens> AccountFacade::ServiceLogin(const CallContext& context,
                                                 const ServiceLoginRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitAttempt(context));
  const auto secret = ParseServiceSecret(request.credential);
  if (!secret.has_value()) return InvalidCredentials("this is no service credential");
  const StatusOr<ServiceCredential> found = parts_.credentials.Find(secret->id);
  if (!found.ok() && found.status().code() != StatusCode::kNotFound) return found.status();
  const WallTime now = parts_.sessions.Now();
  // Of an unknown id the same is computed as of a wrong secret.
  const ServiceCredential credential = found.value_or(ServiceCredential{});
  if (!Opens(credential, secret->secret, now) || !found.ok()) {
    if (found.ok()) parts_.audit.Note("service_login_failed", credential.id, context);
    return InvalidCredentials("the service credential is wrong, revoked or expired");
  }
  TokenGrant grant = parts_.issuer.NewGrant();
  if (credential.expires_at != WallTime{})
    grant.expires_at = std::min(grant.expires_at, credential.expires_at);
  const Caller caller = {.user_id = credential.id,
                         .role = "service",
                         .session_id = ServiceSessionId(credential.id, Sha256(secret->secret)),
                         .game_id = credential.game_id};
  OOFGG_ASSIGN_OR_RETURN(std::string token, parts_.issuer.Issue(caller, grant));
  parts_.audit.Note("service_login", credential.id, context);
  return AuthTokens{.user_id = credential.id,
                    .access_token = std::move(token),
                    .refresh_token = {},
                    .expires_in = std::chrono::floor<std::chrono::seconds>(grant.expires_at - now)};
}

StatusOr<User> AccountFacade::CallersUser(const CallContext& context) {
  OOFGG_RETURN_IF_ERROR(CheckSignedIn(context));
  StatusOr<User> user = parts_.users.FindById(context.caller->user_id);
  if (user.status().code() == StatusCode::kNotFound) {
    return MakeStatus(StatusCode::kFailedPrecondition, "the caller is no player and has no account");
  }
  if (!user.ok()) return user.status();
  OOFGG_RETURN_IF_ERROR(CheckMaySignIn(*user, parts_.sessions.Now()));
  return user;
}

StatusOr<Account> AccountFacade::Describe(const User& user) {
  OOFGG_ASSIGN_OR_RETURN(const auto identities, parts_.users.ListIdentities(user.id));
  Account account = ViewOf(user, identities, parts_.sessions.Now());
  account.ban_reason.clear();
  return account;
}

StatusOr<Account> AccountFacade::GetAccount(const CallContext& context, const GetAccountRequest&) {
  OOFGG_ASSIGN_OR_RETURN(const User user, CallersUser(context));
  return Describe(user);
}

StatusOr<Account> AccountFacade::UpgradeAccount(const CallContext& context,
                                                const UpgradeAccountRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(CheckUpgrade(request));
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitAttempt(context));
  OOFGG_RETURN_IF_ERROR(parts_.policy.Check(request.password, {request.username, request.email}));
  OOFGG_ASSIGN_OR_RETURN(const User before, CallersUser(context));
  User user = before;
  if (!user.password_hash.empty()) {
    const bool same_names = FoldCase(user.username) == FoldCase(request.username) &&
                            FoldCase(user.email) == FoldCase(request.email);
    // The answer to the first request may have been lost.
    if (same_names && CheckPassword(user, request.password, context).ok()) return Describe(user);
    return MakeStatus(StatusCode::kFailedPrecondition, "the account is a full one already");
  }
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitAccount(user.id, context));
  // Looked up first, so that a taken name costs no hash.
  OOFGG_RETURN_IF_ERROR(CheckNamesFree(user, request.username, request.email));
  OOFGG_ASSIGN_OR_RETURN(user.password_hash, parts_.hasher.Hash(request.password));
  user.username = request.username;
  user.email_verified = user.email_verified && FoldCase(user.email) == FoldCase(request.email);
  user.email = request.email;
  user.guest = false;
  ++user.epoch;  // Codes that were asked for without a password do not outlive it either.
  OOFGG_RETURN_IF_ERROR(parts_.users.Update(user));
  parts_.audit.Note("upgraded", user.id, context);
  NotifyFormerAddress(before, user.email);
  return Describe(user);
}

Status AccountFacade::CheckNamesFree(const User& user, const std::string& username,
                                     const std::string& email) {
  OOFGG_ASSIGN_OR_RETURN(const bool name_is_taken, IsAnothers(parts_.users.FindByUsername(username), user));
  if (name_is_taken) return UsernameTaken();
  if (email.empty()) return {};
  OOFGG_ASSIGN_OR_RETURN(const bool email_is_taken, IsAnothers(parts_.users.FindByEmail(email), user));
  return email_is_taken ? EmailTaken() : Status();
}

StatusOr<AccountSessions> AccountFacade::ListSessions(const CallContext& context,
                                                      const ListSessionsRequest&) {
  OOFGG_RETURN_IF_ERROR(CheckSignedIn(context));
  AccountSessions listed;
  OOFGG_ASSIGN_OR_RETURN(listed.sessions,
                         parts_.sessions.List(context.caller->user_id, context.caller->session_id));
  return listed;
}

StatusOr<Done> AccountFacade::Logout(const CallContext& context, const LogoutRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(CheckSignedIn(context));
  const Caller& caller = *context.caller;
  const std::string& session = request.session_id.empty() ? caller.session_id : request.session_id;
  OOFGG_RETURN_IF_ERROR(parts_.sessions.End(caller.user_id, session));
  parts_.audit.Note("session_ended", caller.user_id, context, {{"session", session}});
  return Done{};
}

StatusOr<LogoutEverywhereResponse> AccountFacade::LogoutEverywhere(const CallContext& context,
                                                                   const LogoutEverywhereRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(CheckSignedIn(context));
  const Caller& caller = *context.caller;
  OOFGG_ASSIGN_OR_RETURN(
      const std::size_t ended,
      parts_.sessions.EndAll(caller.user_id, request.keep_current ? caller.session_id : ""));
  parts_.audit.Note("sessions_ended", caller.user_id, context, {{"count", static_cast<std::int64_t>(ended)}});
  return LogoutEverywhereResponse{static_cast<std::uint32_t>(ended)};
}

Status AccountFacade::CheckPassword(const User& user, const std::string& password,
                                    const CallContext& context) {
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitAccount(user.id, context));
  OOFGG_ASSIGN_OR_RETURN(const bool matches, parts_.hasher.Verify(password, user.password_hash));
  if (matches) {
    parts_.guard.NoteSuccess(user.id, context);
    return {};
  }
  parts_.guard.NoteWrongPassword(user.id, context);
  parts_.audit.Note("password_refused", user.id, context);
  return InvalidCredentials("the password is wrong");
}

Status AccountFacade::CheckMayOpen(const User& user, const std::string& password, std::string_view to,
                                   const CallContext& context) {
  if (user.password_hash.empty()) return {};
  if (password.empty()) {
    return InvalidField("current_password",
                        "is needed to " + std::string(to) + "; send the account's password");
  }
  return CheckPassword(user, password, context);
}

void AccountFacade::NotifyFormerAddress(const User& before, const std::string& email) {
  if (FoldCase(before.email) != FoldCase(email)) Notify(before, MailedNotice::kEmailChanged);
}

void AccountFacade::Notify(const User& user, MailedNotice notice) {
  if (user.email.empty() || !codes_->CheckAvailable().ok()) return;
  // One that nobody proved may be a stranger's, whom nobody shall have bothered by typing it again and again.
  if (!user.email_verified && !parts_.guard.AdmitMail(FoldCase(user.email), {}).ok()) return;
  const Status posted = codes_->SendNotice(user.id, notice, user.email);
  if (posted.ok()) return;
  Log(LogLevel::kWarning, "auth", "user " + user.id + " gets no notice: " + std::string(posted.message()));
}

Status AccountFacade::StorePassword(User user, std::string hash, std::string_view without) {
  user.password_hash = std::move(hash);
  user.guest = false;
  ++user.epoch;
  // Before the new epoch, so that a sign-in by what is removed here read the old one, and is refused.
  OOFGG_RETURN_IF_ERROR(parts_.users.RemoveIdentities(user.id, without, /*subject=*/{}));
  return parts_.users.Update(user);
}

StatusOr<Done> AccountFacade::ChangePassword(const CallContext& context,
                                             const ChangePasswordRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(CheckNewPassword("new_password", request.new_password));
  if (request.new_password == request.current_password) {
    return InvalidField("new_password", "must be another than the current one");
  }
  OOFGG_ASSIGN_OR_RETURN(const User user, CallersUser(context));
  if (user.password_hash.empty()) {
    return MakeStatus(StatusCode::kFailedPrecondition, "the account has no password; upgrade it instead");
  }
  OOFGG_RETURN_IF_ERROR(CheckPassword(user, request.current_password, context));
  OOFGG_RETURN_IF_ERROR(parts_.policy.Check(request.new_password, {user.username, user.email}));
  OOFGG_ASSIGN_OR_RETURN(std::string hash, parts_.hasher.Hash(request.new_password));
  OOFGG_RETURN_IF_ERROR(StorePassword(user, std::move(hash), kDevice));
  parts_.audit.Note("password_changed", user.id, context);
  if (const auto ended = parts_.sessions.EndAll(user.id, context.caller->session_id); !ended.ok()) {
    return Annotate(ended.status(),
                    "the password was changed, but other sessions go on; call LogoutEverywhere");
  }
  return Done{};
}

StatusOr<bool> AccountFacade::IsLinked(const User& user, const Identity& identity) {
  OOFGG_ASSIGN_OR_RETURN(const bool is_taken,
                         IsAnothers(parts_.users.FindByIdentity(identity.provider, identity.subject), user));
  if (is_taken) return IdentityTaken();
  OOFGG_ASSIGN_OR_RETURN(const auto identities, parts_.users.ListIdentities(user.id));
  for (const Identity& known : identities) {
    if (known.provider != identity.provider) continue;
    if (known.subject == identity.subject) return true;
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "another account at " + identity.provider + " is linked with this one already");
  }
  return false;
}

StatusOr<Account> AccountFacade::LinkTwitch(const CallContext& context, const LinkTwitchRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  if (parts_.twitch == nullptr) return NoTwitch();
  OOFGG_RETURN_IF_ERROR(CheckTwitchToken(request.helix_token));
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitAttempt(context));
  OOFGG_ASSIGN_OR_RETURN(User user, CallersUser(context));
  OOFGG_RETURN_IF_ERROR(CheckMayOpen(user, request.current_password, "link an account at Twitch", context));
  OOFGG_ASSIGN_OR_RETURN(const ExternalIdentity external, parts_.twitch->Verify(request.helix_token));
  const Identity identity = {parts_.twitch->name(), external.subject, parts_.sessions.Now()};
  OOFGG_ASSIGN_OR_RETURN(const bool is_linked, IsLinked(user, identity));
  if (is_linked && !user.guest) return Describe(user);
  if (!is_linked) {
    const Status added = parts_.users.AddIdentity(user.id, identity);
    // A repetition of this call may have overtaken it.
    if (ReasonOf(added) == "IDENTITY_TAKEN" && IsLinked(user, identity).value_or(false))
      return Describe(user);
    OOFGG_RETURN_IF_ERROR(added);
  }
  user.guest = false;
  // A new password that came between has taken the ways in that it saw, and this is not to outlive it: of the
  // two who read the same version, one fails here or there.
  if (const Status kept = parts_.users.Update(user); !kept.ok()) {
    OOFGG_RETURN_IF_ERROR(parts_.users.RemoveIdentities(user.id, identity.provider, identity.subject));
    return kept;
  }
  parts_.audit.Note("identity_linked", user.id, context, {{"provider", identity.provider}});
  Notify(user, MailedNotice::kIdentityLinked);
  return Describe(user);
}

StatusOr<Done> AccountFacade::RequestEmailCode(const CallContext& context,
                                               const RequestEmailCodeRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(codes_->CheckAvailable());
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitAttempt(context));
  OOFGG_ASSIGN_OR_RETURN(const User user, CallersUser(context));
  const std::string email = request.email.empty() ? user.email : request.email;
  if (email.empty()) return InvalidField("email", "the account has none yet; name one");
  OOFGG_RETURN_IF_ERROR(CheckEmail(email));
  if (FoldCase(email) != FoldCase(user.email)) {
    OOFGG_RETURN_IF_ERROR(CheckMayOpen(user, request.current_password, "change the address", context));
  }
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitMail(FoldCase(email), context));
  OOFGG_ASSIGN_OR_RETURN(const bool is_taken, IsAnothers(parts_.users.FindByEmail(email), user));
  if (is_taken) return EmailTaken();
  OOFGG_RETURN_IF_ERROR(codes_->SendProof(user, email));
  return Done{};
}

StatusOr<Done> AccountFacade::VerifyEmail(const CallContext& context, const VerifyEmailRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(CheckCode(request.code));
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitGuess(request.user_id, context));
  const StatusOr<User> found = parts_.users.FindById(request.user_id);
  if (found.status().code() == StatusCode::kNotFound) return NoSuchCode();
  if (!found.ok()) return found.status();
  const User& before = *found;
  OOFGG_ASSIGN_OR_RETURN(const OneTimeCode code,
                         codes_->Take(before, CodePurpose::kVerifyEmail, request.code));
  User user = before;
  user.email = code.email;
  user.email_verified = true;
  if (FoldCase(user.email) != FoldCase(before.email)) {
    OOFGG_RETURN_IF_ERROR(parts_.codes.EraseCodes(user.id));
  }
  OOFGG_RETURN_IF_ERROR(parts_.users.Update(user));
  parts_.audit.Note("email_verified", user.id, context);
  NotifyFormerAddress(before, user.email);
  return Done{};
}

StatusOr<Done> AccountFacade::RequestPasswordReset(const CallContext& context,
                                                   const RequestPasswordResetRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(codes_->CheckAvailable());
  OOFGG_RETURN_IF_ERROR(CheckEmail(request.email));
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitAttempt(context));
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitMail(FoldCase(request.email), context));
  OOFGG_RETURN_IF_ERROR(codes_->SendReset(context, request.email));
  return Done{};
}

Status AccountFacade::Unlink(const User& user) {
  OOFGG_ASSIGN_OR_RETURN(const auto identities, parts_.users.ListIdentities(user.id));
  for (const Identity& identity : identities) {
    if (identity.created_at <= user.created_at) continue;
    OOFGG_RETURN_IF_ERROR(parts_.users.RemoveIdentities(user.id, identity.provider, identity.subject));
  }
  return {};
}

StatusOr<Done> AccountFacade::ResetPassword(const CallContext& context, const ResetPasswordRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(CheckEmail(request.email));
  OOFGG_RETURN_IF_ERROR(CheckCode(request.code));
  OOFGG_RETURN_IF_ERROR(CheckNewPassword("new_password", request.new_password));
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitGuess(FoldCase(request.email), context));
  OOFGG_RETURN_IF_ERROR(parts_.policy.Check(request.new_password, {.email = request.email}));
  const StatusOr<User> found = parts_.users.FindByEmail(request.email);
  if (!found.ok() && found.status().code() != StatusCode::kNotFound) return found.status();
  // Hashed, and looked for in the store, in any case, so that an unknown address takes as long.
  OOFGG_ASSIGN_OR_RETURN(std::string hash, parts_.hasher.Hash(request.new_password));
  User user = found.ok() ? *found : codes_->Nobody(request.email);
  OOFGG_ASSIGN_OR_RETURN(const OneTimeCode code,
                         codes_->Take(user, CodePurpose::kResetPassword, request.code));
  // What was asked for before the address changed may have been stored after the codes were erased.
  if (!found.ok() || FoldCase(code.email) != FoldCase(user.email)) return NoSuchCode();
  // Before as well as after: a store that fails between leaves no intruder signed in behind a spent code.
  OOFGG_RETURN_IF_ERROR(parts_.sessions.EndAll(user.id, "").status());
  const std::string_view without = user.email_verified ? kDevice : kEveryProvider;
  user.email_verified = true;
  OOFGG_RETURN_IF_ERROR(Unlink(user));
  OOFGG_RETURN_IF_ERROR(StorePassword(user, std::move(hash), without));
  parts_.audit.Note("password_reset", user.id, context);
  OOFGG_RETURN_IF_ERROR(parts_.sessions.EndAll(user.id, "").status());
  return Done{};
}

StatusOr<Done> AccountFacade::DeleteAccount(const CallContext& context, const DeleteAccountRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_ASSIGN_OR_RETURN(const User user, CallersUser(context));
  if (!user.password_hash.empty()) OOFGG_RETURN_IF_ERROR(CheckPassword(user, request.password, context));
  OOFGG_RETURN_IF_ERROR(EraseAccount(parts_.users, parts_.codes, parts_.sessions, user));
  parts_.audit.Note("deleted", user.id, context);
  return Done{};
}

bool AccountFacade::NeedsHashing(std::string_view method) {
  constexpr std::array<std::string_view, 5> kHashing = {"UpgradeAccount", "ChangePassword", "ResetPassword",
                                                        "RequestEmailCode", "DeleteAccount"};
  return std::find(kHashing.begin(), kHashing.end(), method) != kHashing.end();
}

}  // namespace oofgg::auth
