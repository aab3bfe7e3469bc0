#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/user_store.h"

namespace oofgg::storage {

class PgParams;
class PostgresDatabase;
struct PgStatement;

/// A `UserStore` in PostgreSQL. Each call is one statement; one that changed nothing is asked why.
class PostgresUserStore final : public auth::UserStore {
 public:
  /// Makes or upgrades its tables. `database` must outlive the store.
  [[nodiscard]] static StatusOr<std::unique_ptr<PostgresUserStore>> Make(PostgresDatabase& database);

  Status Create(const auth::User& user,
                const std::optional<auth::Identity>& identity = std::nullopt) override;
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
  /// What stands in the way of a row.
  struct Obstacles {
    bool id = false;
    Status name;  ///< An error if the username or the address is somebody else's.
    bool identity = false;
  };

  explicit PostgresUserStore(PostgresDatabase& database) : database_(&database) {}
  StatusOr<auth::User> Find(const PgStatement& statement, const PgParams& key);
  StatusOr<Obstacles> FindObstacles(const auth::User& user, const std::optional<auth::Identity>& identity);
  Status WhyNotCreated(const auth::User& user, const std::optional<auth::Identity>& identity, bool repeated);
  Status WhyNotUpdated(const auth::User& user, bool repeated);
  Status WhyNotAdded(std::string_view user_id, const auth::Identity& identity, bool repeated);

  PostgresDatabase* database_;
};

}  // namespace oofgg::storage
