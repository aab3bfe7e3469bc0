#include "servers/maker/metrics.h"

#include <prometheus/metric_family.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oofgg/caller.h"

namespace oofgg::servers {
namespace {

using matchmaking::TicketCounts;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric Labelled(const char* label, std::string value) {
  ClientMetric metric;
  metric.label.push_back({label, std::move(value)});
  return metric;
}

MetricFamily TicketEnds(const TicketCounts& counts) {
  MetricFamily family{"oofgg_tickets_total", "Tickets that have ended, by how.", MetricType::Counter, {}};
  for (const auto& [state, count] :
       {std::pair("assigned", counts.assigned), {"cancelled", counts.cancelled}, {"failed", counts.failed}}) {
    ClientMetric metric = Labelled("state", state);
    metric.counter.value = static_cast<double>(count);
    family.metric.push_back(std::move(metric));
  }
  return family;
}

MetricFamily TicketWaits(const TicketCounts& counts) {
  ClientMetric metric;
  metric.histogram.sample_count = counts.assigned;
  metric.histogram.sample_sum = counts.waited_seconds;
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < TicketCounts::kBuckets.size(); ++i) {
    so_far += counts.waited_within[i];
    metric.histogram.bucket.push_back({.cumulative_count = so_far, .upper_bound = TicketCounts::kBuckets[i]});
  }
  metric.histogram.bucket.push_back(
      {.cumulative_count = counts.assigned, .upper_bound = std::numeric_limits<double>::infinity()});
  return {"oofgg_ticket_wait_seconds",
          "From a ticket's creation until it had a server.",
          MetricType::Histogram,
          {std::move(metric)}};
}

constexpr std::array<std::string_view, 4> kServerStates{"starting", "ready", "draining", "sick"};

struct FleetSums {
  std::array<double, kServerStates.size()> servers{};
  double slots = 0;
  double reserved = 0;
};

std::map<std::string, FleetSums> SumsOf(orchestration::FleetFacade& fleets) {
  CallContext as_operator;
  as_operator.caller = Caller{.user_id = "metrics", .role = "service", .session_id = {}};
  std::map<std::string, FleetSums> sums;
  const auto listed = fleets.ListGameServers(as_operator, {});
  if (!listed.ok()) return sums;  // A fleet that is stuck is missing; scraping goes on.
  for (const GameServerInfo& server : listed->servers) {
    FleetSums& sum = sums[server.fleet];
    ++sum.servers[static_cast<std::size_t>(server.state)];
    sum.slots += server.slots;
    sum.reserved += server.reserved;
  }
  return sums;
}

std::vector<MetricFamily> FleetFamilies(orchestration::FleetFacade& fleets) {
  MetricFamily servers{"oofgg_fleet_servers", "Game servers, by state.", MetricType::Gauge, {}};
  MetricFamily slots{"oofgg_fleet_slots", "Players for whom there are game servers.", MetricType::Gauge, {}};
  MetricFamily reserved{"oofgg_fleet_reserved_slots", "Slots that are taken.", MetricType::Gauge, {}};
  const auto add = [](MetricFamily& family, ClientMetric metric, double value) {
    metric.gauge.value = value;
    family.metric.push_back(std::move(metric));
  };
  for (const auto& [fleet, sum] : SumsOf(fleets)) {
    for (std::size_t state = 0; state < kServerStates.size(); ++state) {
      ClientMetric metric = Labelled("fleet", fleet);
      metric.label.push_back({"state", std::string(kServerStates[state])});
      add(servers, std::move(metric), sum.servers[state]);
    }
    add(slots, Labelled("fleet", fleet), sum.slots);
    add(reserved, Labelled("fleet", fleet), sum.reserved);
  }
  return {std::move(servers), std::move(slots), std::move(reserved)};
}

}  // namespace

void AddMakerMetrics(OpsServer& ops, const matchmaking::MatchmakingFacade& matchmaking,
                     orchestration::FleetFacade& fleets) {
  ops.AddCounter("oofgg_tickets_created_total", "Tickets that were created.",
                 [&matchmaking] { return static_cast<double>(matchmaking.counts().created); });
  ops.AddGauge("oofgg_tickets_live", "Tickets that have not ended.",
               [&matchmaking] { return static_cast<double>(matchmaking.counts().live); });
  ops.AddFamilies([&matchmaking] {
    const TicketCounts counts = matchmaking.counts();
    return std::vector<MetricFamily>{TicketEnds(counts), TicketWaits(counts)};
  });
  ops.AddFamilies([&fleets] { return FleetFamilies(fleets); });
}

}  // namespace oofgg::servers
