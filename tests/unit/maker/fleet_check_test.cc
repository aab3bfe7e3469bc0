#include "servers/maker/fleet_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oofgg::servers {
namespace {

using orchestration::FleetConfig;
using ::testing::HasSubstr;

BackendSettings Running(const std::string& command) {
  BackendSettings settings;
  settings.backend = "process";
  settings.process_command = command;
  return settings;
}

FleetConfig FleetOf(const std::string& command) {
  FleetConfig fleet;
  fleet.options.command = command;
  return fleet;
}

std::string FaultWith(const BackendSettings& backend, const FleetConfig& fleet) {
  const auto violations = FieldViolationsOf(CheckFleet(backend, fleet));
  return violations.empty() ? "none" : violations.front().field + " " + violations.front().description;
}

TEST(FleetCheck, AProgramIsOneThatCanBeRun) {
  for (const char* command : {"sh -c 'exit 0'", "/bin/sh", "'/bin/sh' {port}", "{server_id}/run"}) {
    EXPECT_EQ(FaultWith(Running(command), {}), "none") << command;
    EXPECT_EQ(FaultWith(Running(""), FleetOf(command)), "none") << command;
  }
  for (const char* program : {"no-such-program", "./no-such-program", "/etc", "/etc/passwd"}) {
    EXPECT_THAT(FaultWith(Running(program), {}),
                HasSubstr("PROCESS_COMMAND names '" + std::string(program) + "', which is no program here"));
  }
  EXPECT_THAT(FaultWith(Running("sh"), FleetOf("no-such-program {port}")),
              HasSubstr("command names 'no-such-program'"))
      << "the fleet's own counts";
}

TEST(FleetCheck, AQuoteThatDoesNotEndIsSaidWhereItStands) {
  EXPECT_EQ(FaultWith(Running("sh"), FleetOf("sh -c 'exit 0")), "command has a quote that does not end");
  EXPECT_EQ(FaultWith(Running("sh -c \"exit 0"), {}), "PROCESS_COMMAND has a quote that does not end");
}

TEST(FleetCheck, ThereIsSomethingToStart) {
  EXPECT_THAT(FaultWith(Running(""), {}), HasSubstr("set PROCESS_COMMAND"));
  BackendSettings docker;
  docker.backend = "docker";
  EXPECT_THAT(FaultWith(docker, {}), HasSubstr("set IMAGE_TO_PULL"));
  docker.image = "arena";
  EXPECT_EQ(FaultWith(docker, {}), "none");
  BackendSettings none;
  none.backend = "none";
  EXPECT_EQ(FaultWith(none, {}), "none");
}

TEST(FleetCheck, TheControlPortIsToldInTheCommandOrTheEnvironment) {
  EXPECT_FALSE(TellsControlPort(Running("game {port}"), {}));
  EXPECT_TRUE(TellsControlPort(Running("game {port} {control_port}"), {}));
  EXPECT_FALSE(TellsControlPort(Running("game {control_port}"), FleetOf("other {port}")));
  FleetConfig fleet = FleetOf("other {port}");
  fleet.options.environment = {{"CONTROL", "127.0.0.1:{control_port}"}};
  EXPECT_TRUE(TellsControlPort(Running(""), fleet));
  fleet.options.environment = {{"OOFGG_CONTROL_LISTEN", "127.0.0.1:3100"}};
  EXPECT_TRUE(TellsControlPort(Running(""), fleet));
  BackendSettings docker;
  docker.backend = "docker";
  EXPECT_TRUE(TellsControlPort(docker, {}));
}

}  // namespace
}  // namespace oofgg::servers
