#include "orchestration/fleet_order_store.h"

namespace oofgg::orchestration {

StatusOr<FleetOrders> ChangeOrders(FleetOrderStore& store, std::string_view fleet,
                                   const std::function<Status(FleetOrders&)>& change) {
  constexpr int kTries = 20;  // Operators are few; more than this is something else.
  Status status;
  for (int i = 0; i < kTries; ++i) {
    OOFGG_ASSIGN_OR_RETURN(const FleetOrders before, store.Find(fleet));
    FleetOrders orders = before;
    OOFGG_RETURN_IF_ERROR(change(orders));
    if (orders == before) return orders;
    status = store.Put(fleet, orders);
    if (status.ok()) ++orders.version;
    if (status.ok()) return orders;
    if (!absl::IsAborted(status)) return status;
  }
  return status;
}

}  // namespace oofgg::orchestration
