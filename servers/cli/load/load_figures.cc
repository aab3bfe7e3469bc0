#include "servers/cli/load/load_figures.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace oofgg::load {

Latency InShort(const Histogram& histogram) {
  constexpr double kP90 = 0.9;
  constexpr double kP99 = 0.99;
  constexpr double kP999 = 0.999;
  return {histogram.count(),        histogram.Quantile(0.5),   histogram.Quantile(kP90),
          histogram.Quantile(kP99), histogram.Quantile(kP999), histogram.max()};
}

nlohmann::json ToJson(const Latency& latency) {
  return {{"count", latency.count},
          {"p50_us", Micros(latency.p50_ns)},
          {"p90_us", Micros(latency.p90_ns)},
          {"p99_us", Micros(latency.p99_ns)},
          {"p999_us", Micros(latency.p999_ns)},
          {"max_us", Micros(latency.max_ns)}};
}

void AddTo(nlohmann::json& object, const HeardFigures& heard) {
  object["deliveries"] = heard.deliveries;
  object["snapshots"] = heard.snapshots;
  object["repeats"] = heard.repeats;
  object["out_of_order"] = heard.out_of_order;
  object["false_flaps"] = heard.false_flaps;
  object["unplaced"] = heard.unplaced;
  object["strangers"] = heard.strangers;
  object["ambiguous"] = heard.ambiguous;
  object["lost"] = heard.lost;
}

double Micros(std::uint64_t nanos) {
  constexpr double kNanosPerMicro = 1e3;
  return static_cast<double>(nanos) / kNanosPerMicro;
}

std::string FixedText(double value, int digits) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string MillisText(std::uint64_t nanos) {
  constexpr double kNanos = 1e6;
  return FixedText(static_cast<double>(nanos) / kNanos, 3);
}

}  // namespace oofgg::load
