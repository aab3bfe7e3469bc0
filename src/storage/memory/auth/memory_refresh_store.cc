#include "storage/memory/auth/memory_refresh_store.h"

namespace oofgg::storage {
namespace {

using auth::RefreshFamily;
using auth::Rotation;
using auth::RotationOutcome;
using auth::RotationResult;
using auth::StoredRefreshToken;

Status NoSuchSession() { return MakeStatus(StatusCode::kNotFound, "there is no such session"); }

void Use(StoredRefreshToken& token, const Rotation& rotation) {
  token.used = true;
  token.used_at = rotation.now;
  token.nonce_hash = rotation.nonce_hash;
  token.grant = rotation.grant;
}

}  // namespace

Status MemoryRefreshStore::CreateFamily(const RefreshFamily& family, std::string_view token_hash,
                                        WallTime token_expires_at) {
  const std::lock_guard lock(mutex_);
  if (families_.contains(family.id) || tokens_.contains(token_hash)) {
    return MakeStatus(StatusCode::kAlreadyExists, "the session or its token exists already");
  }
  AddToken(families_[family.id] = {.row = family}, token_hash, token_expires_at);
  return {};
}

void MemoryRefreshStore::AddToken(Family& family, std::string_view hash, WallTime expires_at) {
  StoredRefreshToken& token = tokens_[std::string(hash)];
  token.family_id = family.row.id;
  token.expires_at = expires_at;
  by_expiry_.emplace(expires_at, hash);
  ++family.tokens;
}

StatusOr<RotationResult> MemoryRefreshStore::Rotate(const Rotation& rotation) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(rotation.token_hash);
  if (found == tokens_.end()) return RotationResult{};
  StoredRefreshToken& token = found->second;
  Family& family = families_.at(token.family_id);
  const RotationOutcome outcome = DecideRotation(token, family.row, rotation);
  if (outcome == RotationOutcome::kReused) family.row.revoked = true;
  if (outcome == RotationOutcome::kRotated) {
    if (tokens_.contains(rotation.next_hash)) {
      return MakeStatus(StatusCode::kAlreadyExists, "the next refresh token exists already");
    }
    Use(token, rotation);
    AddToken(family, rotation.next_hash, rotation.next_expires_at);
  }
  return RotationResult{
      .outcome = outcome, .family_id = family.row.id, .user_id = family.row.user_id, .grant = token.grant};
}

StatusOr<RefreshFamily> MemoryRefreshStore::FindFamily(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto family = families_.find(id);
  if (family == families_.end()) return NoSuchSession();
  return family->second.row;
}

Status MemoryRefreshStore::RevokeFamily(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto family = families_.find(id);
  if (family == families_.end()) return NoSuchSession();
  family->second.row.revoked = true;
  return {};
}

StatusOr<std::size_t> MemoryRefreshStore::PurgeExpired(WallTime now, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::size_t gone = 0;
  while (gone < limit && !by_expiry_.empty() && by_expiry_.begin()->first < now) {
    ForgetToken(by_expiry_.begin()->second);
    by_expiry_.erase(by_expiry_.begin());
    ++gone;
  }
  return gone;
}

void MemoryRefreshStore::ForgetToken(const std::string& hash) {
  const auto token = tokens_.find(hash);
  const auto family = families_.find(token->second.family_id);
  if (--family->second.tokens == 0) families_.erase(family);
  tokens_.erase(token);
}

}  // namespace oofgg::storage
