#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "auth/refresh_store.h"

namespace oofgg::storage {

class PostgresDatabase;

/// A `RefreshStore` in PostgreSQL. The first use of a token, which is nearly all that happens, is one
/// statement that shares its commit with others; every other outcome is found out afterwards.
class PostgresRefreshStore final : public auth::RefreshStore {
 public:
  /// Makes or upgrades its tables. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<PostgresRefreshStore>> Make(PostgresDatabase& database);

  Status CreateFamily(const auth::RefreshFamily& family, std::string_view token_hash,
                      WallTime token_expires_at) override;
  StatusOr<auth::RotationResult> Rotate(const auth::Rotation& rotation) override;
  StatusOr<auth::RefreshFamily> FindFamily(std::string_view id) override;
  Status RevokeFamily(std::string_view id) override;
  StatusOr<std::size_t> PurgeExpired(WallTime now, std::size_t limit) override;

 private:
  explicit PostgresRefreshStore(PostgresDatabase& database) : database_(&database) {}
  StatusOr<auth::RotationResult> WhyNotRotated(const auth::Rotation& rotation, bool repeated);
  StatusOr<auth::RotationOutcome> RevokeReused(std::string_view family_id);

  PostgresDatabase* database_;
};

}  // namespace oofgg::storage
