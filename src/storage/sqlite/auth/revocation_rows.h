#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "auth/refresh_store.h"
#include "storage/sqlite/connection.h"

namespace oofgg::storage {

/// The rows of the record of revocations, one transaction's view of them. Since one thread writes, the order
/// of their sequences is that in which they become durable.
class RevocationRows {
 public:
  explicit RevocationRows(Connection& connection) : connection_(connection) {}

  Status Append(std::string_view session_id, WallTime now, WallTime until);
  Status AppendDeletion(std::string_view user_id, WallTime now, WallTime until);
  StatusOr<auth::RevocationPage> Read(std::int64_t sequence, std::size_t limit);
  /// Deletes at most `limit` of each kind that ended before `now`, of sessions from the front only; returns
  /// how many.
  StatusOr<std::size_t> Purge(WallTime now, std::size_t limit);

 private:
  Status Insert(const auth::Revocation& entry);

  Connection& connection_;
};

}  // namespace oofgg::storage
