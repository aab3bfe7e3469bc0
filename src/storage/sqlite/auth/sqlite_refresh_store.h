#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

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
  Status RevokeFamily(std::string_view id) override;
  StatusOr<std::size_t> PurgeExpired(WallTime now, std::size_t limit) override;

 private:
  explicit SqliteRefreshStore(Database& database) : database_(&database) {}

  Database* database_;
};

}  // namespace oofgg::storage
