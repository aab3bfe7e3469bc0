#include "servers/cli/load/presence_load.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "oofgg/parse.h"
#include "servers/cli/load/cluster.h"
#include "servers/cli/load/knock.h"
#include "servers/cli/load/load_setup.h"
#include "servers/cli/load/loopback.h"
#include "servers/cli/load/own_network.h"

namespace oofgg::load {
namespace {

constexpr std::uint32_t kMostWithoutNamespace = 200'000;  // Connection tracking ends at some 262,144.

/// Where the users go: a server that somebody started, or a cluster of our own.
struct Target {
  std::vector<sockaddr_in> servers;
  std::unique_ptr<Cluster> cluster{};
};

std::size_t PhasesFor(const PresenceLoadOptions& options) {
  const std::size_t chaos = options.cluster.chaos.count() > 0 ? kFaults + 1 : 0;
  const std::size_t others = (options.cluster.drain ? 1U : 0U) + (options.cluster.kill ? 1U : 0U);
  return options.steps.size() + options.rates.size() + chaos + others;
}

/// Who may not have one does without where that is good enough.
Status EnterNetwork(const PresenceLoadOptions& options, const LoadProgress& progress) {
  if (!options.cluster.own_network) return {};
  Status entered = EnterOwnNetwork();
  if (entered.ok() || options.steps.back() > kMostWithoutNamespace) return entered;
  progress(std::string(entered.message()) + "; on this machine's own loopback instead", true);
  return {};
}

StatusOr<Target> StartCluster(const PresenceLoadOptions& options, const LoadProgress& progress) {
  OOFGG_RETURN_IF_ERROR(CheckCapacity(options, RaiseDescriptors()));
  OOFGG_ASSIGN_OR_RETURN(const ClusterPrograms programs, FindClusterPrograms());
  OOFGG_RETURN_IF_ERROR(EnterNetwork(options, progress));
  OOFGG_ASSIGN_OR_RETURN(auto cluster, Cluster::Start(programs, options.cluster.instances,
                                                      options.cluster.chaos.count() > 0, progress));
  const auto servers = cluster->servers();
  return Target{.servers = {servers.begin(), servers.end()}, .cluster = std::move(cluster)};
}

StatusOr<Target> FindTarget(const PresenceLoadOptions& options, const LoadProgress& progress) {
  if (options.cluster.instances > 0) return StartCluster(options, progress);
  OOFGG_ASSIGN_OR_RETURN(const sockaddr_in server, LoopbackServer(options.server));
  OOFGG_RETURN_IF_ERROR(Knock(options, server));
  return Target{.servers = {server}};
}

}  // namespace

StatusOr<LoadReport> RunPresenceLoad(const PresenceLoadOptions& options, const LoadProgress& progress) {
  OOFGG_RETURN_IF_ERROR(Check(options));
  OOFGG_RETURN_IF_ERROR(LoopbackServer(options.server).status());
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
  OOFGG_ASSIGN_OR_RETURN(const Target target, FindTarget(options, progress));
  const std::uint32_t workers = WorkersFor(options);
  OOFGG_ASSIGN_OR_RETURN(SharedCounts counts, SharedCounts::Make(workers, PhasesFor(options)));
  const LinkPlan plan{.servers = target.servers,
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
                    .instances = options.cluster.instances,
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
                       .followers = followers,
                       .cluster = target.cluster.get()},
                      std::move(counts));
  OOFGG_RETURN_IF_ERROR(conductor.Run(report));
  return report;
}

}  // namespace oofgg::load
