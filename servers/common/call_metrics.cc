#include "servers/common/call_metrics.h"

#include <prometheus/metric_family.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/code_names.h"

namespace oofgg::servers {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using rpc::CallStats;

ClientMetric OfMethod(const CallStats::Row& row) {
  ClientMetric metric;
  metric.label.push_back({"method", std::string(row.path.substr(1))});  // Without the slash.
  return metric;
}

void AddEnds(const CallStats::Row& row, MetricFamily& family) {
  for (std::size_t code = 0; code < row.ended.size(); ++code) {
    if (row.ended[code] == 0) continue;
    ClientMetric metric = OfMethod(row);
    metric.label.push_back({"code", std::string(base::NameOf(static_cast<StatusCode>(code)))});
    metric.counter.value = static_cast<double>(row.ended[code]);
    family.metric.push_back(std::move(metric));
  }
}

void AddTimes(const CallStats::Row& row, MetricFamily& family) {
  if (row.timed == 0) return;  // A stream lasts as long as its peer likes.
  ClientMetric metric = OfMethod(row);
  metric.histogram.sample_count = row.timed;
  metric.histogram.sample_sum = row.seconds;
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < row.within.size(); ++i) {
    so_far += row.within[i];
    metric.histogram.bucket.push_back({.cumulative_count = so_far, .upper_bound = CallStats::kBuckets[i]});
  }
  metric.histogram.bucket.push_back(
      {.cumulative_count = row.timed, .upper_bound = std::numeric_limits<double>::infinity()});
  family.metric.push_back(std::move(metric));
}

void AddOpen(const CallStats::Row& row, MetricFamily& family) {
  ClientMetric metric = OfMethod(row);
  metric.gauge.value = static_cast<double>(row.open);
  family.metric.push_back(std::move(metric));
}

void AddMessages(const CallStats::Row& row, MetricFamily& family) {
  if (row.timed > 0) return;  // A unary method has none.
  for (const auto& [direction, count] : {std::pair("in", row.heard), std::pair("out", row.said)}) {
    ClientMetric metric = OfMethod(row);
    metric.label.push_back({"direction", direction});
    metric.counter.value = static_cast<double>(count);
    family.metric.push_back(std::move(metric));
  }
}

std::vector<MetricFamily> FamiliesOf(const CallStats& calls) {
  MetricFamily ends{"oofgg_rpc_calls_total", "gRPC calls that have ended.", MetricType::Counter, {}};
  MetricFamily times{"oofgg_rpc_seconds", "How long unary gRPC calls took.", MetricType::Histogram, {}};
  MetricFamily open{
      "oofgg_rpc_open_calls", "gRPC calls and streams that have not ended.", MetricType::Gauge, {}};
  MetricFamily messages{"oofgg_rpc_stream_messages_total",
                        "Messages of gRPC streams, to us and from us.",
                        MetricType::Counter,
                        {}};
  for (const CallStats::Row& row : calls.Read()) {
    AddEnds(row, ends);
    AddTimes(row, times);
    AddOpen(row, open);
    AddMessages(row, messages);
  }
  return {std::move(ends), std::move(times), std::move(open), std::move(messages)};
}

}  // namespace

void AddCallMetrics(OpsServer& ops, const rpc::CallStats& calls) {
  ops.AddFamilies([&calls] { return FamiliesOf(calls); });
}

}  // namespace oofgg::servers
