#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "auth/refresh_store.h"

namespace oofgg::storage {

class Database;

/// A `RefreshStore` in a SQLite file.
class SqliteRefreshStore final : public auth::RefreshStore {
 public:
  /// Makes or upgrades its tables. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<SqliteRefreshStore>> Make(Database& database);

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
  explicit SqliteRefreshStore(Database& database) : database_(&database) {}

  Database* database_;
};

}  // namespace oofgg::storage
