#include "servers/cli/load/load_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "servers/cli/load/presence_load.h"

namespace oofgg::load {
namespace {

using ::testing::HasSubstr;

StepFigures Step(std::uint32_t connections, std::uint64_t private_bytes) {
  StepFigures step;
  step.connections = connections;
  step.server.emplace().private_bytes = private_bytes;
  return step;
}

TEST(LoadReportTest, MemoryIsTheSlopeFromTheFirstStepToTheLast) {
  LoadReport report;
  report.steps = {Step(1'000, 20'000'000)};
  EXPECT_FALSE(report.bytes_per_connection().has_value()) << "one step has no slope";
  report.steps.push_back(Step(10'000, 25'000'000));
  report.steps.push_back(Step(19'000, 38'000'000));
  EXPECT_DOUBLE_EQ(report.bytes_per_connection().value_or(0), 1'000);
  EXPECT_DOUBLE_EQ(ToJson(report)["server_bytes_per_connection"], 1'000);
}

TEST(LoadReportTest, LostIsWhatTheLastCountFound) {
  LoadReport report;
  report.steps = {Step(10, 0)};
  report.steps[0].heard.lost = 3;
  EXPECT_EQ(report.lost(), 3U);
  report.rates.resize(2);
  report.rates[1].heard.lost = 2;
  EXPECT_EQ(report.lost(), 2U);
  report.drain.emplace().heard.lost = 5;
  EXPECT_EQ(report.lost(), 5U);
  report.chaos.emplace().heard.lost = 1;
  EXPECT_EQ(report.lost(), 1U);
  report.kill.emplace();
  EXPECT_EQ(report.lost(), 0U);
}

TEST(LoadReportTest, EveryRowOfATableHasItsTitles) {
  LoadReport report;
  report.steps = {Step(10, 0), {}};
  report.rates.resize(1);
  report.instances = 2;
  report.drain.emplace();
  report.chaos.emplace().faults.resize(2);
  report.kill.emplace();
  EXPECT_EQ(FaultTable(report).size(), 5U);
  for (const TextTable& table :
       {StepTable(report), RateTable(report), PartTable(report), FaultTable(report)}) {
    for (const auto& row : table) EXPECT_EQ(row.size(), table.front().size());
  }
}

std::set<std::string> KeysOf(const nlohmann::json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

// Scripts of others read these; see docs/load.md.
TEST(LoadReportTest, TheNamesInJsonStay) {
  LoadReport report;
  report.steps = {Step(10, 0), Step(20, 0)};
  report.rates.resize(1);
  report.rates[0].server_cpu_s = 1;
  report.rates[0].server.emplace();
  report.rates[0].redis_use.emplace();
  report.instances = 3;
  for (PartFigures* parts :
       {static_cast<PartFigures*>(&report.steps[0]), static_cast<PartFigures*>(&report.rates[0])}) {
    parts->redis.emplace();
  }
  report.held_redis_use.emplace();
  report.drain.emplace();
  report.chaos.emplace().faults.resize(1);
  report.chaos->settled = true;
  report.kill.emplace();
  report.rates[0].celebrity.emplace();
  report.held_server_cpu_s = 1;
  report.trouble = "some";
  const nlohmann::json object = ToJson(report);
  const std::set<std::string> heard{"deliveries", "snapshots", "repeats",   "out_of_order", "false_flaps",
                                    "unplaced",   "strangers", "ambiguous", "lost"};
  const std::set<std::string> parts{"kernel_tcp_bytes",     "kernel_udp_bytes",       "kernel_slab_bytes",
                                    "server_rss_bytes",     "server_pss_bytes",       "load_pss_bytes",
                                    "server_private_bytes", "server_anonymous_bytes", "instance_pss_bytes",
                                    "redis_rss_bytes",      "redis_used_bytes",       "redis_clients"};
  const auto with_parts = [&](std::set<std::string> keys) {
    keys.insert(heard.begin(), heard.end());
    keys.insert(parts.begin(), parts.end());
    return keys;
  };
  EXPECT_EQ(KeysOf(object), (std::set<std::string>{"protocol",
                                                   "graph",
                                                   "connections",
                                                   "friends",
                                                   "seed",
                                                   "workers",
                                                   "source_addresses",
                                                   "list_entries",
                                                   "most_watched_id",
                                                   "most_watched_by",
                                                   "steps",
                                                   "rates",
                                                   "deliveries",
                                                   "lost",
                                                   "failed",
                                                   "dropped",
                                                   "resent",
                                                   "dropped_packets",
                                                   "held_s",
                                                   "held_server_cpu_s",
                                                   "server_bytes_per_connection",
                                                   "held_redis",
                                                   "drain",
                                                   "chaos",
                                                   "kill",
                                                   "instances",
                                                   "interrupted",
                                                   "trouble"}));
  EXPECT_EQ(KeysOf(object["steps"][0]), with_parts({"connections", "connected", "connect_s", "connects_per_s",
                                                    "hello", "online", "server_cpu_s"}));
  EXPECT_EQ(KeysOf(object["rates"][0]),
            with_parts({"asked_changes_per_s", "seconds", "changes", "changes_per_s", "deliveries_per_s",
                        "latency", "load_lateness", "load_cpu_s", "load_cpu_us_per_change", "server_cpu_s",
                        "server_cpu_us_per_delivery", "server_cpu_us_per_change", "redis", "celebrity"}));
  EXPECT_EQ(KeysOf(object["rates"][0]["redis"]),
            (std::set<std::string>{"seconds", "cpu_s", "commands", "publishes", "input_bytes", "output_bytes",
                                   "cpu_us_per_change", "commands_per_change", "publishes_per_change",
                                   "input_bytes_per_change", "output_bytes_per_change"}));
  for (const nlohmann::json& fault : {object["drain"], object["chaos"]["faults"][0], object["kill"]}) {
    std::set<std::string> keys{"kind", "times",   "cut",     "returned",
                               "back", "changes", "latency", "longest_stale_us"};
    keys.insert(heard.begin(), heard.end());
    EXPECT_EQ(KeysOf(fault), keys);
  }
  EXPECT_EQ(KeysOf(object["chaos"]),
            (std::set<std::string>{"seconds", "wrong", "longest_stale_us", "faults"}));
  EXPECT_EQ(KeysOf(object["rates"][0]["celebrity"]),
            (std::set<std::string>{"rounds", "heard_per_round", "latency", "last_p50_us", "last_max_us"}));
  EXPECT_EQ(KeysOf(object["rates"][0]["latency"]),
            (std::set<std::string>{"count", "p50_us", "p90_us", "p99_us", "p999_us", "max_us"}));
}

TEST(LoadReportTest, TroubleNamesTheFlagThatCuresIt) {
  EXPECT_THAT(WithCure("too many connections from your address; close some"),
              HasSubstr("--presence-max-per-address"));
  EXPECT_THAT(WithCure("the server has all the connections it can take; try later"),
              HasSubstr("--presence-max-connections"));
  EXPECT_EQ(WithCure("something else"), "something else");
}

struct BadOptions {
  const char* said;
  void (*change)(PresenceLoadOptions& options);
};

const BadOptions kBadOptions[] = {
    {"loads only ever aim at loopback", [](auto& options) { options.server = "10.0.0.1:8080"; }},
    {"--connections", [](auto& options) { options.steps = {0}; }},
    {"--steps",
     [](auto& options) {
       options.steps = {100, 100};
     }},
    {"--friends", [](auto& options) { options.friends = 1'000; }},
    {"both be odd", [](auto& options) { options.steps = {101}, options.friends = 3; }},
    {"power-law",
     [](auto& options) {
       options.steps = {9'000}, options.friends = 2'000, options.shape = GraphShape::kPowerLaw;
     }},
    {"--celebrity", [](auto& options) { options.celebrity = 1'000; }},
    {"--source", [](auto& options) { options.source = "192.168.0.0/16"; }},
    {"--keys", [](auto& options) { options.protocol = Protocol::kGrpc; }},
    {"--keys", [](auto& options) { options.sign = [](const std::string&) { return std::string(); }; }},
    {"--protocol tls", [](auto& options) { options.grpc_tls.enabled = true; }},
    {"--ca", [](auto& options) { options.protocol = Protocol::kUdp, options.ca_file = "ca.pem"; }},
    {"--pid", [](auto& options) { options.server_pids = {0x3FFF'FFFF}; }},
    {"--pid", [](auto& options) { options.cluster.instances = 2, options.server_pids = {1}; }},
    {"is for --protocol tcp",
     [](auto& options) { options.cluster.instances = 2, options.protocol = Protocol::kUdp; }},
    {"--instances: must be at least 2", [](auto& options) { options.cluster.kill = true; }},
    {"--instances: must be at least 2",
     [](auto& options) { options.cluster.chaos = std::chrono::seconds(1); }},
    {"--no-namespace", [](auto& options) { options.cluster.own_network = false; }},
    {"--server", [](auto& options) { options.cluster.instances = 2, options.server = "127.0.0.1:1"; }},
    {"must be at most 64", [](auto& options) { options.cluster.instances = 65; }},
};

TEST(PresenceLoadTest, OptionsThatDoNotFitAreNamedBeforeAnythingIsTried) {
  for (const BadOptions& row : kBadOptions) {
    PresenceLoadOptions options;
    row.change(options);
    const auto report = RunPresenceLoad(options, [](const std::string&, bool) {});
    ASSERT_FALSE(report.ok()) << row.said;
    EXPECT_THAT(report.status().message(), HasSubstr(row.said));
  }
}

}  // namespace
}  // namespace oofgg::load
