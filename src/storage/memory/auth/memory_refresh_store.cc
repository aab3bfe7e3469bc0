#include "storage/memory/auth/memory_refresh_store.h"

#include <algorithm>
#include <tuple>

namespace oofgg::storage {
namespace {

using auth::RefreshFamily;
using auth::Rotation;
using auth::RotationOutcome;
using auth::RotationResult;
using auth::StoredRefreshToken;

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
  AddToken(families_[family.id] = {.row = family, .tokens = {}}, token_hash, token_expires_at);
  return {};
}

void MemoryRefreshStore::AddToken(Family& family, std::string_view hash, WallTime expires_at) {
  StoredRefreshToken& token = tokens_[std::string(hash)];
  token.family_id = family.row.id;
  token.expires_at = expires_at;
  by_expiry_.emplace(expires_at, hash);
  family.tokens.emplace(hash);
}

StatusOr<RotationResult> MemoryRefreshStore::Rotate(const Rotation& rotation) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(rotation.token_hash);
  if (found == tokens_.end()) return RotationResult{};
  StoredRefreshToken& token = found->second;
  Family& family = families_.at(token.family_id);
  const RotationOutcome outcome = DecideRotation(token, family.row, rotation);
  if (outcome == RotationOutcome::kReused) Revoke(family, rotation.now, rotation.revoked_until);
  if (outcome == RotationOutcome::kRotated) {
    if (tokens_.contains(rotation.next_hash)) {
      return MakeStatus(StatusCode::kAlreadyExists, "the next refresh token exists already");
    }
    Use(token, rotation);
    family.row.last_used_at = rotation.now;
    AddToken(family, rotation.next_hash, NextExpiry(family.row, rotation));
  }
  return RotationResult{
      .outcome = outcome, .family_id = family.row.id, .user_id = family.row.user_id, .grant = token.grant};
}

StatusOr<RefreshFamily> MemoryRefreshStore::FindFamily(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto family = families_.find(id);
  if (family == families_.end()) return auth::NoSuchSession();
  return family->second.row;
}

StatusOr<std::vector<RefreshFamily>> MemoryRefreshStore::ListFamilies(std::string_view user_id, WallTime now,
                                                                      std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<RefreshFamily> listed;
  for (const auto& [id, family] : families_) {
    const RefreshFamily& row = family.row;
    if (row.user_id == user_id && !row.revoked && now < row.expires_at) listed.push_back(row);
  }
  std::sort(listed.begin(), listed.end(), [](const RefreshFamily& left, const RefreshFamily& right) {
    return std::tie(left.created_at, left.id) > std::tie(right.created_at, right.id);
  });
  if (listed.size() > limit) listed.resize(limit);
  return listed;
}

StatusOr<bool> MemoryRefreshStore::RevokeFamily(std::string_view id, WallTime now, WallTime until) {
  const std::lock_guard lock(mutex_);
  const auto family = families_.find(id);
  if (family == families_.end()) return auth::NoSuchSession();
  return Revoke(family->second, now, until);
}

StatusOr<std::size_t> MemoryRefreshStore::RevokeFamilies(std::string_view user_id, std::string_view except_id,
                                                         WallTime now, WallTime until) {
  const std::lock_guard lock(mutex_);
  std::size_t revoked = 0;
  for (auto& [id, family] : families_) {
    if (family.row.user_id == user_id && id != except_id && Revoke(family, now, until)) ++revoked;
  }
  return revoked;
}

bool MemoryRefreshStore::Revoke(Family& family, WallTime now, WallTime until) {
  if (family.row.revoked) return false;
  family.row.revoked = true;
  revocations_.Append(family.row.id, now, until);
  return true;
}

Status MemoryRefreshStore::RevokeSession(std::string_view session_id, WallTime now, WallTime until) {
  const std::lock_guard lock(mutex_);
  revocations_.Append(session_id, now, until);
  return {};
}

Status MemoryRefreshStore::RecordDeletion(std::string_view user_id, WallTime now, WallTime until) {
  const std::lock_guard lock(mutex_);
  revocations_.AppendDeletion(user_id, now, until);
  return {};
}

StatusOr<auth::RevocationPage> MemoryRefreshStore::ReadRevocations(std::int64_t sequence, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  return revocations_.Read(sequence, limit);
}

StatusOr<std::size_t> MemoryRefreshStore::PurgeExpired(WallTime now, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::size_t gone = 0;
  for (; gone < limit && !by_expiry_.empty() && by_expiry_.begin()->first < now; ++gone) {
    ForgetToken(std::string(by_expiry_.begin()->second));
  }
  return gone + revocations_.Purge(now, limit);
}

Status MemoryRefreshStore::EraseFamilies(std::string_view user_id) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> hashes;
  for (const auto& [id, family] : families_) {
    if (family.row.user_id == user_id) {
      hashes.insert(hashes.end(), family.tokens.begin(), family.tokens.end());
    }
  }
  for (const std::string& hash : hashes) ForgetToken(hash);
  return {};
}

void MemoryRefreshStore::ForgetToken(const std::string& hash) {
  const auto token = tokens_.find(hash);
  const auto family = families_.find(token->second.family_id);
  family->second.tokens.erase(hash);
  if (family->second.tokens.empty()) families_.erase(family);
  by_expiry_.erase({token->second.expires_at, hash});
  tokens_.erase(token);
}

}  // namespace oofgg::storage
