#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/user_store.h"
#include "storage/sqlite/connection.h"

namespace oofgg::storage {

/// The rows behind `SqliteUserStore`, one transaction's view of them. Only moves data: the rules are the
/// store's.
class UserRows {
 public:
  explicit UserRows(Connection& connection) : connection_(connection) {}

  StatusOr<std::optional<auth::User>> FindById(std::string_view id);
  StatusOr<std::optional<auth::User>> FindByUsername(std::string_view username);
  StatusOr<std::optional<auth::User>> FindByEmail(std::string_view email);
  StatusOr<std::optional<auth::User>> FindByIdentity(std::string_view provider, std::string_view subject);
  StatusOr<std::vector<std::string>> IdsOfDeleting(std::size_t limit);

  /// kAlreadyExists if the id is taken.
  Status Insert(const auth::User& user);
  /// All but `id` and `created_at`.
  Status Update(const auth::User& user);
  /// With its identities.
  Status Erase(std::string_view id);

  /// kAlreadyExists if it is somebody's.
  Status InsertIdentity(std::string_view user_id, const auth::Identity& identity);
  /// Of this provider, or, where it is empty, of every one.
  Status EraseIdentities(std::string_view user_id, std::string_view provider, std::string_view subject);
  StatusOr<std::vector<auth::Identity>> IdentitiesOf(std::string_view user_id);

 private:
  StatusOr<std::optional<auth::User>> FindWhere(std::string_view condition,
                                                std::initializer_list<std::string_view> values);

  Connection& connection_;
};

}  // namespace oofgg::storage
