#include "servers/maker/metrics.h"

#include <prometheus/metric_family.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
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

std::vector<FleetInfo> FleetsNow(orchestration::FleetFacade& fleets) {
  CallContext as_operator;
  as_operator.caller = Caller{.user_id = "metrics", .role = "service", .session_id = {}};
  auto listed = fleets.ListFleets(as_operator, {});
  return listed.ok() ? std::move(listed->fleets) : std::vector<FleetInfo>();  // Scraping goes on.
}

void AddValue(MetricFamily& family, ClientMetric metric, double value) {
  (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  family.metric.push_back(std::move(metric));
}

ClientMetric OfFleet(const std::string& fleet, const char* label, std::string value) {
  ClientMetric metric = Labelled("fleet", fleet);
  metric.label.push_back({label, std::move(value)});
  return metric;
}

/// What any maker knows of them: from all makers of one Redis the same.
std::vector<MetricFamily> FleetFamilies(orchestration::FleetFacade& fleets) {
  MetricFamily servers{"oofgg_fleet_servers", "Game servers, by state.", MetricType::Gauge, {}};
  MetricFamily slots{"oofgg_fleet_slots", "Players for whom there are game servers.", MetricType::Gauge, {}};
  MetricFamily reserved{"oofgg_fleet_reserved_slots", "Slots that are taken.", MetricType::Gauge, {}};
  MetricFamily waiting{"oofgg_fleet_waiting_requests", "Requests in line.", MetricType::Gauge, {}};
  for (const FleetInfo& fleet : FleetsNow(fleets)) {
    AddValue(waiting, Labelled("fleet", fleet.name), static_cast<double>(fleet.waiting));
    if (!fleet.has_worker) continue;  // Nobody knows its servers.
    for (const auto& [state, count] : {std::pair("starting", fleet.starting),
                                       {"ready", fleet.ready},
                                       {"draining", fleet.draining},
                                       {"sick", fleet.sick}}) {
      AddValue(servers, OfFleet(fleet.name, "state", state), count);
    }
    AddValue(slots, Labelled("fleet", fleet.name), static_cast<double>(fleet.slots));
    AddValue(reserved, Labelled("fleet", fleet.name), static_cast<double>(fleet.reserved));
  }
  return {std::move(servers), std::move(slots), std::move(reserved), std::move(waiting)};
}

/// What this maker's worker does of them.
std::vector<MetricFamily> WorkFamilies(const FleetCrew& crew) {
  MetricFamily held{
      "oofgg_fleet_held", "1 while this maker works on the fleet; 0: stands by.", MetricType::Gauge, {}};
  MetricFamily events{"oofgg_fleet_events_total",
                      "What became of game servers and players by this maker.",
                      MetricType::Counter,
                      {}};
  const std::vector<FleetCrew::Work> works = crew.Works();
  for (const FleetCrew::Work& work : works) {
    AddValue(held, Labelled("fleet", work.fleet), work.has_it ? 1 : 0);
    const orchestration::FleetCounts& counts = *work.counts;
    for (const auto& [event, count] : {std::pair("start", counts.starts.load()),
                                       {"failed_start", counts.failed_starts.load()},
                                       {"stop", counts.stops.load()},
                                       {"lost", counts.lost.load()},
                                       {"sick", counts.falls.load()},
                                       {"seated", counts.seated.load()},
                                       {"reseated", counts.reseated.load()}}) {
      AddValue(events, OfFleet(work.fleet, "event", event), static_cast<double>(count));
    }
  }
  return {std::move(held), std::move(events)};
}

}  // namespace

void AddMakerMetrics(OpsServer& ops, const matchmaking::MatchmakingFacade& matchmaking,
                     orchestration::FleetFacade& fleets, const FleetCrew& crew) {
  ops.AddCounter("oofgg_tickets_created_total", "Tickets that were created.",
                 [&matchmaking] { return static_cast<double>(matchmaking.counts().created); });
  ops.AddGauge("oofgg_tickets_live", "Tickets that have not ended.",
               [&matchmaking] { return static_cast<double>(matchmaking.counts().live); });
  ops.AddFamilies([&matchmaking] {
    const TicketCounts counts = matchmaking.counts();
    return std::vector<MetricFamily>{TicketEnds(counts), TicketWaits(counts)};
  });
  ops.AddFamilies([&fleets] { return FleetFamilies(fleets); });
  ops.AddFamilies([&crew] { return WorkFamilies(crew); });
}

}  // namespace oofgg::servers
