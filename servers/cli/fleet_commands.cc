// fleet: the maker's game servers, for operators.

#include <CLI/CLI.hpp>
#include <chrono>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "servers/cli/arguments.h"
#include "servers/cli/context.h"
#include "servers/cli/table.h"
#include "servers/cli/watch.h"

namespace oofgg::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookAgain{1'000};

std::string_view NameOf(GameServerState state) {
  switch (state) {
    case GameServerState::kStarting:
      return "starting";
    case GameServerState::kReady:
      return "ready";
    case GameServerState::kDraining:
      return "draining";
    case GameServerState::kSick:
      return "sick";
  }
  return "unknown";
}

std::string ListText(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : "|") + name;
  return text.empty() ? "any" : text;
}

/// `arena, any mode, eu`, or that it serves nothing by itself.
std::string ServesText(const FleetInfo& fleet) {
  if (fleet.games.empty() && fleet.modes.empty() && fleet.regions.empty()) return "by name";
  return ListText(fleet.games) + " / " + ListText(fleet.modes) + " / " + ListText(fleet.regions);
}

std::string SizeText(const FleetInfo& fleet) {
  return std::to_string(fleet.min_ready) + " to " + (fleet.max ? std::to_string(*fleet.max) : "any") +
         (fleet.is_scaled ? ", ordered" : "");
}

std::string ServersText(const FleetInfo& fleet) {
  if (!fleet.has_worker) return "no worker has it";
  std::string text = std::to_string(fleet.ready) + " ready";
  const auto add = [&text](std::uint32_t count, const char* what) {
    if (count > 0) text += ", " + std::to_string(count) + " " + what;
  };
  add(fleet.starting, "starting");
  add(fleet.draining, "draining");
  add(fleet.sick, "sick");
  add(fleet.outdated, "outdated");
  return text;
}

nlohmann::json ObjectOf(const FleetInfo& fleet) {
  return {{"fleet", fleet.name},
          {"games", fleet.games},
          {"modes", fleet.modes},
          {"regions", fleet.regions},
          {"min_ready", fleet.min_ready},
          {"max", fleet.max ? nlohmann::json(*fleet.max) : nullptr},
          {"image", fleet.image},
          {"command", fleet.command},
          {"is_scaled", fleet.is_scaled},
          {"is_updated", fleet.is_updated},
          {"has_worker", fleet.has_worker},
          {"starting", fleet.starting},
          {"ready", fleet.ready},
          {"draining", fleet.draining},
          {"sick", fleet.sick},
          {"outdated", fleet.outdated},
          {"slots", fleet.slots},
          {"reserved", fleet.reserved},
          {"waiting", fleet.waiting},
          {"trouble", fleet.trouble}};
}

Status ListAll(Context& context, const OperatorKeys& keys) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.admin_client(keys));
  OOFGG_ASSIGN_OR_RETURN(const Fleets fleets, client->fleets().ListFleets({}));
  std::vector<TableRow> rows;
  for (const FleetInfo& fleet : fleets.fleets) {
    rows.push_back({{fleet.name, ServesText(fleet), SizeText(fleet), ServersText(fleet),
                     std::to_string(fleet.reserved) + "/" + std::to_string(fleet.slots),
                     std::to_string(fleet.waiting), fleet.trouble.empty() ? "-" : fleet.trouble},
                    ObjectOf(fleet)});
  }
  PrintTable(context, {"fleet", "game / mode / region", "size", "servers", "seats", "in line", "trouble"},
             rows, "no fleets");
  return {};
}

Status ListServersOf(Context& context, const OperatorKeys& keys, const std::string& fleet) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.admin_client(keys));
  OOFGG_ASSIGN_OR_RETURN(const GameServers servers, client->fleets().ListGameServers({.fleet = fleet}));
  std::vector<TableRow> rows;
  for (const GameServerInfo& server : servers.servers) {
    const std::string state(NameOf(server.state));
    rows.push_back({{server.id, state + (server.outdated ? ", outdated" : ""), server.address,
                     std::to_string(server.reserved) + "/" + std::to_string(server.slots)},
                    {{"server_id", server.id},
                     {"fleet", server.fleet},
                     {"state", state},
                     {"address", server.address},
                     {"slots", server.slots},
                     {"reserved", server.reserved},
                     {"outdated", server.outdated}}});
  }
  PrintTable(context, {"server", "state", "address", "seats"}, rows, "no game servers in fleet " + fleet);
  return {};
}

void PrintFleet(const Context& context, const FleetInfo& fleet) {
  context.Print(fleet.name + ": " + SizeText(fleet) + " servers; " + ServersText(fleet) +
                    (fleet.trouble.empty() ? "" : "; the last one did not start: " + fleet.trouble),
                ObjectOf(fleet));
}

Status Scale(Context& context, const OperatorKeys& keys, const ScaleFleetRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.admin_client(keys));
  OOFGG_ASSIGN_OR_RETURN(const FleetInfo fleet, client->fleets().ScaleFleet(request));
  PrintFleet(context, fleet);
  return {};
}

Status DrainServers(Context& context, const OperatorKeys& keys, const DrainServersRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.admin_client(keys));
  OOFGG_ASSIGN_OR_RETURN(const DrainedServers drained, client->fleets().DrainServers(request));
  context.Print("game servers that take no more players: " + std::to_string(drained.server_ids.size()),
                {{"draining", drained.server_ids}});
  context.Hint("each stops when it is empty" +
               std::string(request.deadline.count() > 0 ? ", or at the deadline" : "") +
               "; `oofgg fleet list NAME` shows them");
  return {};
}

/// Until nothing outdated is left; a line whenever something has changed.
Status FollowUpdate(Context& context, Client& client, FleetInfo fleet, milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (fleet.outdated > 0 || !fleet.has_worker) {
    if (patience.count() > 0 && std::chrono::steady_clock::now() >= until) {
      return MakeStatus(StatusCode::kDeadlineExceeded,
                        "some game servers are still outdated; the update goes on without being watched");
    }
    Watch pause(0);
    OOFGG_ASSIGN_OR_RETURN(const Watch::End end, pause.Wait(kLookAgain));
    if (end == Watch::End::kInterrupted) return {};
    OOFGG_ASSIGN_OR_RETURN(Fleets now, client.fleets().ListFleets({.fleet = fleet.name}));
    if (now.fleets.empty()) return MakeStatus(StatusCode::kNotFound, "the fleet is gone");
    const bool changed = ObjectOf(now.fleets.front()) != ObjectOf(fleet);
    fleet = std::move(now.fleets.front());
    if (changed) PrintFleet(context, fleet);
  }
  context.Hint("all game servers of " + fleet.name + " run what is wanted");
  return {};
}

Status Update(Context& context, const OperatorKeys& keys, const UpdateFleetRequest& request,
              std::optional<milliseconds> watch) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.admin_client(keys));
  OOFGG_ASSIGN_OR_RETURN(FleetInfo fleet, client->fleets().UpdateFleet(request));
  // The worker counts what is outdated once it has seen the order, a moment from now.
  if (watch) {
    Watch pause(0);
    OOFGG_RETURN_IF_ERROR(pause.Wait(kLookAgain).status());
    OOFGG_ASSIGN_OR_RETURN(Fleets now, client->fleets().ListFleets({.fleet = fleet.name}));
    if (!now.fleets.empty()) fleet = std::move(now.fleets.front());
  }
  PrintFleet(context, fleet);
  return watch ? FollowUpdate(context, *client, std::move(fleet), *watch) : Status();
}

void AddList(CLI::App& fleet, const std::shared_ptr<OperatorKeys>& keys, Command* chosen) {
  const auto name = std::make_shared<std::string>();
  auto* list = fleet.add_subcommand("list", "All fleets, or the game servers of one");
  AddText(*list, "name", name.get(), "The fleet whose game servers are listed (default: all fleets)");
  list->callback([=] {
    *chosen = [=](Context& context) {
      return name->empty() ? ListAll(context, *keys) : ListServersOf(context, *keys, *name);
    };
  });
}

void AddScale(CLI::App& fleet, const std::shared_ptr<OperatorKeys>& keys, Command* chosen) {
  constexpr std::int64_t kMost = 100'000;
  struct Numbers {
    std::int64_t min_ready = 0;
    std::int64_t max = 0;
  };
  const auto request = std::make_shared<ScaleFleetRequest>();
  const auto numbers = std::make_shared<Numbers>();
  auto* scale = fleet.add_subcommand("scale", "Other sizes than are configured, until ordered otherwise");
  AddPositional(*scale, "name", &request->fleet, "The fleet");
  auto* min_ready = AddInteger(*scale, "--min-ready", &numbers->min_ready,
                               "Servers with a free slot kept in reserve (default: as it is)", 0, kMost);
  auto* max =
      AddInteger(*scale, "--max", &numbers->max, "Servers at once; 0: none (default: as it is)", 0, kMost);
  scale->add_flag("--reset", request->reset, "First, back to what is configured (default: off)");
  scale->callback([=] {
    if (min_ready->count() > 0) request->min_ready = static_cast<std::uint32_t>(numbers->min_ready);
    if (max->count() > 0) request->max = static_cast<std::uint32_t>(numbers->max);
    *chosen = [=](Context& context) { return Scale(context, *keys, *request); };
  });
}

void AddDrain(CLI::App& fleet, const std::shared_ptr<OperatorKeys>& keys, Command* chosen) {
  const auto request = std::make_shared<DrainServersRequest>();
  const auto deadline = std::make_shared<milliseconds>(0);
  auto* drain =
      fleet.add_subcommand("drain", "No new players for a game server, which stops when it is empty");
  AddText(*drain, "server", &request->server_id, "The server, by its id (default: see --fleet)");
  AddText(*drain, "--fleet", &request->fleet, "All servers that this fleet has now (default: the one named)");
  AddDuration(*drain, "--deadline", deadline.get(),
              "Stop it then with whoever still plays there, such as 30m (default: never)",
              std::chrono::hours(24 * 30));
  drain->callback([=] {
    request->deadline = std::chrono::ceil<std::chrono::seconds>(*deadline);
    *chosen = [=](Context& context) { return DrainServers(context, *keys, *request); };
  });
}

void AddUpdate(CLI::App& fleet, const std::shared_ptr<OperatorKeys>& keys, Command* chosen) {
  struct Words {
    std::string image;
    std::string command;
    bool watch = false;
    milliseconds patience{0};
  };
  const auto request = std::make_shared<UpdateFleetRequest>();
  const auto words = std::make_shared<Words>();
  auto* update = fleet.add_subcommand(
      "update", "Replace the game servers of a fleet, each once another one is ready in its place");
  AddPositional(*update, "name", &request->fleet, "The fleet");
  auto* image = AddText(*update, "--image", &words->image, "The image to run (default: as it is)");
  auto* command = AddText(*update, "--command", &words->command, "The program to run (default: as it is)");
  update->add_flag("--reset", request->reset, "First, back to what is configured (default: off)");
  update->add_flag("--watch", words->watch, "Tell of the progress until it is done (default: off)");
  AddDuration(*update, "--for", &words->patience, "Watch so long at most (default: until it is done)");
  update->callback([=] {
    if (image->count() > 0) request->image = words->image;
    if (command->count() > 0) request->command = words->command;
    *chosen = [=](Context& context) {
      return Update(context, *keys, *request, words->watch ? std::optional(words->patience) : std::nullopt);
    };
  });
}

}  // namespace

void AddFleetCommands(CLI::App& app, Command* chosen) {
  auto* fleet = app.add_subcommand("fleet", "For admins: the maker's game servers")->require_subcommand(1);
  const auto keys = std::make_shared<OperatorKeys>();
  AddOperatorOptions(*fleet, *keys);
  AddList(*fleet, keys, chosen);
  AddScale(*fleet, keys, chosen);
  AddDrain(*fleet, keys, chosen);
  AddUpdate(*fleet, keys, chosen);
}

}  // namespace oofgg::cli
