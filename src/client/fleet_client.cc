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

}  // namespace oofgg
