#pragma once

#include <string>
#include <utility>

#include "orchestration/fleet_door.h"
#include "orchestration/fleet_lease_store.h"

namespace oofgg::orchestration {

/// A fleet that some process works on, this one perhaps: where the store itself tells the worker what it
/// should look at, nothing is left to tell. Threads: safe. `leases` must outlive it.
class RemoteFleet final : public FleetDoor {
 public:
  RemoteFleet(std::string name, FleetLeaseStore& leases) : name_(std::move(name)), leases_(leases) {}

  [[nodiscard]] const std::string& name() const override { return name_; }
  void Wake() override {}
  void SeatsReleased() override {}
  void SeatDenied(std::string_view /*server_id*/) override {}
  /// As its worker left word, about a second ago at most; answers inside the call, which reads the store.
  void ListServers(OnListed on_listed) override;

 private:
  const std::string name_;
  FleetLeaseStore& leases_;
};

}  // namespace oofgg::orchestration
