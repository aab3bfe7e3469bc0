#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "servers/cli/load/fault_figures.h"
#include "servers/cli/load/load_figures.h"
#include "servers/cli/load/process_cost.h"
#include "servers/cli/load/redis_figures.h"

namespace oofgg::load {

/// What Redis was used meanwhile.
struct RedisUse {
  double seconds = 0;  ///< Settling included.
  double cpu_s = 0;
  RedisFigures figures;
};

struct RedisCost {
  ProcessCost process;
  RedisFigures figures;
};

/// What the parts of a run hold at one moment, and what they have used until then.
struct PartFigures {
  std::optional<ProcessCost> server;  ///< All processes of it together.
  ProcessCost load;                   ///< All of it together.
  KernelMemory kernel;
  std::optional<RedisCost> redis;  ///< Of a cluster.
};

struct StepFigures : PartFigures {
  std::uint32_t connections = 0;  ///< Ready.
  double connect_seconds = 0;     ///< From the first connect of this step to the last answer.
  std::uint32_t connected = 0;    ///< In this step.
  Latency hello;
  Latency online;  ///< From connect to a friend's bytes.
  HeardFigures heard;
};

/// Parts are as they were at the end.
struct RateFigures : PartFigures {
  double asked_per_s = 0;
  double seconds = 0;
  std::uint64_t changes = 0;
  Latency latency;
  Latency lateness;
  HeardFigures heard;
  std::optional<double> server_cpu_s;
  double load_cpu_s = 0;
  std::optional<RedisUse> redis_use;
  /// Of the celebrity alone; nothing if there is none.
  struct Celebrity {
    std::uint64_t rounds = 0;
    double heard_per_round = 0;
    Latency latency;
    std::uint64_t last_p50_ns = 0;  ///< Until the last follower heard, in the middle round.
    std::uint64_t last_max_ns = 0;
  };
  std::optional<Celebrity> celebrity;
};

struct LoadReport {
  std::string protocol;
  std::string graph;
  std::uint32_t connections = 0;  ///< Asked for.
  std::uint32_t friends = 0;
  std::uint64_t seed = 0;
  std::uint32_t instances = 0;  ///< That we started; 0: none.
  std::uint32_t workers = 0;
  std::uint32_t source_addresses = 0;
  std::uint64_t list_entries = 0;
  std::uint64_t most_watched_id = 0;
  std::uint64_t most_watched_by = 0;
  std::vector<StepFigures> steps{};
  double held_seconds = 0;
  std::optional<double> held_server_cpu_s{};
  std::optional<RedisUse> held_redis_use{};
  std::vector<RateFigures> rates{};
  std::optional<FaultFigures> drain{};
  std::optional<ChaosFigures> chaos{};
  std::optional<FaultFigures> kill{};
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t resent = 0;
  std::uint64_t dropped_packets = 0;  ///< By the kernel, of the whole machine.
  bool interrupted = false;
  std::string trouble{};  ///< The first thing that went wrong, and what to do; empty: nothing did.

  [[nodiscard]] std::uint64_t lost() const;
  [[nodiscard]] std::uint64_t deliveries() const;
  /// Private memory of the server per connection, as the slope from the first step to the last.
  [[nodiscard]] std::optional<double> bytes_per_connection() const;
};

[[nodiscard]] nlohmann::json ToJson(const LoadReport& report);

/// A table for people: titles first.
using TextTable = std::vector<std::vector<std::string>>;
[[nodiscard]] TextTable StepTable(const LoadReport& report);
[[nodiscard]] TextTable RateTable(const LoadReport& report);
/// What each part of a cluster holds and uses; titles alone if there is no cluster.
[[nodiscard]] TextTable PartTable(const LoadReport& report);
/// What came of each kind of fault; titles alone if there was none.
[[nodiscard]] TextTable FaultTable(const LoadReport& report);
/// What goes without a table, a line each.
[[nodiscard]] std::vector<std::string> Remarks(const LoadReport& report);

/// `trouble` with the flag of oofgg-game, or ours, that would cure it.
[[nodiscard]] std::string WithCure(const std::string& trouble);

}  // namespace oofgg::load
