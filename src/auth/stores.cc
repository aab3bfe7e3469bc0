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
  if (rotation.now >= token.expires_at) return RotationOutcome::kExpired;
  return RotationOutcome::kRotated;
}

Status UsernameTaken() { return Taken("username", "already taken; choose another", "USERNAME_TAKEN"); }

Status EmailTaken() { return Taken("email", "already in use; sign in instead", "EMAIL_TAKEN"); }

}  // namespace oofgg::auth
