#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "servers/cli/load/load_figures.h"

namespace oofgg::load {

/// What is done to a cluster.
enum class Fault : std::uint8_t { kKill, kPause, kDrain, kStopRedis, kKillRedis, kFailOver };
inline constexpr std::size_t kFaults = 6;
[[nodiscard]] std::string NameOf(Fault fault);

/// What came of faults of one kind.
struct FaultFigures {
  std::string kind;
  std::uint32_t times = 0;
  std::uint64_t cut = 0;       ///< Users who lost their server by it.
  std::uint64_t returned = 0;  ///< Of them and of those who came online later, who found another one.
  Latency back;                ///< From when they lost it until that one had answered.
  std::uint64_t changes = 0;   ///< Meanwhile.
  Latency latency;  ///< Of these; of a kill without changes, from it until followers heard who was gone.
  HeardFigures heard;
  std::uint64_t stale_ns = 0;  ///< For how long at most a belief was wrong.
};

struct ChaosFigures {
  double seconds = 0;
  bool settled = false;              ///< It was not interrupted, so that `heard.lost` was counted.
  std::vector<FaultFigures> faults;  ///< By kind.
  HeardFigures heard;                ///< After the last one; `lost` is what is wrong in the end.

  /// For how long at most a belief was wrong.
  [[nodiscard]] std::uint64_t stale_ns() const;
};

[[nodiscard]] nlohmann::json ToJson(const FaultFigures& fault);
[[nodiscard]] nlohmann::json ToJson(const ChaosFigures& chaos);

/// A row of a table for people.
[[nodiscard]] std::vector<std::string> FaultTitles();
[[nodiscard]] std::vector<std::string> FaultCells(const std::string& name, const FaultFigures& fault);

}  // namespace oofgg::load
