#include "servers/cli/load/load_report.h"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace oofgg::load {
namespace {

using nlohmann::json;

constexpr double kMicros = 1e6;
constexpr double kMiB = 1024.0 * 1024.0;

double PerSecond(std::uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

std::string MiB(std::uint64_t bytes) { return FixedText(static_cast<double>(bytes) / kMiB, 1); }

void Add(json& object, const PartFigures& parts, std::uint32_t instances) {
  object["kernel_tcp_bytes"] = parts.kernel.tcp_bytes;
  object["kernel_udp_bytes"] = parts.kernel.udp_bytes;
  object["kernel_slab_bytes"] = parts.kernel.slab_bytes;
  object["load_pss_bytes"] = parts.load.pss_bytes;
  if (parts.server.has_value()) {
    object["server_rss_bytes"] = parts.server->rss_bytes;
    object["server_pss_bytes"] = parts.server->pss_bytes;
    object["server_private_bytes"] = parts.server->private_bytes;
    object["server_anonymous_bytes"] = parts.server->anonymous_bytes;
  }
  if (parts.server.has_value() && instances > 0)
    object["instance_pss_bytes"] = parts.server->pss_bytes / instances;
  if (parts.redis.has_value()) {
    object["redis_rss_bytes"] = parts.redis->process.rss_bytes;
    object["redis_used_bytes"] = parts.redis->figures.used_bytes;
    object["redis_clients"] = parts.redis->figures.clients;
  }
}

double Per(double amount, std::uint64_t count) { return count > 0 ? amount / static_cast<double>(count) : 0; }

json ToJson(const RedisUse& use) {
  return {{"seconds", use.seconds},
          {"cpu_s", use.cpu_s},
          {"commands", use.figures.commands},
          {"publishes", use.figures.publishes},
          {"input_bytes", use.figures.input_bytes},
          {"output_bytes", use.figures.output_bytes}};
}

/// The same, by changes.
json PerChange(const RedisUse& use, std::uint64_t changes) {
  json object = ToJson(use);
  object["cpu_us_per_change"] = Per(use.cpu_s * kMicros, changes);
  object["commands_per_change"] = Per(static_cast<double>(use.figures.commands), changes);
  object["publishes_per_change"] = Per(static_cast<double>(use.figures.publishes), changes);
  object["input_bytes_per_change"] = Per(static_cast<double>(use.figures.input_bytes), changes);
  object["output_bytes_per_change"] = Per(static_cast<double>(use.figures.output_bytes), changes);
  return object;
}

json ToJson(const StepFigures& step, std::uint32_t instances) {
  json object = {{"connections", step.connections},
                 {"connected", step.connected},
                 {"connect_s", step.connect_seconds},
                 {"connects_per_s", PerSecond(step.connected, step.connect_seconds)},
                 {"hello", ToJson(step.hello)},
                 {"online", ToJson(step.online)}};
  AddTo(object, step.heard);
  Add(object, step, instances);
  if (step.server.has_value()) object["server_cpu_s"] = step.server->cpu_seconds();
  return object;
}

json ToJson(const RateFigures& rate, std::uint32_t instances) {
  json object = {{"asked_changes_per_s", rate.asked_per_s},
                 {"seconds", rate.seconds},
                 {"changes", rate.changes},
                 {"changes_per_s", PerSecond(rate.changes, rate.seconds)},
                 {"deliveries_per_s", PerSecond(rate.heard.deliveries, rate.seconds)},
                 {"latency", ToJson(rate.latency)},
                 {"load_lateness", ToJson(rate.lateness)},
                 {"load_cpu_s", rate.load_cpu_s}};
  AddTo(object, rate.heard);
  Add(object, rate, instances);
  object["load_cpu_us_per_change"] = Per(rate.load_cpu_s * kMicros, rate.changes);
  if (rate.redis_use.has_value()) object["redis"] = PerChange(*rate.redis_use, rate.changes);
  if (rate.server_cpu_s.has_value()) {
    object["server_cpu_s"] = *rate.server_cpu_s;
    object["server_cpu_us_per_change"] = Per(*rate.server_cpu_s * kMicros, rate.changes);
    object["server_cpu_us_per_delivery"] =
        PerSecond(1, static_cast<double>(rate.heard.deliveries)) * *rate.server_cpu_s * kMicros;
  }
  if (rate.celebrity.has_value()) {
    object["celebrity"] = {{"rounds", rate.celebrity->rounds},
                           {"heard_per_round", rate.celebrity->heard_per_round},
                           {"latency", ToJson(rate.celebrity->latency)},
                           {"last_p50_us", Micros(rate.celebrity->last_p50_ns)},
                           {"last_max_us", Micros(rate.celebrity->last_max_ns)}};
  }
  return object;
}

std::string CpuCell(const RateFigures& rate) {
  if (!rate.server_cpu_s.has_value() || rate.heard.deliveries == 0) return "-";
  return FixedText(*rate.server_cpu_s * kMicros / static_cast<double>(rate.heard.deliveries), 1);
}

std::string Count(double value) { return FixedText(value, 0); }

/// The first cells of a row of PartTable, which steps and rates share.
std::vector<std::string> MemoryCells(const std::string& at, const PartFigures& parts,
                                     std::uint32_t instances) {
  const std::uint64_t kernel = parts.kernel.tcp_bytes + parts.kernel.udp_bytes + parts.kernel.slab_bytes;
  const std::uint64_t server = parts.server.has_value() ? parts.server->pss_bytes : 0;
  const RedisCost redis = parts.redis.value_or(RedisCost());
  return {at,
          MiB(kernel),
          MiB(server),
          MiB(server / instances),
          MiB(redis.process.rss_bytes),
          std::to_string(redis.figures.clients),
          MiB(parts.load.pss_bytes)};
}

}  // namespace

std::uint64_t LoadReport::lost() const {
  // What a phase lost is still lost in the next count, and so is not added.
  if (kill.has_value()) return kill->heard.lost;
  if (chaos.has_value()) return chaos->heard.lost;
  if (drain.has_value()) return drain->heard.lost;
  if (!rates.empty()) return rates.back().heard.lost;
  return steps.empty() ? 0 : steps.back().heard.lost;
}

std::uint64_t LoadReport::deliveries() const {
  std::uint64_t sum = 0;
  for (const StepFigures& step : steps) sum += step.heard.deliveries;
  for (const RateFigures& rate : rates) sum += rate.heard.deliveries;
  return sum;
}

std::optional<double> LoadReport::bytes_per_connection() const {
  if (steps.size() < 2) return std::nullopt;
  const StepFigures& first = steps.front();
  const StepFigures& last = steps.back();
  if (!first.server.has_value() || !last.server.has_value() || last.connections <= first.connections) {
    return std::nullopt;
  }
  const double grown =
      static_cast<double>(last.server->private_bytes) - static_cast<double>(first.server->private_bytes);
  return grown / (last.connections - first.connections);
}

json ToJson(const LoadReport& report) {
  json object = {{"protocol", report.protocol},
                 {"graph", report.graph},
                 {"connections", report.connections},
                 {"friends", report.friends},
                 {"seed", report.seed},
                 {"workers", report.workers},
                 {"source_addresses", report.source_addresses},
                 {"list_entries", report.list_entries},
                 {"most_watched_id", report.most_watched_id},
                 {"most_watched_by", report.most_watched_by},
                 {"held_s", report.held_seconds},
                 {"deliveries", report.deliveries()},
                 {"lost", report.lost()},
                 {"failed", report.failed},
                 {"dropped", report.dropped},
                 {"resent", report.resent},
                 {"dropped_packets", report.dropped_packets},
                 {"interrupted", report.interrupted},
                 {"steps", json::array()},
                 {"rates", json::array()}};
  for (const StepFigures& step : report.steps) object["steps"].push_back(ToJson(step, report.instances));
  for (const RateFigures& rate : report.rates) object["rates"].push_back(ToJson(rate, report.instances));
  if (const auto slope = report.bytes_per_connection()) object["server_bytes_per_connection"] = *slope;
  if (report.held_server_cpu_s.has_value()) object["held_server_cpu_s"] = *report.held_server_cpu_s;
  if (report.held_redis_use.has_value()) object["held_redis"] = ToJson(*report.held_redis_use);
  if (report.instances > 0) object["instances"] = report.instances;
  if (report.drain.has_value()) object["drain"] = ToJson(*report.drain);
  if (report.chaos.has_value()) object["chaos"] = ToJson(*report.chaos);
  if (report.kill.has_value()) object["kill"] = ToJson(*report.kill);
  if (!report.trouble.empty()) object["trouble"] = report.trouble;
  return object;
}

TextTable StepTable(const LoadReport& report) {
  TextTable table = {{"connections", "hello/s", "hello p50 ms", "p99 ms", "online p50 ms", "p99 ms",
                      "rss MiB", "private MiB", "kernel MiB", "wrong"}};
  for (const StepFigures& step : report.steps) {
    const std::uint64_t kernel = step.kernel.tcp_bytes + step.kernel.udp_bytes + step.kernel.slab_bytes;
    table.push_back(
        {std::to_string(step.connections), Count(PerSecond(step.connected, step.connect_seconds)),
         MillisText(step.hello.p50_ns), MillisText(step.hello.p99_ns), MillisText(step.online.p50_ns),
         MillisText(step.online.p99_ns), step.server ? MiB(step.server->rss_bytes) : "-",
         step.server ? MiB(step.server->private_bytes) : "-", MiB(kernel), std::to_string(step.heard.lost)});
  }
  return table;
}

TextTable RateTable(const LoadReport& report) {
  TextTable table = {{"changes/s", "done/s", "heard/s", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms",
                      "load late p99 ms", "server us/heard", "lost", "flaps"}};
  for (const RateFigures& rate : report.rates) {
    table.push_back({Count(rate.asked_per_s), Count(PerSecond(rate.changes, rate.seconds)),
                     Count(PerSecond(rate.heard.deliveries, rate.seconds)), MillisText(rate.latency.p50_ns),
                     MillisText(rate.latency.p90_ns), MillisText(rate.latency.p99_ns),
                     MillisText(rate.latency.p999_ns), MillisText(rate.latency.max_ns),
                     MillisText(rate.lateness.p99_ns), CpuCell(rate), std::to_string(rate.heard.lost),
                     std::to_string(rate.heard.false_flaps)});
  }
  return table;
}

TextTable PartTable(const LoadReport& report) {
  TextTable table = {{"at", "kernel MiB", "instances MiB", "mean MiB", "redis MiB", "redis clients",
                      "load MiB", "instances us/change", "redis us", "load us", "commands", "B in", "B out"}};
  if (report.instances == 0) return table;
  for (const StepFigures& step : report.steps) {
    auto cells = MemoryCells(std::to_string(step.connections) + " connected", step, report.instances);
    cells.resize(table.front().size(), "-");
    table.push_back(std::move(cells));
  }
  for (const RateFigures& rate : report.rates) {
    auto cells = MemoryCells(Count(rate.asked_per_s) + " changes/s", rate, report.instances);
    const RedisUse redis = rate.redis_use.value_or(RedisUse());
    const auto per_change = [&](double amount, int digits) {
      return FixedText(Per(amount, rate.changes), digits);
    };
    cells.insert(cells.end(), {per_change(rate.server_cpu_s.value_or(0) * kMicros, 0),
                               per_change(redis.cpu_s * kMicros, 0), per_change(rate.load_cpu_s * kMicros, 0),
                               per_change(static_cast<double>(redis.figures.commands), 2),
                               per_change(static_cast<double>(redis.figures.input_bytes), 0),
                               per_change(static_cast<double>(redis.figures.output_bytes), 0)});
    table.push_back(std::move(cells));
  }
  return table;
}

TextTable FaultTable(const LoadReport& report) {
  TextTable table = {FaultTitles()};
  if (report.drain.has_value()) table.push_back(FaultCells("drain", *report.drain));
  if (report.chaos.has_value()) {
    for (const FaultFigures& fault : report.chaos->faults)
      table.push_back(FaultCells("chaos: " + fault.kind, fault));
  }
  if (report.kill.has_value()) table.push_back(FaultCells("kill", *report.kill));
  return table;
}

std::vector<std::string> Remarks(const LoadReport& report) {
  std::vector<std::string> lines;
  lines.push_back("graph: " + report.graph + ", " + std::to_string(report.list_entries) +
                  " entries of friends lists; most watched: user " + std::to_string(report.most_watched_id) +
                  ", by " + std::to_string(report.most_watched_by));
  if (const auto slope = report.bytes_per_connection()) {
    lines.push_back("server: " + FixedText(*slope, 0) +
                    " bytes a connection in user space, friends included, from the first step to the last");
  }
  if (report.held_server_cpu_s.has_value() && report.held_seconds > 0) {
    constexpr double kPercent = 100;
    lines.push_back("server while all were idle: " +
                    FixedText(kPercent * *report.held_server_cpu_s / report.held_seconds, 2) +
                    " % of a processor");
  }
  if (report.held_redis_use.has_value()) {
    const RedisUse& use = *report.held_redis_use;
    lines.push_back(
        "redis while all were idle: " + FixedText(PerSecond(use.figures.commands, use.seconds), 1) +
        " commands/s, " + Count(PerSecond(use.figures.input_bytes, use.seconds)) + " B/s in, " +
        Count(PerSecond(use.figures.output_bytes, use.seconds)) + " B/s out");
  }
  for (const RateFigures& rate : report.rates) {
    if (!rate.celebrity.has_value()) continue;
    lines.push_back("celebrity at " + Count(rate.asked_per_s) + " changes/s: the last of " +
                    Count(rate.celebrity->heard_per_round) + " followers heard after " +
                    MillisText(rate.celebrity->last_p50_ns) + " ms (median of " +
                    std::to_string(rate.celebrity->rounds) + ", at most " +
                    MillisText(rate.celebrity->last_max_ns) + ")");
  }
  if (report.chaos.has_value()) {
    const ChaosFigures& chaos = *report.chaos;
    lines.push_back("chaos for " + Count(chaos.seconds) + " s: " +
                    (chaos.settled ? std::to_string(chaos.heard.lost) + " beliefs wrong in the end; " : "") +
                    "the longest wrong meanwhile for " + MillisText(chaos.stale_ns()) + " ms");
  }
  if (report.resent > 0) lines.push_back(std::to_string(report.resent) + " datagrams were sent again");
  if (report.dropped_packets > 0) {
    lines.push_back("the kernel dropped " + std::to_string(report.dropped_packets) +
                    " packets, which makes latencies long and ends idle connections: raise the machine's "
                    "net.core.netdev_max_backlog");
  }
  if (report.failed > 0) lines.push_back(std::to_string(report.failed) + " could not connect");
  if (report.dropped > 0) lines.push_back(std::to_string(report.dropped) + " were closed by the server");
  if (report.interrupted) lines.emplace_back("interrupted: this is what was measured until then");
  return lines;
}

std::string WithCure(const std::string& trouble) {
  constexpr std::pair<std::string_view, std::string_view> kCures[] = {
      {"too many connections from your address",
       "raise --presence-max-per-address of oofgg-game, or lower --per-address here"},
      {"all the connections it can take",
       "raise --presence-max-connections (--presence-max-udp-players) and `ulimit -n` of oofgg-game"},
      {"too many friends on the lists from your address", "lower --per-address here"},
      {"without a word",
       "if it speaks TLS, its limits of handshakes (100 a second from an address) ask for a lower "
       "--per-address "
       "or --connect-rate"},
      {"token", "start oofgg-game without --presence-auth"},
      {"belongs to another", "another load uses these ids; give one of them another --first-id"},
  };
  for (const auto& [words, cure] : kCures) {
    if (trouble.find(words) != std::string::npos) return trouble + "; " + std::string(cure);
  }
  return trouble;
}

}  // namespace oofgg::load
