#include "orchestration/fleet_facade.h"

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "base/require_role.h"

namespace oofgg::orchestration {
namespace {

/// A list is made in microseconds once the executor is free; longer than this it is stuck.
constexpr std::chrono::seconds kPatience{5};

StatusOr<std::vector<GameServerInfo>> ServersOf(FleetDoor& fleet) {
  // Shared, as the answer may come after we gave up.
  const auto answer = std::make_shared<std::promise<StatusOr<std::vector<GameServerInfo>>>>();
  auto servers = answer->get_future();
  fleet.ListServers(
      [answer](StatusOr<std::vector<GameServerInfo>> list) { answer->set_value(std::move(list)); });
  if (servers.wait_for(kPatience) != std::future_status::ready) {
    return MakeStatus(StatusCode::kDeadlineExceeded,
                      "fleet " + fleet.name() + " did not answer in time; try again");
  }
  return servers.get();
}

}  // namespace

StatusOr<GameServers> FleetFacade::ListGameServers(const CallContext& context,
                                                   const ListGameServersRequest& request) {
  OOFGG_RETURN_IF_ERROR(RequireRole(context, {"admin", "service"}, "list game servers"));
  GameServers all;
  bool found = request.fleet.empty();
  for (FleetDoor* const fleet : fleets_) {
    if (!request.fleet.empty() && fleet->name() != request.fleet) continue;
    found = true;
    OOFGG_ASSIGN_OR_RETURN(auto servers, ServersOf(*fleet));
    all.servers.insert(all.servers.end(), servers.begin(), servers.end());
  }
  if (!found) return MakeStatus(StatusCode::kNotFound, "there is no fleet of that name");
  return all;
}

}  // namespace oofgg::orchestration
