#include "auth/account_facade.h"

#include <algorithm>
#include <utility>

#include "auth/account_rules.h"
#include "auth/digest.h"
#include "auth/text.h"
#include "base/constant_time.h"
#include "base/encoding.h"
#include "oofgg/log.h"
#include "oofgg/uuid.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kRefreshTokenBytes = 32;
constexpr std::size_t kMinSecretBytes = 32;
constexpr std::size_t kPurgeBatch = 1000;
constexpr const char* kRoleOfNewUsers = "user";

Status Refused(std::string_view reason, std::string_view message) {
  return WithReason(MakeStatus(StatusCode::kUnauthenticated, message), reason);
}

/// Spares the store what cannot be a token of ours.
bool IsRefreshToken(std::string_view token) {
  const auto bytes = base::Base64UrlDecode(token);
  return bytes.has_value() && bytes->size() == kRefreshTokenBytes;
}

/// Why a rotation gives no tokens.
Status RotationRefused(RotationOutcome outcome, const std::string& session_id) {
  switch (outcome) {
    case RotationOutcome::kExpired:
      return Refused("REFRESH_TOKEN_EXPIRED", "the refresh token has expired; sign in again");
    case RotationOutcome::kRevoked:
      return Refused("SESSION_REVOKED", "the session was ended; sign in again");
    case RotationOutcome::kReused:
      Log(LogLevel::kWarning, "auth", "a refresh token was used twice: ended session " + session_id);
      return Refused("REFRESH_TOKEN_REUSED",
                     "the refresh token was used before; the session is ended, sign in again");
    default:
      return Refused("REFRESH_TOKEN_INVALID", "the refresh token is unknown; sign in again");
  }
}

}  // namespace

StatusOr<std::unique_ptr<AuthFacade>> AuthFacade::Make(AuthFacadeParts parts, AuthFacadeOptions options) {
  if (parts.secret.size() < kMinSecretBytes) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "the secret for refresh tokens needs 32 bytes or more");
  }
  return std::unique_ptr<AuthFacade>(new AuthFacade(std::move(parts), options));
}

AuthFacade::AuthFacade(AuthFacadeParts parts, AuthFacadeOptions options)
    : parts_(std::move(parts)), options_(options), decoy_(parts_.hasher.Decoy()) {
  if (options_.guesses_per_name.has_value()) {
    guesses_by_name_.emplace(parts_.clock, *options_.guesses_per_name, options_.max_limited_names);
    guesses_by_user_.emplace(parts_.clock, *options_.guesses_per_name, options_.max_limited_names);
  }
}

StatusOr<AuthTokens> AuthFacade::Register(const CallContext& context, const RegisterRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckIdempotencyKey(context.idempotency_key));
  OOFGG_RETURN_IF_ERROR(CheckRegistration(request));
  OOFGG_RETURN_IF_ERROR(CheckDeadline(context));
  const std::string proof = RegistrationProof(context, request);
  // Looked up first, so that a taken name costs no hash.
  const StatusOr<User> existing = parts_.users.FindByUsername(request.username);
  if (existing.ok()) return RepeatRegistration(*existing, request, proof);
  if (existing.status().code() != StatusCode::kNotFound) return existing.status();

  OOFGG_ASSIGN_OR_RETURN(std::string hash, parts_.hasher.Hash(request.password));
  const User user = {.id = NewUuidV7(parts_.clock, parts_.random),
                     .username = request.username,
                     .email = request.email,
                     .password_hash = std::move(hash),
                     .role = kRoleOfNewUsers,
                     .created_at = Now(),
                     .registration_proof = proof};
  const Status created = parts_.users.Create(user);
  if (created.ok()) return StartSession(user);
  // Its own repetition may have overtaken it.
  if (ReasonOf(created) != "USERNAME_TAKEN") return created;
  OOFGG_ASSIGN_OR_RETURN(const User winner, parts_.users.FindByUsername(request.username));
  return RepeatRegistration(winner, request, proof);
}

StatusOr<AuthTokens> AuthFacade::RepeatRegistration(const User& user, const RegisterRequest& request,
                                                    const std::string& proof) {
  const bool is_repetition = !proof.empty() && base::ConstantTimeEquals(proof, user.registration_proof) &&
                             Now() <= user.created_at + options_.registration_grace;
  if (!is_repetition) return UsernameTaken();
  OOFGG_RETURN_IF_ERROR(TakeGuess(guesses_by_name_, FoldCase(request.username)));
  OOFGG_RETURN_IF_ERROR(TakeGuess(guesses_by_user_, user.id));
  OOFGG_ASSIGN_OR_RETURN(const bool same, parts_.hasher.Verify(request.password, user.password_hash));
  if (!same) return UsernameTaken();
  return StartSession(user);
}

std::string AuthFacade::RegistrationProof(const CallContext& context, const RegisterRequest& request) const {
  if (context.idempotency_key.empty()) return {};
  return HmacSha256(parts_.secret, {"oofgg registration v1", context.idempotency_key,
                                    FoldCase(request.username), FoldCase(request.email)});
}

StatusOr<AuthTokens> AuthFacade::Login(const CallContext& context, const LoginRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckLogin(request));
  OOFGG_RETURN_IF_ERROR(TakeGuess(guesses_by_name_, FoldCase(request.username)));
  OOFGG_RETURN_IF_ERROR(CheckDeadline(context));
  OOFGG_ASSIGN_OR_RETURN(const std::optional<User> user, FindByLoginName(request.username));
  // A user has two names, and no more guesses for that. An unknown name takes one of its own, so that it is
  // refused when a known one is.
  OOFGG_RETURN_IF_ERROR(
      TakeGuess(guesses_by_user_, user.has_value() ? user->id : FoldCase(request.username)));
  OOFGG_ASSIGN_OR_RETURN(
      const bool matches,
      parts_.hasher.Verify(request.password, user.has_value() ? user->password_hash : decoy_));
  if (!user.has_value() || !matches) {
    return Refused("INVALID_CREDENTIALS", "the user name or the password is wrong");
  }
  if (parts_.hasher.NeedsRehash(user->password_hash)) Rehash(*user, request.password);
  return StartSession(*user);
}

StatusOr<std::optional<User>> AuthFacade::FindByLoginName(std::string_view name) {
  StatusOr<User> user =
      LooksLikeEmail(name) ? parts_.users.FindByEmail(name) : parts_.users.FindByUsername(name);
  if (user.ok()) return std::optional<User>(*std::move(user));
  if (user.status().code() == StatusCode::kNotFound) return std::optional<User>();
  return user.status();
}

Status AuthFacade::TakeGuess(std::optional<KeyedTokenBuckets>& guesses, std::string_view key) {
  if (!guesses.has_value()) return {};
  const Admission admission = guesses->TryTake(key);
  if (admission.granted) return {};
  return RetryLater(StatusCode::kResourceExhausted, "too many attempts for this name; wait before the next",
                    std::chrono::ceil<std::chrono::milliseconds>(admission.retry_after));
}

Status AuthFacade::CheckDeadline(const CallContext& context) const {
  if (parts_.clock.Now() < context.deadline) return {};
  return MakeStatus(StatusCode::kDeadlineExceeded,
                    "the call waited too long for its turn to hash a password");
}

void AuthFacade::Rehash(const User& user, std::string_view password) {
  const StatusOr<std::string> hash = parts_.hasher.Hash(password);
  if (!hash.ok()) return;
  // The login is good whether or not this succeeds; the next one tries again.
  User rehashed = user;
  rehashed.password_hash = *hash;
  parts_.users.Update(rehashed).IgnoreError();
}

StatusOr<AuthTokens> AuthFacade::StartSession(const User& user) {
  const WallTime now = Now();
  const RefreshFamily family = {.id = NewUuidV7(parts_.clock, parts_.random),
                                .user_id = user.id,
                                .created_at = now,
                                .last_used_at = now,
                                .expires_at = WallTime::max()};
  std::string token = base::Base64UrlEncode(parts_.random.Bytes(kRefreshTokenBytes));
  OOFGG_RETURN_IF_ERROR(
      parts_.sessions.CreateFamily(family, Sha256(token), now + options_.refresh_token_lifetime));
  return MakeTokens(user, family.id, parts_.issuer.NewGrant(), std::move(token));
}

StatusOr<AuthTokens> AuthFacade::RefreshToken(const CallContext& context,
                                              const RefreshTokenRequest& request) {
  const std::string& token = request.refresh_token;
  const std::string& nonce = context.idempotency_key;
  OOFGG_RETURN_IF_ERROR(CheckIdempotencyKey(nonce));
  if (token.empty()) return InvalidField("refresh_token", "must not be empty");
  if (!IsRefreshToken(token)) return RotationRefused(RotationOutcome::kUnknown, "");

  std::string next = NextRefreshToken(token, nonce);
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
           .next_expires_at = now + options_.refresh_token_lifetime,
           .grace = options_.refresh_grace,
           .revoked_until = now + parts_.issuer.options().lifetime}));
  if (result.outcome != RotationOutcome::kRotated && result.outcome != RotationOutcome::kReplayed) {
    return RotationRefused(result.outcome, result.family_id);
  }
  // Read anew, so that a changed role counts from the next refresh on.
  const StatusOr<User> user = parts_.users.FindById(result.user_id);
  if (user.status().code() == StatusCode::kNotFound) {
    return RotationRefused(RotationOutcome::kRevoked, result.family_id);
  }
  if (!user.ok()) return user.status();
  return MakeTokens(*user, result.family_id, result.grant, std::move(next));
}

std::string AuthFacade::NextRefreshToken(const std::string& token, const std::string& nonce) const {
  // Derived, so that a repetition gets the same one although only hashes are stored. Without a nonce there
  // is no repetition.
  if (nonce.empty()) return base::Base64UrlEncode(parts_.random.Bytes(kRefreshTokenBytes));
  return base::Base64UrlEncode(HmacSha256(parts_.secret, {"oofgg refresh token v1", token, nonce}));
}

StatusOr<AuthTokens> AuthFacade::MakeTokens(const User& user, const std::string& session_id,
                                            const TokenGrant& grant, std::string refresh_token) const {
  const Caller caller = {.user_id = user.id, .role = user.role, .session_id = session_id};
  OOFGG_ASSIGN_OR_RETURN(std::string access_token, parts_.issuer.Issue(caller, grant));
  const auto left = std::chrono::floor<std::chrono::seconds>(grant.expires_at - Now());
  return AuthTokens{.user_id = user.id,
                    .access_token = std::move(access_token),
                    .refresh_token = std::move(refresh_token),
                    .expires_in = std::max(left, std::chrono::seconds(0))};
}

StatusOr<ValidateTokenResponse> AuthFacade::ValidateToken(const CallContext&,
                                                          const ValidateTokenRequest& request) {
  StatusOr<VerifiedToken> token = parts_.verifier.Verify(request.access_token);
  if (!token.ok()) return ValidateTokenResponse{};
  const StatusOr<RefreshFamily> session = parts_.sessions.FindFamily(token->caller.session_id);
  if (session.status().code() == StatusCode::kNotFound) return ValidateTokenResponse{};
  if (!session.ok()) return session.status();
  if (session->revoked) return ValidateTokenResponse{};
  return ValidateTokenResponse{
      .is_valid = true, .user_id = std::move(token->caller.user_id), .role = std::move(token->caller.role)};
}

bool AuthFacade::NeedsHashing(std::string_view method) { return method == "Register" || method == "Login"; }

StatusOr<std::size_t> AuthFacade::PurgeExpired() {
  std::size_t total = 0;
  while (true) {
    OOFGG_ASSIGN_OR_RETURN(const std::size_t gone, parts_.sessions.PurgeExpired(Now(), kPurgeBatch));
    total += gone;
    if (gone < kPurgeBatch) return total;
  }
}

WallTime AuthFacade::Now() const {
  return std::chrono::floor<std::chrono::milliseconds>(parts_.clock.WallNow());
}

}  // namespace oofgg::auth
