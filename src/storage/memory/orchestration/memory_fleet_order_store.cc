#include "storage/memory/orchestration/memory_fleet_order_store.h"

namespace oofgg::storage {

using orchestration::FleetOrders;
using orchestration::FleetPace;

StatusOr<FleetOrders> MemoryFleetOrderStore::Find(std::string_view fleet) {
  const std::lock_guard lock(mutex_);
  const auto found = orders_.find(fleet);
  return found == orders_.end() ? FleetOrders() : found->second;
}

Status MemoryFleetOrderStore::Put(std::string_view fleet, const FleetOrders& orders) {
  const std::lock_guard lock(mutex_);
  FleetOrders& stored = orders_[std::string(fleet)];
  if (stored.version != orders.version) {
    return MakeStatus(StatusCode::kAborted, "the orders of the fleet have been changed meanwhile");
  }
  stored = orders;
  ++stored.version;
  return absl::OkStatus();
}

Status MemoryFleetOrderStore::TellPace(std::string_view fleet, const FleetPace& pace) {
  const std::lock_guard lock(mutex_);
  paces_[std::string(fleet)] = pace;
  return absl::OkStatus();
}

StatusOr<std::optional<FleetPace>> MemoryFleetOrderStore::Pace(std::string_view fleet) {
  const std::lock_guard lock(mutex_);
  const auto found = paces_.find(fleet);
  if (found == paces_.end()) return std::nullopt;
  return found->second;
}

}  // namespace oofgg::storage
