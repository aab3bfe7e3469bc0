#include "servers/cli/load/fault_figures.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace oofgg::load {

std::string NameOf(Fault fault) {
  switch (fault) {
    case Fault::kKill:
      return "kill";
    case Fault::kPause:
      return "pause";
    case Fault::kDrain:
      return "drain";
    case Fault::kStopRedis:
      return "stop-redis";
    case Fault::kKillRedis:
      return "kill-redis";
    default:
      return "fail-over";
  }
}

std::uint64_t ChaosFigures::stale_ns() const {
  std::uint64_t longest = 0;
  for (const FaultFigures& fault : faults) longest = std::max(longest, fault.stale_ns);
  return longest;
}

nlohmann::json ToJson(const FaultFigures& fault) {
  nlohmann::json object = {{"kind", fault.kind},
                           {"times", fault.times},
                           {"cut", fault.cut},
                           {"returned", fault.returned},
                           {"back", ToJson(fault.back)},
                           {"changes", fault.changes},
                           {"latency", ToJson(fault.latency)},
                           {"longest_stale_us", Micros(fault.stale_ns)}};
  AddTo(object, fault.heard);
  return object;
}

nlohmann::json ToJson(const ChaosFigures& chaos) {
  nlohmann::json object = {{"seconds", chaos.seconds},
                           {"longest_stale_us", Micros(chaos.stale_ns())},
                           {"faults", nlohmann::json::array()}};
  if (chaos.settled) object["wrong"] = chaos.heard.lost;
  for (const FaultFigures& fault : chaos.faults) object["faults"].push_back(ToJson(fault));
  return object;
}

std::vector<std::string> FaultTitles() {
  return {"fault",  "times",  "users cut", "back p50 ms", "back max ms",  "changes", "heard",
          "p50 ms", "p99 ms", "last ms",   "flaps",       "stale max ms", "lost"};
}

std::vector<std::string> FaultCells(const std::string& name, const FaultFigures& fault) {
  return {name,
          std::to_string(fault.times),
          std::to_string(fault.cut),
          MillisText(fault.back.p50_ns),
          MillisText(fault.back.max_ns),
          std::to_string(fault.changes),
          std::to_string(fault.latency.count),
          MillisText(fault.latency.p50_ns),
          MillisText(fault.latency.p99_ns),
          MillisText(fault.latency.max_ns),
          std::to_string(fault.heard.false_flaps),
          MillisText(fault.stale_ns),
          std::to_string(fault.heard.lost)};
}

}  // namespace oofgg::load
