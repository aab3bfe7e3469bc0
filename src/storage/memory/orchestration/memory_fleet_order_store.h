#pragma once

#include <map>
#include <mutex>
#include <string>

#include "orchestration/fleet_order_store.h"

namespace oofgg::storage {

/// A `FleetOrderStore` that forgets all when it goes. Each call is short and never fails.
class MemoryFleetOrderStore final : public orchestration::FleetOrderStore {
 public:
  StatusOr<orchestration::FleetOrders> Find(std::string_view fleet) override;
  Status Put(std::string_view fleet, const orchestration::FleetOrders& orders) override;
  Status TellPace(std::string_view fleet, const orchestration::FleetPace& pace) override;
  StatusOr<std::optional<orchestration::FleetPace>> Pace(std::string_view fleet) override;

 private:
  std::mutex mutex_;  // Guards all below.
  std::map<std::string, orchestration::FleetOrders, std::less<>> orders_;
  std::map<std::string, orchestration::FleetPace, std::less<>> paces_;
};

}  // namespace oofgg::storage
