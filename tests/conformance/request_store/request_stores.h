#pragma once

#include <array>
#include <memory>
#include <string>

#include "orchestration/fleet_lease_store.h"
#include "orchestration/fleet_order_store.h"
#include "orchestration/request_store.h"

namespace oofgg::orchestration {

enum class StoreKind { kMemory, kSqlite, kRedis, kRedisCluster };

inline constexpr std::array kAllStores{StoreKind::kMemory, StoreKind::kSqlite, StoreKind::kRedis,
                                       StoreKind::kRedisCluster};

[[nodiscard]] std::string NameOf(StoreKind kind);

/// An empty store and what it stands on.
class StoreOwner {
 public:
  virtual ~StoreOwner() = default;
  [[nodiscard]] virtual RequestStore& store() = 0;
  /// Of the kinds that have them: in memory and on Redis.
  [[nodiscard]] virtual FleetLeaseStore& leases() = 0;
  [[nodiscard]] virtual FleetOrderStore& orders() = 0;
};

/// The same real Redis, or cluster, for all tests of a process; emptied for each.
[[nodiscard]] std::unique_ptr<StoreOwner> MakeStore(StoreKind kind);

}  // namespace oofgg::orchestration
