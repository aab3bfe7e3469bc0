#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "servers/cli/load/histogram.h"

namespace oofgg::load {

/// A histogram of nanoseconds in short.
struct Latency {
  std::uint64_t count = 0;
  std::uint64_t p50_ns = 0;
  std::uint64_t p90_ns = 0;
  std::uint64_t p99_ns = 0;
  std::uint64_t p999_ns = 0;
  std::uint64_t max_ns = 0;
};
[[nodiscard]] Latency InShort(const Histogram& histogram);

/// What followers heard.
struct HeardFigures {
  std::uint64_t deliveries = 0;  ///< Changes and repeats: all but what was so before.
  std::uint64_t snapshots = 0;
  std::uint64_t repeats = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t false_flaps = 0;
  std::uint64_t unplaced = 0;
  std::uint64_t strangers = 0;
  std::uint64_t ambiguous = 0;
  std::uint64_t lost = 0;  ///< Friends whom a follower took for something else at the end.
};

[[nodiscard]] nlohmann::json ToJson(const Latency& latency);
/// As members of `object`.
void AddTo(nlohmann::json& object, const HeardFigures& heard);

[[nodiscard]] double Micros(std::uint64_t nanos);
[[nodiscard]] std::string FixedText(double value, int digits);
/// Milliseconds, with three digits behind the point.
[[nodiscard]] std::string MillisText(std::uint64_t nanos);

}  // namespace oofgg::load
