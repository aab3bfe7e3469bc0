#pragma once

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "oofgg/caller.h"
#include "oofgg/model/fleet.h"
#include "oofgg/status.h"
#include "orchestration/fleet_config.h"
#include "orchestration/fleet_doors.h"
#include "orchestration/fleet_order_store.h"
#include "orchestration/request_store.h"

namespace oofgg::orchestration {

/// What the facade reads and writes; all must outlive it. Without them servers are listed, and no more.
struct FleetFacadeParts {
  RequestStore* requests = nullptr;
  FleetOrderStore* orders = nullptr;
  std::function<std::vector<FleetConfig>()> configured{};  ///< As the fleets are now. For any thread.
  const Clock* clock = nullptr;
};

/// What operators may know of fleets and game servers, and order of them: `oofgg.v1.FleetService` without its
/// wire. What is ordered is stored when a call returns; the fleet's worker, in whatever process, sees to it.
///
/// Threads: safe. Methods read and write stores and wait for the fleets' executors, so not on these.
/// Errors of all: kUnauthenticated without a caller; kPermissionDenied unless the role is `admin` or
/// `service`; kNotFound for a fleet or server that is not there; kUnavailable (a store; or nobody works on
/// the fleet).
class FleetFacade {
 public:
  explicit FleetFacade(FleetFacadeParts parts = {}) : parts_(std::move(parts)) {}

  /// Tells of this fleet too, or again. `fleet` must outlive the facade.
  void AddFleet(FleetDoor& fleet) { fleets_.Add(fleet); }

  /// Tells of it only as long as it has a worker, and takes no orders of sizes and images.
  void CloseFleet(std::string_view name) { fleets_.Close(name); }

  /// All servers, or those of one fleet. kDeadlineExceeded.
  [[nodiscard]] StatusOr<GameServers> ListGameServers(const CallContext& context,
                                                      const ListGameServersRequest& request);

  /// All fleets, or one. Where nobody works on a fleet its servers are missing, and it says so.
  [[nodiscard]] StatusOr<Fleets> ListFleets(const CallContext& context, const ListFleetsRequest& request);

  /// Other sizes than are configured, from now on. kInvalidArgument for a maximum below the reserve;
  /// kFailedPrecondition for a fleet whose servers only register themselves.
  [[nodiscard]] StatusOr<FleetInfo> ScaleFleet(const CallContext& context, const ScaleFleetRequest& request);

  /// No new players for a server, or for all that a fleet has now; each stops when it is empty, or at the
  /// deadline.
  [[nodiscard]] StatusOr<DrainedServers> DrainServers(const CallContext& context,
                                                      const DrainServersRequest& request);

  /// Another image or command than is configured, from now on. Servers that run something else are replaced,
  /// as many at a time as the fleet is configured to, each once its replacement is ready.
  /// kFailedPrecondition as above.
  [[nodiscard]] StatusOr<FleetInfo> UpdateFleet(const CallContext& context,
                                                const UpdateFleetRequest& request);

 private:
  [[nodiscard]] FleetConfig ConfigOf(std::string_view fleet) const;
  [[nodiscard]] StatusOr<FleetInfo> Describe(FleetDoor& fleet) const;
  [[nodiscard]] StatusOr<FleetDoor*> DoorOfServer(std::string_view server_id) const;
  [[nodiscard]] StatusOr<FleetInfo> Change(std::string_view fleet,
                                           const std::function<Status(FleetOrders&)>& change) const;

  const FleetFacadeParts parts_;
  FleetDoors fleets_;
};

}  // namespace oofgg::orchestration
