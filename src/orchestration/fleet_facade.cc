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

/// A worker that has something to tell tells it every few seconds.
constexpr std::chrono::minutes kOldWord{1};

Status CheckStarts(const FleetConfig& fleet, std::string_view what) {
  if (fleet.options.starts_servers) return absl::OkStatus();
  return MakeStatus(
      StatusCode::kFailedPrecondition,
      "fleet " + fleet.options.name +
          " starts no game servers (CONTAINER_BACKEND=none), they register themselves: there is "
          "nothing to " +
          std::string(what));
}

void CountServers(const std::vector<GameServerInfo>& servers, FleetInfo& info) {
  for (const GameServerInfo& server : servers) {
    std::uint32_t& in_state = server.state == GameServerState::kStarting   ? info.starting
                              : server.state == GameServerState::kReady    ? info.ready
                              : server.state == GameServerState::kDraining ? info.draining
                                                                           : info.sick;
    ++in_state;
    if (server.outdated) ++info.outdated;
    info.slots += server.slots;
    info.reserved += server.reserved;
  }
}

}  // namespace

StatusOr<GameServers> FleetFacade::ListGameServers(const CallContext& context,
                                                   const ListGameServersRequest& request) {
  OOFGG_RETURN_IF_ERROR(RequireRole(context, {"admin", "service"}, "list game servers"));
  GameServers all;
  bool found = request.fleet.empty();
  for (FleetDoor* const fleet : fleets_.All()) {
    if (!request.fleet.empty() && fleet->name() != request.fleet) continue;
    found = true;
    const auto servers = ServersOf(*fleet);
    if (!servers.ok() && !fleets_.IsOpen(fleet->name())) continue;  // It is over.
    OOFGG_RETURN_IF_ERROR(servers.status());
    all.servers.insert(all.servers.end(), servers->begin(), servers->end());
  }
  if (!found) return MakeStatus(StatusCode::kNotFound, "there is no fleet of that name");
  return all;
}

FleetConfig FleetFacade::ConfigOf(std::string_view fleet) const {
  const auto fleets = parts_.configured ? parts_.configured() : std::vector<FleetConfig>();
  for (const FleetConfig& config : fleets) {
    if (config.options.name == fleet) return config;
  }
  return {};
}

StatusOr<FleetInfo> FleetFacade::Describe(FleetDoor& fleet) const {
  const FleetConfig config = ConfigOf(fleet.name());
  OOFGG_ASSIGN_OR_RETURN(const FleetOrders orders, parts_.orders->Find(fleet.name()));
  OOFGG_ASSIGN_OR_RETURN(const RequestStore::Line line, parts_.requests->Waiting(fleet.name()));
  OOFGG_ASSIGN_OR_RETURN(const auto pace, parts_.orders->Pace(fleet.name()));
  FleetInfo info;
  info.name = fleet.name();
  info.games = config.serves.games;
  info.modes = config.serves.modes;
  info.regions = config.serves.regions;
  info.min_ready = static_cast<std::uint32_t>(orders.min_ready.value_or(config.options.min_ready));
  const auto max = orders.max ? orders.max : config.options.max;
  if (max) info.max = static_cast<std::uint32_t>(*max);
  info.image = orders.image.value_or(config.options.image);
  info.command = orders.command.value_or(config.options.command);
  info.is_scaled = orders.min_ready || orders.max;
  info.is_updated = orders.image || orders.command;
  info.waiting = line.requests;
  if (pace && parts_.clock->WallNow() - pace->told < kOldWord) info.trouble = pace->trouble;
  const auto servers = ServersOf(fleet);
  info.has_worker = servers.ok();
  if (servers.ok()) CountServers(*servers, info);
  return info;
}

StatusOr<Fleets> FleetFacade::ListFleets(const CallContext& context, const ListFleetsRequest& request) {
  OOFGG_RETURN_IF_ERROR(RequireRole(context, {"admin", "service"}, "list fleets"));
  if (!request.fleet.empty()) OOFGG_RETURN_IF_ERROR(fleets_.Find(request.fleet).status());
  Fleets all;
  for (FleetDoor* const fleet : fleets_.All()) {
    if (!request.fleet.empty() && fleet->name() != request.fleet) continue;
    OOFGG_ASSIGN_OR_RETURN(FleetInfo info, Describe(*fleet));
    if (!info.has_worker && !fleets_.IsOpen(fleet->name())) continue;  // It is over.
    all.fleets.push_back(std::move(info));
  }
  return all;
}

StatusOr<FleetInfo> FleetFacade::Change(std::string_view fleet,
                                        const std::function<Status(FleetOrders&)>& change) const {
  OOFGG_ASSIGN_OR_RETURN(FleetDoor* const door, fleets_.Find(fleet));
  OOFGG_RETURN_IF_ERROR(ChangeOrders(*parts_.orders, fleet, change).status());
  door->OrdersChanged();
  return Describe(*door);
}

StatusOr<FleetInfo> FleetFacade::ScaleFleet(const CallContext& context, const ScaleFleetRequest& request) {
  OOFGG_RETURN_IF_ERROR(RequireRole(context, {"admin", "service"}, "scale fleets"));
  if (!request.min_ready && !request.max && !request.reset) {
    return InvalidField("min_ready", "is missing, and so is max; give one of them, or reset");
  }
  const FleetConfig config = ConfigOf(request.fleet);
  OOFGG_RETURN_IF_ERROR(fleets_.FindOpen(request.fleet).status());
  if (!request.reset) OOFGG_RETURN_IF_ERROR(CheckStarts(config, "scale"));
  return Change(request.fleet, [&](FleetOrders& orders) -> Status {
    if (request.reset) orders.min_ready = orders.max = std::nullopt;
    if (request.min_ready) orders.min_ready = *request.min_ready;
    if (request.max) orders.max = *request.max;
    const std::size_t min_ready = orders.min_ready.value_or(config.options.min_ready);
    const auto max = orders.max ? orders.max : config.options.max;
    if (!max || min_ready <= *max || !request.min_ready) return {};
    return InvalidField("min_ready", "is " + std::to_string(min_ready) + ", more than the maximum of " +
                                         std::to_string(*max) + "; give a larger max too");
  });
}

StatusOr<FleetDoor*> FleetFacade::DoorOfServer(std::string_view server_id) const {
  for (FleetDoor* const fleet : fleets_.All()) {
    const auto servers = ServersOf(*fleet);
    if (!servers.ok()) continue;
    for (const GameServerInfo& server : *servers) {
      if (server.id == server_id) return fleet;
    }
  }
  return MakeStatus(StatusCode::kNotFound, "no fleet has a game server of that id");
}

StatusOr<DrainedServers> FleetFacade::DrainServers(const CallContext& context,
                                                   const DrainServersRequest& request) {
  OOFGG_RETURN_IF_ERROR(RequireRole(context, {"admin", "service"}, "drain game servers"));
  if (request.server_id.empty() == request.fleet.empty()) {
    return InvalidField("server_id", "or fleet must be given, and not both");
  }
  OOFGG_ASSIGN_OR_RETURN(FleetDoor* const fleet, request.fleet.empty() ? DoorOfServer(request.server_id)
                                                                       : fleets_.Find(request.fleet));
  DrainedServers drained;
  if (!request.server_id.empty()) {
    drained.server_ids.push_back(request.server_id);
  } else {
    OOFGG_ASSIGN_OR_RETURN(const auto servers, ServersOf(*fleet));
    for (const GameServerInfo& server : servers) drained.server_ids.push_back(server.id);
  }
  const WallTime until =
      request.deadline.count() > 0 ? parts_.clock->WallNow() + request.deadline : FleetOrders::kNoDeadline;
  const auto changed = Change(fleet->name(), [&](FleetOrders& orders) {
    for (const std::string& id : drained.server_ids) orders.draining[id] = until;
    return Status();
  });
  OOFGG_RETURN_IF_ERROR(changed.status());
  return drained;
}

StatusOr<FleetInfo> FleetFacade::UpdateFleet(const CallContext& context, const UpdateFleetRequest& request) {
  OOFGG_RETURN_IF_ERROR(RequireRole(context, {"admin", "service"}, "update fleets"));
  if (!request.image && !request.command && !request.reset) {
    return InvalidField("image", "is missing, and so is command; give one of them, or reset");
  }
  OOFGG_RETURN_IF_ERROR(fleets_.FindOpen(request.fleet).status());
  if (!request.reset) OOFGG_RETURN_IF_ERROR(CheckStarts(ConfigOf(request.fleet), "update"));
  return Change(request.fleet, [&](FleetOrders& orders) {
    if (request.reset) orders.image = orders.command = std::nullopt;
    if (request.image) orders.image = *request.image;
    if (request.command) orders.command = *request.command;
    return Status();
  });
}

}  // namespace oofgg::orchestration
