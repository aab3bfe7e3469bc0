#include <algorithm>

#include "auth/code_store.h"
#include "auth/credential_store.h"
#include "auth/refresh_store.h"
#include "auth/user_store.h"
#include "base/constant_time.h"

namespace oofgg::auth {
namespace {

/// A lost reply: the same client nonce, soon after. Without a nonce nobody can say that it is the same.
bool IsReplay(const StoredRefreshToken& token, const Rotation& rotation) {
  return !rotation.nonce_hash.empty() && rotation.now <= token.used_at + rotation.grace &&
         base::ConstantTimeEquals(rotation.nonce_hash, token.nonce_hash);
}

Status Taken(const std::string& field, const std::string& problem, std::string_view reason) {
  return WithReason(
      WithFieldViolations(MakeStatus(StatusCode::kAlreadyExists, field + ": " + problem), {{field, problem}}),
      reason);
}

}  // namespace

RotationOutcome DecideRotation(const StoredRefreshToken& token, const RefreshFamily& family,
                               const Rotation& rotation) {
  if (family.revoked) return RotationOutcome::kRevoked;
  if (token.used) return IsReplay(token, rotation) ? RotationOutcome::kReplayed : RotationOutcome::kReused;
  if (rotation.now >= std::min(token.expires_at, family.expires_at)) return RotationOutcome::kExpired;
  return RotationOutcome::kRotated;
}

WallTime NextExpiry(const RefreshFamily& family, const Rotation& rotation) {
  return std::min(family.expires_at, rotation.next_expires_at);
}

Status NoSuchSession() { return MakeStatus(StatusCode::kNotFound, "there is no such session"); }

Status UsernameTaken() { return Taken("username", "already taken; choose another", "USERNAME_TAKEN"); }

Status EmailTaken() { return Taken("email", "already in use; sign in instead", "EMAIL_TAKEN"); }

Status IdentityTaken() {
  return WithReason(MakeStatus(StatusCode::kAlreadyExists, "this identity belongs to an account already"),
                    "IDENTITY_TAKEN");
}

Status NoSuchUser() { return MakeStatus(StatusCode::kNotFound, "there is no such user"); }

Status UserChanged() {
  return MakeStatus(StatusCode::kAborted, "the account was changed meanwhile; read it and try again");
}

Status NoSuchCode() {
  return WithReason(MakeStatus(StatusCode::kNotFound, "the code is wrong or has expired; ask for a new one"),
                    "CODE_INVALID");
}

Status NoSuchCredential() { return MakeStatus(StatusCode::kNotFound, "there is no such service credential"); }

Status CredentialChanged() {
  return MakeStatus(StatusCode::kAborted, "the credential was changed meanwhile; read it and try again");
}

}  // namespace oofgg::auth
