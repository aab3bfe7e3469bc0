#include "storage/memory/auth/memory_revocations.h"

#include <algorithm>
#include <iterator>

#include "base/encoding.h"
#include "oofgg/random.h"

namespace oofgg::storage {

MemoryRevocations::MemoryRevocations() : log_id_(base::HexEncode(RandomSource::System().Bytes(16))) {}

void MemoryRevocations::Append(std::string_view session_id, WallTime now, WallTime until) {
  entries_.push_back(
      {.sequence = ++head_, .session_id = std::string(session_id), .revoked_at = now, .until = until});
}

void MemoryRevocations::AppendDeletion(std::string_view user_id, WallTime now, WallTime until) {
  entries_.push_back({.sequence = ++head_,
                      .session_id = {},
                      .revoked_at = now,
                      .until = until,
                      .user_id = std::string(user_id)});
}

auth::RevocationPage MemoryRevocations::Read(std::int64_t sequence, std::size_t limit) const {
  auth::RevocationPage page = {.log_id = log_id_, .floor = floor_, .head = head_, .entries = {}};
  const auto first = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const auto& entry) { return entry.sequence > sequence; });
  const auto left = static_cast<std::size_t>(entries_.end() - first);
  std::copy_n(first, std::min(limit, left), std::back_inserter(page.entries));
  return page;
}

std::size_t MemoryRevocations::Purge(WallTime now, std::size_t limit) {
  std::size_t gone = 0;
  bool at_front = true;
  std::erase_if(entries_, [&](const auth::Revocation& entry) {
    const bool is_over = entry.until < now;
    at_front = at_front && (is_over || entry.IsDeletion());
    if (gone == limit || !is_over || !(at_front || entry.IsDeletion())) return false;
    if (at_front) floor_ = entry.sequence;
    ++gone;
    return true;
  });
  return gone;
}

}  // namespace oofgg::storage
