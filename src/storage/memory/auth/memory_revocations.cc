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

auth::RevocationPage MemoryRevocations::Read(std::int64_t sequence, std::size_t limit) const {
  auth::RevocationPage page = {.log_id = log_id_, .floor = Floor(), .head = head_, .entries = {}};
  const auto first = entries_.begin() + (std::clamp(sequence, page.floor, head_) - page.floor);
  const auto left = static_cast<std::size_t>(entries_.end() - first);
  std::copy_n(first, std::min(limit, left), std::back_inserter(page.entries));
  return page;
}

std::size_t MemoryRevocations::Purge(WallTime now, std::size_t limit) {
  std::size_t gone = 0;
  for (; gone < limit && !entries_.empty() && entries_.front().until < now; ++gone) entries_.pop_front();
  return gone;
}

}  // namespace oofgg::storage
