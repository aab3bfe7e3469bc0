#pragma once

#include <functional>
#include <memory>

#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/model/fleet.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

/// The maker's game servers, for operators. Errors, threads and lifetime as of Client.
class FleetClient {
 public:
  explicit FleetClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  /// kPermissionDenied: needs the role `admin` or `service`.
  StatusOr<GameServers> ListGameServers(const ListGameServersRequest& request,
                                        const CallOptions& options = {});

  /// kNotFound: there is no fleet of that name.
  StatusOr<Fleets> ListFleets(const ListFleetsRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call ListFleets(const ListFleetsRequest& request,
                                std::function<void(StatusOr<Fleets>)> on_done,
                                const CallOptions& options = {});

  /// Other sizes than are configured. What is ordered outlives every maker, here and in the next two.
  StatusOr<FleetInfo> ScaleFleet(const ScaleFleetRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call ScaleFleet(const ScaleFleetRequest& request,
                                std::function<void(StatusOr<FleetInfo>)> on_done,
                                const CallOptions& options = {});

  /// No new players for these servers, which then stop.
  StatusOr<DrainedServers> DrainServers(const DrainServersRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call DrainServers(const DrainServersRequest& request,
                                  std::function<void(StatusOr<DrainedServers>)> on_done,
                                  const CallOptions& options = {});

  /// Another image or command; ListFleets tells how many servers are still outdated.
  StatusOr<FleetInfo> UpdateFleet(const UpdateFleetRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call UpdateFleet(const UpdateFleetRequest& request,
                                 std::function<void(StatusOr<FleetInfo>)> on_done,
                                 const CallOptions& options = {});
  [[nodiscard]] Call ListGameServers(const ListGameServersRequest& request,
                                     std::function<void(StatusOr<GameServers>)> on_done,
                                     const CallOptions& options = {});

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
