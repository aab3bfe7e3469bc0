#pragma once

#include <functional>
#include <memory>

#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/model/fleet.h"
#include "oofgg/model/registration.h"
#include "oofgg/server_registration.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

/// The maker's game servers: for operators, and for servers that the maker did not start, which register
/// themselves (server_registration.h does that and goes on reporting). Errors, threads and lifetime as of
/// Client.
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

  /// Makes a game server known, under a lease. kPermissionDenied: as above, or the credential or the control
  /// address is not allowed there; kAlreadyExists: another credential has a server of that id, or this run of
  /// it said something else before; kNotFound: no such fleet.
  StatusOr<GameServerLease> RegisterGameServer(const RegisterGameServerRequest& request,
                                               const CallOptions& options = {});
  [[nodiscard]] Call RegisterGameServer(const RegisterGameServerRequest& request,
                                        std::function<void(StatusOr<GameServerLease>)> on_done,
                                        const CallOptions& options = {});

  /// Renews the lease. kNotFound (reason NOT_REGISTERED): it has lapsed; register again.
  StatusOr<GameServerLease> ReportGameServer(const ReportGameServerRequest& request,
                                             const CallOptions& options = {});
  [[nodiscard]] Call ReportGameServer(const ReportGameServerRequest& request,
                                      std::function<void(StatusOr<GameServerLease>)> on_done,
                                      const CallOptions& options = {});

  /// The server has ended; again is as good as once.
  StatusOr<DeregisterGameServerResponse> DeregisterGameServer(const DeregisterGameServerRequest& request,
                                                              const CallOptions& options = {});
  [[nodiscard]] Call DeregisterGameServer(const DeregisterGameServerRequest& request,
                                          std::function<void(StatusOr<DeregisterGameServerResponse>)> on_done,
                                          const CallOptions& options = {});

  /// Registers a game server, waits for the answer, and keeps it registered until the result is dropped.
  /// Errors as of RegisterGameServer.
  StatusOr<std::unique_ptr<ServerRegistration>> KeepRegistered(ServerRegistrationOptions options);

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
