#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "auth/refresh_store.h"

namespace oofgg::storage {

/// The record of revocations in a `MemoryRefreshStore`. Threads: one at a time.
class MemoryRevocations {
 public:
  MemoryRevocations();

  void Append(std::string_view session_id, WallTime now, WallTime until);
  void AppendDeletion(std::string_view user_id, WallTime now, WallTime until);
  [[nodiscard]] auth::RevocationPage Read(std::int64_t sequence, std::size_t limit) const;
  /// Forgets at most `limit` that ended before `now`, of sessions from the front only; returns how many.
  std::size_t Purge(WallTime now, std::size_t limit);

 private:
  const std::string log_id_;
  std::int64_t head_ = 0;
  std::int64_t floor_ = 0;
  std::deque<auth::Revocation> entries_;  // By sequence; up to the floor only deletions.
};

}  // namespace oofgg::storage
