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

}  // namespace oofgg
