#include "servers/cli/load/presence_load.h"

#include <optional>
#include <utility>

#include "oofgg/parse.h"
#include "servers/cli/load/knock.h"
#include "servers/cli/load/load_setup.h"
#include "servers/cli/load/loopback.h"

namespace oofgg::load {

StatusOr<LoadReport> RunPresenceLoad(const PresenceLoadOptions& options, const LoadProgress& progress) {
  OOFGG_RETURN_IF_ERROR(Check(options));
  OOFGG_ASSIGN_OR_RETURN(const sockaddr_in server, LoopbackServer(options.server));
  OOFGG_RETURN_IF_ERROR(ReadCost(options.server_pids).status());
  const FriendGraph graph = BuildGraph(options);
  if (graph.longest_list() > kMostFriends) {
    return InvalidField("--friends", "makes a list of more than 5000; ask for fewer");
  }
  const User users = graph.users();
  OOFGG_ASSIGN_OR_RETURN(const SourcePlan sources,
                         PlanSources(options.source, users, PerAddress(options, graph)));
  OOFGG_ASSIGN_OR_RETURN(TruthBoard truth, TruthBoard::Make(users));
  OOFGG_ASSIGN_OR_RETURN(Followers followers, Followers::Make(graph, truth));
  std::optional<TlsClient> tls;
  if (options.protocol == Protocol::kTls) {
    OOFGG_ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(options.server));
    OOFGG_ASSIGN_OR_RETURN(tls, TlsClient::Make(options.ca_file, address.host));
  }
  OOFGG_RETURN_IF_ERROR(Knock(options, server));
  const std::uint32_t workers = WorkersFor(options);
  const std::size_t phases = options.steps.size() + options.rates.size();
  OOFGG_ASSIGN_OR_RETURN(SharedCounts counts, SharedCounts::Make(workers, phases));
  const LinkPlan plan{.servers = {&server, 1},
                      .sources = sources,
                      .graph = graph,
                      .truth = truth,
                      .first_id = FirstId(options),
                      .workers = workers,
                      .users = users,
                      .keep_alive = ToNanos(options.keep_alive)};
  const FriendGraph::MostWatched most = graph.FindMostWatched();
  LoadReport report{.protocol = NameOf(options.protocol),
                    .graph = NameOf(options.shape),
                    .connections = users,
                    .friends = options.friends,
                    .seed = options.seed,
                    .workers = workers,
                    .source_addresses = sources.addresses,
                    .list_entries = graph.entries(),
                    .most_watched_id = plan.IdOf(most.user),
                    .most_watched_by = most.followers};
  Conductor conductor({.options = options,
                       .progress = progress,
                       .plan = plan,
                       .tls = tls,
                       .truth = truth,
                       .followers = followers},
                      std::move(counts));
  OOFGG_RETURN_IF_ERROR(conductor.Run(report));
  return report;
}

}  // namespace oofgg::load
