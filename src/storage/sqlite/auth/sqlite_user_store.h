#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/user_store.h"

namespace oofgg::storage {

class Database;

/// A `UserStore` in a SQLite file.
class SqliteUserStore final : public auth::UserStore {
 public:
  /// Makes or upgrades its tables. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<SqliteUserStore>> Make(Database& database);

  Status Create(const auth::User& user, const std::optional<auth::Identity>& identity) override;
  StatusOr<auth::User> FindById(std::string_view id) override;
  StatusOr<auth::User> FindByUsername(std::string_view username) override;
  StatusOr<auth::User> FindByEmail(std::string_view email) override;
  StatusOr<auth::User> FindByIdentity(std::string_view provider, std::string_view subject) override;
  Status Update(const auth::User& user) override;
  Status AddIdentity(std::string_view user_id, const auth::Identity& identity) override;
  Status RemoveIdentities(std::string_view user_id, std::string_view provider,
                          std::string_view subject) override;
  StatusOr<std::vector<auth::Identity>> ListIdentities(std::string_view user_id) override;
  Status Erase(std::string_view id) override;
  StatusOr<std::vector<std::string>> ListDeleting(std::size_t limit) override;

 private:
  explicit SqliteUserStore(Database& database) : database_(&database) {}

  Database* database_;
};

}  // namespace oofgg::storage
