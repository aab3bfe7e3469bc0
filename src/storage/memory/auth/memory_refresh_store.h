#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "auth/refresh_store.h"
#include "storage/memory/auth/memory_revocations.h"

namespace oofgg::storage {

/// A `RefreshStore` that lasts as long as this object. What is asked of a user's families looks at all
/// families there are: it is for tests, and for backends of one process.
class MemoryRefreshStore final : public auth::RefreshStore {
 public:
  Status CreateFamily(const auth::RefreshFamily& family, std::string_view token_hash,
                      WallTime token_expires_at) override;
  StatusOr<auth::RotationResult> Rotate(const auth::Rotation& rotation) override;
  StatusOr<auth::RefreshFamily> FindFamily(std::string_view id) override;
  StatusOr<std::vector<auth::RefreshFamily>> ListFamilies(std::string_view user_id, WallTime now,
                                                          std::size_t limit) override;
  StatusOr<bool> RevokeFamily(std::string_view id, WallTime now, WallTime until) override;
  StatusOr<std::size_t> RevokeFamilies(std::string_view user_id, std::string_view except_id, WallTime now,
                                       WallTime until) override;
  Status RevokeSession(std::string_view session_id, WallTime now, WallTime until) override;
  Status RecordDeletion(std::string_view user_id, WallTime now, WallTime until) override;
  StatusOr<auth::RevocationPage> ReadRevocations(std::int64_t sequence, std::size_t limit) override;
  StatusOr<std::size_t> PurgeExpired(WallTime now, std::size_t limit) override;
  Status EraseFamilies(std::string_view user_id) override;

 private:
  struct Family {
    auth::RefreshFamily row;
    std::set<std::string> tokens;  // Hashes; never empty.
  };

  // All with mutex_ held.
  void AddToken(Family& family, std::string_view hash, WallTime expires_at);
  /// And with its last token the family.
  void ForgetToken(const std::string& hash);
  bool Revoke(Family& family, WallTime now, WallTime until);

  std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;                  // By id.
  std::map<std::string, auth::StoredRefreshToken, std::less<>> tokens_;  // By hash.
  std::set<std::pair<WallTime, std::string>> by_expiry_;                 // Hashes.
  MemoryRevocations revocations_;
};

}  // namespace oofgg::storage
