#include "auth/auth_facade.h"

#include <utility>

#include "auth/account_rules.h"
#include "auth/digest.h"
#include "auth/new_user.h"
#include "auth/text.h"
#include "base/constant_time.h"
#include "oofgg/uuid.h"

namespace oofgg::auth {
namespace {

/// The same for an unknown name and a wrong password.
Status InvalidCredentials() {
  return WithReason(MakeStatus(StatusCode::kUnauthenticated, "the user name or the password is wrong"),
                    "INVALID_CREDENTIALS");
}

}  // namespace

AuthFacade::AuthFacade(AuthFacadeParts parts, AuthFacadeOptions options)
    : parts_(std::move(parts)), options_(options), decoy_(parts_.hasher.Decoy()) {}

StatusOr<AuthTokens> AuthFacade::Register(const CallContext& context, const RegisterRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(CheckIdempotencyKey(context.idempotency_key));
  OOFGG_RETURN_IF_ERROR(CheckRegistration(request));
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitAttempt(context));
  OOFGG_RETURN_IF_ERROR(parts_.policy.Check(request.password, {request.username, request.email}));
  OOFGG_RETURN_IF_ERROR(CheckDeadline(context));
  const std::string proof = RegistrationProof(context, request);
  // Looked up first, so that a taken name costs no hash.
  const StatusOr<User> existing = parts_.users.FindByUsername(request.username);
  if (existing.ok()) return RepeatRegistration(context, *existing, request, proof);
  if (existing.status().code() != StatusCode::kNotFound) return existing.status();

  User user = NewUser(parts_.clock, parts_.random, request.username);
  OOFGG_ASSIGN_OR_RETURN(user.password_hash, parts_.hasher.Hash(request.password));
  user.email = request.email;
  user.registration_proof = proof;
  const Status created = parts_.users.Create(user);
  if (created.ok()) {
    parts_.audit.Note("registered", user.id, context, {{"way", "password"}});
    return parts_.sessions.Begin(user, context);
  }
  // Its own repetition may have overtaken it.
  if (ReasonOf(created) != "USERNAME_TAKEN") return created;
  OOFGG_ASSIGN_OR_RETURN(const User winner, parts_.users.FindByUsername(request.username));
  return RepeatRegistration(context, winner, request, proof);
}

StatusOr<AuthTokens> AuthFacade::RepeatRegistration(const CallContext& context, const User& user,
                                                    const RegisterRequest& request,
                                                    const std::string& proof) {
  const bool is_repetition = !proof.empty() && base::ConstantTimeEquals(proof, user.registration_proof) &&
                             parts_.sessions.Now() <= user.created_at + options_.registration_grace;
  if (!is_repetition) return UsernameTaken();
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitAccount(user.id, context));
  OOFGG_ASSIGN_OR_RETURN(const bool same, parts_.hasher.Verify(request.password, user.password_hash));
  if (same) return parts_.sessions.Begin(user, context);
  parts_.guard.NoteWrongPassword(user.id, context);
  return UsernameTaken();
}

std::string AuthFacade::RegistrationProof(const CallContext& context, const RegisterRequest& request) const {
  if (context.idempotency_key.empty()) return {};
  return HmacSha256(parts_.secret, {"oofgg registration v1", context.idempotency_key,
                                    FoldCase(request.username), FoldCase(request.email)});
}

StatusOr<AuthTokens> AuthFacade::Login(const CallContext& context, const LoginRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  OOFGG_RETURN_IF_ERROR(CheckLogin(request));
  const std::string name = FoldCase(request.username);
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitAttempt(context));
  OOFGG_RETURN_IF_ERROR(CheckDeadline(context));
  OOFGG_ASSIGN_OR_RETURN(const std::optional<User> user, FindByLoginName(request.username));
  // A user has two names, and no more guesses for that. An unknown name is an account of its own here, so
  // that it is refused when a known one is.
  const std::string& account = user.has_value() ? user->id : name;
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitAccount(account, context));
  const bool has_password = user.has_value() && !user->password_hash.empty();
  OOFGG_ASSIGN_OR_RETURN(const bool matches,
                         parts_.hasher.Verify(request.password, has_password ? user->password_hash : decoy_));
  if (!has_password || !matches) {
    parts_.guard.NoteWrongPassword(account, context);
    if (user.has_value()) parts_.audit.Note("login_failed", user->id, context);
    return InvalidCredentials();
  }
  parts_.guard.NoteSuccess(account, context);
  if (parts_.hasher.NeedsRehash(user->password_hash)) Rehash(*user, request.password);
  return parts_.sessions.Begin(*user, context);
}

StatusOr<std::optional<User>> AuthFacade::FindByLoginName(std::string_view name) {
  StatusOr<User> user =
      LooksLikeEmail(name) ? parts_.users.FindByEmail(name) : parts_.users.FindByUsername(name);
  if (user.ok()) return std::optional<User>(*std::move(user));
  if (user.status().code() == StatusCode::kNotFound) return std::optional<User>();
  return user.status();
}

Status AuthFacade::CheckDeadline(const CallContext& context) const {
  if (parts_.clock.Now() < context.deadline) return {};
  return MakeStatus(StatusCode::kDeadlineExceeded,
                    "the call waited too long for its turn to hash a password");
}

void AuthFacade::Rehash(User user, std::string_view password) {
  StatusOr<std::string> hash = parts_.hasher.Hash(password);
  if (!hash.ok()) return;
  user.password_hash = *std::move(hash);
  // The login is good whether or not this succeeds; the next one tries again.
  parts_.users.Update(user).IgnoreError();
}

StatusOr<AuthTokens> AuthFacade::TwitchLogin(const CallContext& context, const TwitchLoginRequest& request) {
  OOFGG_RETURN_IF_ERROR(parts_.audit.CheckRoom());
  if (parts_.twitch == nullptr) return NoTwitch();
  OOFGG_RETURN_IF_ERROR(CheckTwitchLogin(request));
  OOFGG_RETURN_IF_ERROR(parts_.guard.AdmitAttempt(context));
  if (!request.client_id.empty() && request.client_id != parts_.twitch->audience()) {
    return InvalidField("client_id", "is not the application that this server trusts; ask its operator");
  }
  OOFGG_ASSIGN_OR_RETURN(const ExternalIdentity identity, parts_.twitch->Verify(request.helix_token));
  if (!request.user_id.empty() && request.user_id != identity.subject) {
    return WithReason(MakeStatus(StatusCode::kUnauthenticated, "the token belongs to another user_id"),
                      "INVALID_CREDENTIALS");
  }
  StatusOr<User> user = parts_.users.FindByIdentity(parts_.twitch->name(), identity.subject);
  if (user.status().code() == StatusCode::kNotFound) {
    user = MakeTwitchUser(identity);
    if (user.ok()) parts_.audit.Note("registered", user->id, context, {{"way", "twitch"}});
    // The same person, at once from elsewhere.
    if (ReasonOf(user.status()) == "IDENTITY_TAKEN") {
      user = parts_.users.FindByIdentity(parts_.twitch->name(), identity.subject);
    }
  }
  if (!user.ok()) return user.status();
  return parts_.sessions.Begin(*user, context);
}

StatusOr<User> AuthFacade::MakeTwitchUser(const ExternalIdentity& identity) {
  User user = NewUser(parts_.clock, parts_.random, identity.username);
  if (!IsUsername(user.username)) user.username = MadeUsername("twitch", parts_.random);
  const Identity known = {parts_.twitch->name(), identity.subject, user.created_at};
  Status created = parts_.users.Create(user, known);
  if (ReasonOf(created) == "USERNAME_TAKEN") {
    user.username = MadeUsername("twitch", parts_.random);
    created = parts_.users.Create(user, known);
  }
  if (!created.ok()) return created;
  return user;
}

StatusOr<AuthTokens> AuthFacade::RefreshToken(const CallContext& context,
                                              const RefreshTokenRequest& request) {
  return parts_.sessions.Refresh(context, request.refresh_token);
}

StatusOr<ValidateTokenResponse> AuthFacade::ValidateToken(const CallContext&,
                                                          const ValidateTokenRequest& request) {
  StatusOr<VerifiedToken> token = parts_.verifier.Verify(request.access_token);
  if (!token.ok()) return ValidateTokenResponse{};
  OOFGG_ASSIGN_OR_RETURN(const bool live, parts_.sessions.IsLive(token->caller.session_id));
  if (!live) return ValidateTokenResponse{};
  return ValidateTokenResponse{
      .is_valid = true, .user_id = std::move(token->caller.user_id), .role = std::move(token->caller.role)};
}

bool AuthFacade::NeedsHashing(std::string_view method) { return method == "Register" || method == "Login"; }

}  // namespace oofgg::auth
