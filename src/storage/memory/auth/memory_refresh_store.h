#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "auth/refresh_store.h"

namespace oofgg::storage {

/// A `RefreshStore` that lasts as long as this object.
class MemoryRefreshStore final : public auth::RefreshStore {
 public:
  Status CreateFamily(const auth::RefreshFamily& family, std::string_view token_hash,
                      WallTime token_expires_at) override;
  StatusOr<auth::RotationResult> Rotate(const auth::Rotation& rotation) override;
  StatusOr<auth::RefreshFamily> FindFamily(std::string_view id) override;
  Status RevokeFamily(std::string_view id) override;
  StatusOr<std::size_t> PurgeExpired(WallTime now, std::size_t limit) override;

 private:
  struct Family {
    auth::RefreshFamily row;
    std::size_t tokens = 0;
  };

  // Both with mutex_ held.
  void AddToken(Family& family, std::string_view hash, WallTime expires_at);
  void ForgetToken(const std::string& hash);

  std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;                  // By id.
  std::map<std::string, auth::StoredRefreshToken, std::less<>> tokens_;  // By hash.
  std::multimap<WallTime, std::string> by_expiry_;                       // Hashes.
};

}  // namespace oofgg::storage
