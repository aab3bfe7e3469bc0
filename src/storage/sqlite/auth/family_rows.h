#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/refresh_store.h"
#include "storage/sqlite/connection.h"

namespace oofgg::storage {

/// The rows of families and their tokens, one transaction's view of them. Only moves data: the rules are the
/// store's.
class FamilyRows {
 public:
  explicit FamilyRows(Connection& connection) : connection_(connection) {}

  StatusOr<std::optional<auth::RefreshFamily>> Find(std::string_view id);
  /// Those that are still good, newest first.
  StatusOr<std::vector<auth::RefreshFamily>> ListOpen(std::string_view user_id, WallTime now,
                                                      std::size_t limit);
  /// kAlreadyExists if the id is taken.
  Status Insert(const auth::RefreshFamily& family);
  /// False if it was revoked before, or is not there.
  StatusOr<bool> MarkRevoked(std::string_view id);
  /// The ids of those that were not revoked before.
  StatusOr<std::vector<std::string>> MarkAllRevoked(std::string_view user_id, std::string_view except_id);
  /// With their tokens.
  Status EraseOf(std::string_view user_id);

  StatusOr<std::optional<auth::StoredRefreshToken>> FindToken(std::string_view hash);
  /// kAlreadyExists if there is such a token.
  Status InsertToken(std::string_view hash, std::string_view family_id, WallTime expires_at);
  /// Marks the token, and the time in its family.
  Status MarkUsed(const auth::Rotation& rotation, std::string_view family_id);
  /// At most `limit` tokens, and families that have none left. Returns how many tokens went.
  StatusOr<std::size_t> EraseExpired(WallTime now, std::size_t limit);

 private:
  Connection& connection_;
};

}  // namespace oofgg::storage
