#pragma once

#include <memory>
#include <string_view>

#include "auth/user_store.h"

namespace oofgg::storage {

class PostgresDatabase;
struct PgStatement;

/// A `UserStore` in PostgreSQL.
class PostgresUserStore final : public auth::UserStore {
 public:
  /// Makes or upgrades its table. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<PostgresUserStore>> Make(PostgresDatabase& database);

  Status Create(const auth::User& user) override;
  StatusOr<auth::User> FindById(std::string_view id) override;
  StatusOr<auth::User> FindByUsername(std::string_view username) override;
  StatusOr<auth::User> FindByEmail(std::string_view email) override;
  Status ReplacePasswordHash(std::string_view id, std::string_view expected, std::string_view hash) override;

 private:
  explicit PostgresUserStore(PostgresDatabase& database) : database_(&database) {}
  StatusOr<auth::User> Find(const PgStatement& statement, std::string_view key);
  Status WhyNotCreated(const auth::User& user, bool repeated);

  PostgresDatabase* database_;
};

}  // namespace oofgg::storage
