#pragma once

#include <memory>
#include <string_view>

#include "auth/user_store.h"

namespace oofgg::storage {

class Database;

/// A `UserStore` in a SQLite file.
class SqliteUserStore final : public auth::UserStore {
 public:
  /// Makes or upgrades its table. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<SqliteUserStore>> Make(Database& database);

  Status Create(const auth::User& user) override;
  StatusOr<auth::User> FindById(std::string_view id) override;
  StatusOr<auth::User> FindByUsername(std::string_view username) override;
  StatusOr<auth::User> FindByEmail(std::string_view email) override;
  Status ReplacePasswordHash(std::string_view id, std::string_view expected, std::string_view hash) override;

 private:
  explicit SqliteUserStore(Database& database) : database_(&database) {}
  StatusOr<auth::User> FindWhere(std::string_view condition, std::string_view value);

  Database* database_;
};

}  // namespace oofgg::storage
