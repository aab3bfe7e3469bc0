#include "oofgg/fleet_client.h"

#include "client/unary.h"

namespace oofgg {

namespace methods = wire::methods;
using internal::Block;
using internal::CallBack;

StatusOr<GameServers> FleetClient::ListGameServers(const ListGameServersRequest& request,
                                                   const CallOptions& options) {
  return Block<methods::ListGameServers>(core_, request, options);
}

Call FleetClient::ListGameServers(const ListGameServersRequest& request,
                                  std::function<void(StatusOr<GameServers>)> on_done,
                                  const CallOptions& options) {
  return CallBack<methods::ListGameServers>(core_, request, std::move(on_done), options);
}

StatusOr<GameServerLease> FleetClient::RegisterGameServer(const RegisterGameServerRequest& request,
                                                          const CallOptions& options) {
  return Block<methods::RegisterGameServer>(core_, request, options);
}

Call FleetClient::RegisterGameServer(const RegisterGameServerRequest& request,
                                     std::function<void(StatusOr<GameServerLease>)> on_done,
                                     const CallOptions& options) {
  return CallBack<methods::RegisterGameServer>(core_, request, std::move(on_done), options);
}

StatusOr<GameServerLease> FleetClient::ReportGameServer(const ReportGameServerRequest& request,
                                                        const CallOptions& options) {
  return Block<methods::ReportGameServer>(core_, request, options);
}

Call FleetClient::ReportGameServer(const ReportGameServerRequest& request,
                                   std::function<void(StatusOr<GameServerLease>)> on_done,
                                   const CallOptions& options) {
  return CallBack<methods::ReportGameServer>(core_, request, std::move(on_done), options);
}

StatusOr<DeregisterGameServerResponse> FleetClient::DeregisterGameServer(
    const DeregisterGameServerRequest& request, const CallOptions& options) {
  return Block<methods::DeregisterGameServer>(core_, request, options);
}

Call FleetClient::DeregisterGameServer(const DeregisterGameServerRequest& request,
                                       std::function<void(StatusOr<DeregisterGameServerResponse>)> on_done,
                                       const CallOptions& options) {
  return CallBack<methods::DeregisterGameServer>(core_, request, std::move(on_done), options);
}

StatusOr<Fleets> FleetClient::ListFleets(const ListFleetsRequest& request, const CallOptions& options) {
  return Block<methods::ListFleets>(core_, request, options);
}

Call FleetClient::ListFleets(const ListFleetsRequest& request, std::function<void(StatusOr<Fleets>)> on_done,
                             const CallOptions& options) {
  return CallBack<methods::ListFleets>(core_, request, std::move(on_done), options);
}

StatusOr<FleetInfo> FleetClient::ScaleFleet(const ScaleFleetRequest& request, const CallOptions& options) {
  return Block<methods::ScaleFleet>(core_, request, options);
}

Call FleetClient::ScaleFleet(const ScaleFleetRequest& request,
                             std::function<void(StatusOr<FleetInfo>)> on_done, const CallOptions& options) {
  return CallBack<methods::ScaleFleet>(core_, request, std::move(on_done), options);
}

StatusOr<DrainedServers> FleetClient::DrainServers(const DrainServersRequest& request,
                                                   const CallOptions& options) {
  return Block<methods::DrainServers>(core_, request, options);
}

Call FleetClient::DrainServers(const DrainServersRequest& request,
                               std::function<void(StatusOr<DrainedServers>)> on_done,
                               const CallOptions& options) {
  return CallBack<methods::DrainServers>(core_, request, std::move(on_done), options);
}

StatusOr<FleetInfo> FleetClient::UpdateFleet(const UpdateFleetRequest& request, const CallOptions& options) {
  return Block<methods::UpdateFleet>(core_, request, options);
}

Call FleetClient::UpdateFleet(const UpdateFleetRequest& request,
                              std::function<void(StatusOr<FleetInfo>)> on_done, const CallOptions& options) {
  return CallBack<methods::UpdateFleet>(core_, request, std::move(on_done), options);
}

}  // namespace oofgg
