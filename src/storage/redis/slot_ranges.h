#pragma once

#include <cstdint>
#include <vector>

#include "oofgg/parse.h"
#include "oofgg/status.h"
#include "storage/redis/redis_reply.h"

namespace oofgg::storage::redis {

/// Slots in a row that have one master.
struct SlotRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  HostPort master{};

  friend bool operator==(const SlotRange&, const SlotRange&) = default;
};

/// Who serves what in a cluster, as one of its nodes sees it.
struct SlotRanges {
  std::vector<SlotRange> ranges{};   ///< By their first slot; none overlaps another. Slots may be left out.
  std::vector<HostPort> replicas{};  ///< Who else knows the same.

  friend bool operator==(const SlotRanges&, const SlotRanges&) = default;
};

/// Reads the answer to `CLUSTER SLOTS`. A node without a host is on the one that was `asked`. Errors: those
/// of `StatusOfError`; kFailedPrecondition: it is no cluster; kUnavailable: no slot has a master (yet);
/// kInternal: the answer is none, or contradicts itself.
[[nodiscard]] StatusOr<SlotRanges> ParseClusterSlots(const RedisReply& reply, const HostPort& asked);

}  // namespace oofgg::storage::redis
