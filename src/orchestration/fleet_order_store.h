#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "oofgg/status.h"
#include "orchestration/fleet_orders.h"

namespace oofgg::orchestration {

/// What operators ordered of each fleet, and what its worker tells of it: they may be of two processes.
/// Threads: safe. Orders are durable (if the store is) when a call returns; the pace need not be.
/// Errors: kUnavailable (the store cannot be reached), kInternal (it holds what we did not write).
class FleetOrderStore {
 public:
  virtual ~FleetOrderStore() = default;

  /// Those of version 0 if nothing was ever ordered.
  virtual StatusOr<FleetOrders> Find(std::string_view fleet) = 0;

  /// Replaces them if they are still of `orders.version`, and gives them the next one. kAborted if somebody
  /// else has changed them: read again.
  virtual Status Put(std::string_view fleet, const FleetOrders& orders) = 0;

  /// The worker's word; the newest counts.
  virtual Status TellPace(std::string_view fleet, const FleetPace& pace) = 0;
  virtual StatusOr<std::optional<FleetPace>> Pace(std::string_view fleet) = 0;
};

/// Changes orders, again from the start if somebody else has changed them meanwhile. `change` may refuse.
/// What it leaves as it was is not written. Returns what holds now.
[[nodiscard]] StatusOr<FleetOrders> ChangeOrders(FleetOrderStore& store, std::string_view fleet,
                                                 const std::function<Status(FleetOrders&)>& change);

}  // namespace oofgg::orchestration
