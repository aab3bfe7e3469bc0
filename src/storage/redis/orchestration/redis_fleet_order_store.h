#pragma once

#include <string>

#include "orchestration/fleet_order_store.h"
#include "storage/redis/row_link.h"

namespace oofgg::storage {

/// What is ordered of fleets, in Redis, for any number of makers; under the hash tag of the fleet's requests.
/// Each call is one round trip, and a change of orders is told to the fleet's worker (fleet_news.h). A pace
/// that nobody tells again is gone after two minutes. Threads: safe; not inside callbacks of `client`, which
/// must outlive it. Whether orders outlive Redis' own process is its matter (storage/redis/durability.h).
class RedisFleetOrderStore final : public orchestration::FleetOrderStore {
 public:
  explicit RedisFleetOrderStore(RedisClient& client, RowOptions options = {});

  StatusOr<orchestration::FleetOrders> Find(std::string_view fleet) override;
  Status Put(std::string_view fleet, const orchestration::FleetOrders& orders) override;
  Status TellPace(std::string_view fleet, const orchestration::FleetPace& pace) override;
  StatusOr<std::optional<orchestration::FleetPace>> Pace(std::string_view fleet) override;

 private:
  const RowLink link_;
  const std::string publish_;
};

}  // namespace oofgg::storage
