#include "auth/session_keeper.h"

#include <algorithm>
#include <utility>

#include "auth/account_rules.h"
#include "auth/digest.h"
#include "auth/service_secret.h"
#include "base/encoding.h"
#include "oofgg/log.h"
#include "oofgg/uuid.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kRefreshTokenBytes = 32;
constexpr std::size_t kMinSealingSecretBytes = 32;
constexpr std::size_t kPurgeBatch = 1000;
constexpr std::size_t kMaxListed = 100;

Status Refused(std::string_view reason, std::string_view message) {
  return WithReason(MakeStatus(StatusCode::kUnauthenticated, message), reason);
}

/// Spares the store what cannot be a token of ours.
bool IsRefreshToken(std::string_view token) {
  const auto bytes = base::Base64UrlDecode(token);
  return bytes.has_value() && bytes->size() == kRefreshTokenBytes;
}

}  // namespace

StatusOr<std::unique_ptr<SessionKeeper>> SessionKeeper::Make(SessionParts parts, SessionOptions options) {
  if (parts.secret.size() < kMinSealingSecretBytes) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "the secret for refresh tokens needs 32 bytes or more");
  }
  return std::unique_ptr<SessionKeeper>(new SessionKeeper(std::move(parts), options));
}

StatusOr<AuthTokens> SessionKeeper::Begin(const User& user, const CallContext& context) {
  OOFGG_RETURN_IF_ERROR(CheckMaySignIn(user, Now()));
  const WallTime now = Now();
  const RefreshFamily family = {.id = NewUuidV7(parts_.clock, parts_.random),
                                .user_id = user.id,
                                .created_at = now,
                                .last_used_at = now,
                                .expires_at = now + options_.absolute_lifetime,
                                .label = context.client_name};
  std::string token = base::Base64UrlEncode(parts_.random.Bytes(kRefreshTokenBytes));
  const WallTime idle_until = std::min(now + options_.idle_lifetime, family.expires_at);
  OOFGG_RETURN_IF_ERROR(parts_.sessions.CreateFamily(family, Sha256(token), idle_until));
  // A ban or a new password ends the sessions it finds. One that it did not find was made after it was
  // stored, and so sees it here.
  if (Status overtaken = CheckNotOvertaken(user); !overtaken.ok()) {
    OOFGG_RETURN_IF_ERROR(End(user.id, family.id));
    return overtaken;
  }
  parts_.audit.Note("session_begun", user.id, context, {{"session", family.id}});
  return MakeTokens(user, family.id, parts_.issuer.NewGrant(), std::move(token));
}

Status SessionKeeper::CheckNotOvertaken(const User& as_read) const {
  const StatusOr<User> user = parts_.users.FindById(as_read.id);
  if (user.status().code() == StatusCode::kNotFound) return AccountGone();
  if (!user.ok()) return user.status();
  OOFGG_RETURN_IF_ERROR(CheckMaySignIn(*user, Now()));
  if (user->epoch == as_read.epoch) return {};
  return Refused("SESSION_OVERTAKEN", "the account was changed while signing in; try again");
}

StatusOr<AuthTokens> SessionKeeper::Refresh(const CallContext& context, const std::string& token) {
  const std::string& nonce = context.idempotency_key;
  OOFGG_RETURN_IF_ERROR(CheckIdempotencyKey(nonce));
  if (token.empty()) return InvalidField("refresh_token", "must not be empty");
  if (!IsRefreshToken(token)) return RotationRefused({}, context);

  std::string next = NextToken(token, nonce);
  const WallTime now = Now();
  OOFGG_ASSIGN_OR_RETURN(
      const RotationResult result,
      parts_.sessions.Rotate(
          {.token_hash = Sha256(token),
           .next_hash = Sha256(next),
           .nonce_hash =
               nonce.empty() ? "" : HmacSha256(parts_.secret, {"oofgg refresh nonce v1", token, nonce}),
           .grant = parts_.issuer.NewGrant(),
           .now = now,
           .next_expires_at = now + options_.idle_lifetime,
           .grace = options_.refresh_grace,
           .revoked_until = RevokedUntil()}));
  if (result.outcome != RotationOutcome::kRotated && result.outcome != RotationOutcome::kReplayed) {
    return RotationRefused(result, context);
  }
  // Read anew, so that a changed role counts from the next refresh on.
  const StatusOr<User> user = parts_.users.FindById(result.user_id);
  if (user.status().code() == StatusCode::kNotFound) return AccountGone();
  if (!user.ok()) return user.status();
  OOFGG_RETURN_IF_ERROR(CheckMaySignIn(*user, now));
  return MakeTokens(*user, result.family_id, result.grant, std::move(next));
}

Status SessionKeeper::RotationRefused(const RotationResult& result, const CallContext& context) const {
  switch (result.outcome) {
    case RotationOutcome::kExpired:
      return Refused("REFRESH_TOKEN_EXPIRED", "the refresh token has expired; sign in again");
    case RotationOutcome::kRevoked:
      return Refused("SESSION_REVOKED", "the session was ended; sign in again");
    case RotationOutcome::kReused:
      Log(LogLevel::kWarning, "auth", "a refresh token was used twice: ended session " + result.family_id);
      parts_.audit.Note("refresh_token_reused", result.user_id, context, {{"session", result.family_id}});
      Wake();
      return Refused("REFRESH_TOKEN_REUSED",
                     "the refresh token was used before; the session is ended, sign in again");
    default:
      return Refused("REFRESH_TOKEN_INVALID", "the refresh token is unknown; sign in again");
  }
}

std::string SessionKeeper::NextToken(const std::string& token, const std::string& nonce) const {
  // Derived, so that a repetition gets the same one although only hashes are stored. Without a nonce there
  // is no repetition.
  if (nonce.empty()) return base::Base64UrlEncode(parts_.random.Bytes(kRefreshTokenBytes));
  return base::Base64UrlEncode(HmacSha256(parts_.secret, {"oofgg refresh token v1", token, nonce}));
}

StatusOr<AuthTokens> SessionKeeper::MakeTokens(const User& user, const std::string& session_id,
                                               const TokenGrant& grant, std::string refresh_token) const {
  const Caller caller = {.user_id = user.id, .role = user.role, .session_id = session_id};
  OOFGG_ASSIGN_OR_RETURN(std::string access_token, parts_.issuer.Issue(caller, grant));
  const auto left = std::chrono::floor<std::chrono::seconds>(grant.expires_at - Now());
  return AuthTokens{.user_id = user.id,
                    .access_token = std::move(access_token),
                    .refresh_token = std::move(refresh_token),
                    .expires_in = std::max(left, std::chrono::seconds(0))};
}

StatusOr<bool> SessionKeeper::IsLive(std::string_view session_id) {
  const StatusOr<RefreshFamily> family = parts_.sessions.FindFamily(session_id);
  if (family.ok()) return !family->revoked && Now() < family->expires_at;
  if (family.status().code() != StatusCode::kNotFound) return family.status();
  // Not a player's; a service's names its credential.
  const StatusOr<ServiceCredential> credential = parts_.credentials.Find(CredentialIdOf(session_id));
  if (credential.ok()) return auth::IsLive(*credential, session_id);
  if (credential.status().code() == StatusCode::kNotFound) return false;
  return credential.status();
}

StatusOr<std::vector<AccountSession>> SessionKeeper::List(std::string_view user_id,
                                                          std::string_view current_id) {
  OOFGG_ASSIGN_OR_RETURN(const auto families, parts_.sessions.ListFamilies(user_id, Now(), kMaxListed));
  std::vector<AccountSession> sessions;
  sessions.reserve(families.size());
  for (const RefreshFamily& family : families) {
    sessions.push_back({.session_id = family.id,
                        .label = family.label,
                        .created_at = family.created_at,
                        .last_used_at = family.last_used_at,
                        .expires_at = family.expires_at,
                        .current = family.id == current_id});
  }
  return sessions;
}

Status SessionKeeper::End(std::string_view user_id, std::string_view session_id) {
  OOFGG_ASSIGN_OR_RETURN(const RefreshFamily family, parts_.sessions.FindFamily(session_id));
  if (family.user_id != user_id) return NoSuchSession();
  OOFGG_ASSIGN_OR_RETURN(const bool ended, parts_.sessions.RevokeFamily(session_id, Now(), RevokedUntil()));
  if (ended) Wake();
  return {};
}

StatusOr<std::size_t> SessionKeeper::EndAll(std::string_view user_id, std::string_view except_id) {
  OOFGG_ASSIGN_OR_RETURN(const std::size_t ended,
                         parts_.sessions.RevokeFamilies(user_id, except_id, Now(), RevokedUntil()));
  if (ended > 0) Wake();
  return ended;
}

Status SessionKeeper::EndService(const ServiceCredential& credential) {
  OOFGG_RETURN_IF_ERROR(EndServiceSecret(credential.id, credential.secret_hash));
  return EndServiceSecret(credential.id, credential.former_hash);
}

Status SessionKeeper::EndServiceSecret(std::string_view credential_id, std::string_view secret_hash) {
  if (secret_hash.empty()) return {};
  const std::string session_id = ServiceSessionId(credential_id, secret_hash);
  OOFGG_RETURN_IF_ERROR(parts_.sessions.RevokeSession(session_id, Now(), RevokedUntil()));
  Wake();
  return {};
}

Status SessionKeeper::TellDeleted(std::string_view user_id) {
  OOFGG_RETURN_IF_ERROR(parts_.sessions.RecordDeletion(user_id, Now(), Now() + options_.deletion_lifetime));
  Wake();
  return {};
}

Status SessionKeeper::Erase(std::string_view user_id) { return parts_.sessions.EraseFamilies(user_id); }

void SessionKeeper::Wake() const {
  if (wake_) wake_();
}

StatusOr<std::size_t> SessionKeeper::PurgeExpired() {
  std::size_t total = 0;
  while (true) {
    OOFGG_ASSIGN_OR_RETURN(const std::size_t gone, parts_.sessions.PurgeExpired(Now(), kPurgeBatch));
    total += gone;
    if (gone < kPurgeBatch) return total;
  }
}

WallTime SessionKeeper::Now() const {
  return std::chrono::floor<std::chrono::milliseconds>(parts_.clock.WallNow());
}

}  // namespace oofgg::auth
