#include "auth/admin_facade.h"

#include <utility>

#include "auth/account_rules.h"
#include "auth/account_view.h"
#include "auth/callers.h"
#include "auth/digest.h"
#include "auth/erase_account.h"
#include "auth/service_secret.h"
#include "auth/text.h"
#include "base/id_text.h"
#include "oofgg/uuid.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kMaxReason = 256;
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxGameId = 128;
constexpr std::uint32_t kMaxListed = 100;
constexpr std::chrono::hours kMaxOverlap{30 * 24};
constexpr std::chrono::hours kMaxLifetime{10 * 365 * 24};

ServiceCredentialInfo InfoOf(const ServiceCredential& credential, WallTime now) {
  return {.id = credential.id,
          .name = credential.name,
          .game_id = credential.game_id,
          .created_at = credential.created_at,
          .expires_at = credential.expires_at,
          .former_until = now < credential.former_until ? credential.former_until : WallTime{},
          .revoked = credential.revoked,
          .credential = {}};
}

/// An admin who bars or erases their own account has nobody left to undo it.
Status CheckNotOneself(const CallContext& context, std::string_view user_id) {
  if (context.caller->user_id != user_id) return {};
  return InvalidField("user_id", "is your own account; another admin, or the operator, has to do this");
}

std::int64_t MillisOf(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

Status CheckCredentialRequest(const CreateServiceCredentialRequest& request) {
  if (!IsTokenText(request.name, kMaxName)) {
    return InvalidField("name", "must be 1 to 64 bytes of UTF-8 without control characters");
  }
  if (!request.game_id.empty() && (request.game_id.size() > kMaxGameId || !IsIdText(request.game_id))) {
    return InvalidField("game_id",
                        "must be a game's id, of letters, digits and _ . : -, or empty for all games");
  }
  if (request.lifetime < std::chrono::seconds(0) || request.lifetime > kMaxLifetime) {
    return InvalidField("lifetime", "must be 10 years at most, or zero for no end");
  }
  return {};
}

}  // namespace

StatusOr<Account> AdminFacade::FindAccount(const CallContext& context, const FindAccountRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckAdmin(context));
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  if (request.user_id.empty() == request.name.empty()) {
    return InvalidField("user_id", "give this or name, one of the two");
  }
  OOFGG_ASSIGN_OR_RETURN(const User user, Find(request));
  parts_.audit.Note("looked_up", user.id, context);
  return Describe(user.id);
}

StatusOr<User> AdminFacade::Find(const FindAccountRequest& request) {
  if (!request.user_id.empty()) return parts_.users.FindById(request.user_id);
  if (LooksLikeEmail(request.name)) return parts_.users.FindByEmail(request.name);
  return parts_.users.FindByUsername(request.name);
}

StatusOr<Account> AdminFacade::Describe(const std::string& user_id) {
  OOFGG_ASSIGN_OR_RETURN(const User user, parts_.users.FindById(user_id));
  OOFGG_ASSIGN_OR_RETURN(const auto identities, parts_.users.ListIdentities(user_id));
  return ViewOf(user, identities, parts_.sessions.Now());
}

StatusOr<Account> AdminFacade::Apply(const CallContext& context, User user, const char* what,
                                     AuditTrail::Fields fields) {
  ++user.epoch;
  OOFGG_RETURN_IF_ERROR(parts_.users.Update(user));
  OOFGG_RETURN_IF_ERROR(parts_.sessions.EndAll(user.id, "").status());
  parts_.audit.Note(what, user.id, context, std::move(fields));
  return Describe(user.id);
}

StatusOr<Account> AdminFacade::Ban(const CallContext& context, const BanRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckAdmin(context));
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  if (request.reason.size() > kMaxReason || !IsUtf8(request.reason)) {
    return InvalidField("reason", "must be 256 bytes of UTF-8 at most");
  }
  if (request.duration < std::chrono::seconds(0)) {
    return InvalidField("duration", "must not be negative; zero bans for ever");
  }
  OOFGG_RETURN_IF_ERROR(CheckNotOneself(context, request.user_id));
  OOFGG_ASSIGN_OR_RETURN(User user, parts_.users.FindById(request.user_id));
  if (user.state == AccountState::kDeleting) return NoSuchUser();
  user.state = AccountState::kBanned;
  user.ban_reason = request.reason;
  user.banned_until =
      request.duration == std::chrono::seconds(0) ? WallTime{} : parts_.sessions.Now() + request.duration;
  // The reason stays with the account, which goes with what is in it; the trail only says that there is one.
  AuditTrail::Fields fields = {{"for_ever", user.banned_until == WallTime{}},
                               {"has_reason", !user.ban_reason.empty()}};
  if (user.banned_until != WallTime{}) fields.emplace_back("until_ms", MillisOf(user.banned_until));
  return Apply(context, std::move(user), "banned", std::move(fields));
}

StatusOr<Account> AdminFacade::Unban(const CallContext& context, const UnbanRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckAdmin(context));
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_ASSIGN_OR_RETURN(User user, parts_.users.FindById(request.user_id));
  if (user.state == AccountState::kDeleting) return NoSuchUser();
  user.state = AccountState::kActive;
  user.banned_until = {};
  user.ban_reason.clear();
  OOFGG_RETURN_IF_ERROR(parts_.users.Update(user));
  parts_.audit.Note("unbanned", user.id, context);
  return Describe(user.id);
}

StatusOr<Account> AdminFacade::SetRole(const CallContext& context, const SetRoleRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckAdmin(context));
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  if (request.role != "user" && request.role != "developer" && request.role != "admin") {
    return InvalidField("role", "must be user, developer or admin; services get credentials instead");
  }
  OOFGG_ASSIGN_OR_RETURN(User user, parts_.users.FindById(request.user_id));
  // Also where it has that role already: an attempt that was cut off may have left the sessions.
  const std::string before = std::exchange(user.role, request.role);
  return Apply(context, std::move(user), "role_changed", {{"from", before}, {"to", request.role}});
}

StatusOr<LogoutEverywhereResponse> AdminFacade::EndUserSessions(const CallContext& context,
                                                                const EndUserSessionsRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckAdmin(context));
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(parts_.users.FindById(request.user_id).status());
  OOFGG_ASSIGN_OR_RETURN(const std::size_t ended, parts_.sessions.EndAll(request.user_id, ""));
  parts_.audit.Note("sessions_ended", request.user_id, context,
                    {{"count", static_cast<std::int64_t>(ended)}});
  return LogoutEverywhereResponse{static_cast<std::uint32_t>(ended)};
}

StatusOr<Done> AdminFacade::DeleteUser(const CallContext& context, const DeleteUserRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckAdmin(context));
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(CheckNotOneself(context, request.user_id));
  OOFGG_ASSIGN_OR_RETURN(const User user, parts_.users.FindById(request.user_id));
  OOFGG_RETURN_IF_ERROR(EraseAccount(parts_.users, parts_.codes, parts_.sessions, user));
  parts_.audit.Note("deleted", user.id, context);
  return Done{};
}

StatusOr<ServiceCredentialInfo> AdminFacade::CreateServiceCredential(
    const CallContext& context, const CreateServiceCredentialRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckAdmin(context));
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(CheckCredentialRequest(request));
  const WallTime now = parts_.sessions.Now();
  const std::string secret = NewServiceSecret(parts_.random);
  const ServiceCredential credential = {
      .id = NewUuidV7(parts_.clock, parts_.random),
      .name = request.name,
      .game_id = request.game_id,
      .secret_hash = Sha256(secret),
      .created_at = now,
      .expires_at = request.lifetime == std::chrono::seconds(0) ? WallTime{} : now + request.lifetime};
  OOFGG_RETURN_IF_ERROR(parts_.credentials.Create(credential));
  parts_.audit.Note("service_credential_created", credential.id, context);
  ServiceCredentialInfo info = InfoOf(credential, now);
  info.credential = PrintServiceSecret({credential.id, secret});
  return info;
}

StatusOr<ServiceCredentialInfo> AdminFacade::RotateServiceCredential(
    const CallContext& context, const RotateServiceCredentialRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckAdmin(context));
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  if (request.overlap < std::chrono::seconds(0) || request.overlap > kMaxOverlap) {
    return InvalidField("overlap", "must be 0 to 30 days");
  }
  OOFGG_ASSIGN_OR_RETURN(ServiceCredential credential, parts_.credentials.Find(request.id));
  if (credential.revoked) {
    return MakeStatus(StatusCode::kFailedPrecondition, "the credential was revoked; create another");
  }
  const WallTime now = parts_.sessions.Now();
  const std::string secret = NewServiceSecret(parts_.random);
  const bool ends_at_once = request.overlap == std::chrono::seconds(0);
  const std::string dropped = std::exchange(credential.former_hash, credential.secret_hash);
  credential.secret_hash = Sha256(secret);
  credential.former_until = ends_at_once ? WallTime{} : now + request.overlap;
  OOFGG_RETURN_IF_ERROR(parts_.credentials.Update(credential));
  // What an attempt that was cut off here has left to end, the next one drops.
  OOFGG_RETURN_IF_ERROR(parts_.sessions.EndServiceSecret(credential.id, dropped));
  if (ends_at_once) {
    OOFGG_RETURN_IF_ERROR(parts_.sessions.EndServiceSecret(credential.id, credential.former_hash));
  }
  parts_.audit.Note("service_credential_rotated", credential.id, context);
  ServiceCredentialInfo info = InfoOf(credential, now);
  info.credential = PrintServiceSecret({credential.id, secret});
  return info;
}

StatusOr<ServiceCredentialInfo> AdminFacade::RevokeServiceCredential(
    const CallContext& context, const RevokeServiceCredentialRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckAdmin(context));
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_ASSIGN_OR_RETURN(ServiceCredential credential, parts_.credentials.Find(request.id));
  credential.revoked = true;
  OOFGG_RETURN_IF_ERROR(parts_.credentials.Update(credential));
  OOFGG_RETURN_IF_ERROR(parts_.sessions.EndService(credential));
  parts_.audit.Note("service_credential_revoked", credential.id, context);
  return InfoOf(credential, parts_.sessions.Now());
}

StatusOr<ServiceCredentials> AdminFacade::ListServiceCredentials(
    const CallContext& context, const ListServiceCredentialsRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckAdmin(context));
  if (request.limit > kMaxListed) return InvalidField("limit", "must be 1 to 100, or 0 for 100");
  const std::size_t limit = request.limit == 0 ? kMaxListed : request.limit;
  OOFGG_ASSIGN_OR_RETURN(const auto found, parts_.credentials.List(request.after_id, limit));
  const WallTime now = parts_.sessions.Now();
  ServiceCredentials listed;
  for (const ServiceCredential& credential : found) listed.credentials.push_back(InfoOf(credential, now));
  return listed;
}

}  // namespace oofgg::auth
