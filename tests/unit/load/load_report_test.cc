#include "servers/cli/load/load_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

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
}

TEST(LoadReportTest, EveryRowOfATableHasItsTitles) {
  LoadReport report;
  report.steps = {Step(10, 0), {}};
  report.rates.resize(1);
  for (const TextTable& table : {StepTable(report), RateTable(report)}) {
    for (const auto& row : table) EXPECT_EQ(row.size(), table.front().size());
  }
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
