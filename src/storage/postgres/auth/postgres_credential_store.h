#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "auth/credential_store.h"

namespace oofgg::storage {

class PostgresDatabase;

/// A `CredentialStore` in PostgreSQL.
class PostgresCredentialStore final : public auth::CredentialStore {
 public:
  /// Makes or upgrades its table. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<PostgresCredentialStore>> Make(PostgresDatabase& database);

  Status Create(const auth::ServiceCredential& credential) override;
  StatusOr<auth::ServiceCredential> Find(std::string_view id) override;
  StatusOr<std::vector<auth::ServiceCredential>> List(std::string_view after_id, std::size_t limit) override;
  Status Update(const auth::ServiceCredential& credential) override;

 private:
  explicit PostgresCredentialStore(PostgresDatabase& database) : database_(&database) {}

  PostgresDatabase* database_;
};

}  // namespace oofgg::storage
