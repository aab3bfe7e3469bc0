#pragma once

#include <vector>

#include "oofgg/caller.h"
#include "oofgg/model/fleet.h"
#include "oofgg/status.h"
#include "orchestration/fleet_door.h"

namespace oofgg::orchestration {

/// What operators may know of the game servers: `oofgg.v1.FleetService` without its wire.
/// Threads: safe. Methods wait for the fleets' executor, so not on it.
class FleetFacade {
 public:
  /// Tells of this fleet too. Before the first call; `fleet` must outlive the facade.
  void AddFleet(FleetDoor& fleet) { fleets_.push_back(&fleet); }

  /// All servers, or those of one fleet. kUnauthenticated without a caller; kPermissionDenied unless the role
  /// is `admin` or `service`; kNotFound for a fleet that is not there; kUnavailable while nobody works on it;
  /// kDeadlineExceeded.
  [[nodiscard]] StatusOr<GameServers> ListGameServers(const CallContext& context,
                                                      const ListGameServersRequest& request);

 private:
  std::vector<FleetDoor*> fleets_;
};

}  // namespace oofgg::orchestration
