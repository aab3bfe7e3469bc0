// oofgg fleet: what it asks for, and what it makes of the answers.

#include "tests/integration/cli/scripted_shell.h"

namespace oofgg {
namespace {

using ::oofgg::testing::Answer;
using ::testing::HasSubstr;
namespace methods = wire::methods;

FleetInfo Duel() {
  return {.name = "duel-eu",
          .games = {"arena"},
          .regions = {"eu"},
          .min_ready = 2,
          .max = 40,
          .has_worker = true,
          .ready = 3,
          .outdated = 1,
          .slots = 6,
          .reserved = 4,
          .waiting = 7};
}

class CliFleetTest : public testing::ScriptedCliTest {
 protected:
  CliFleetTest() { SignIn(); }
};

TEST_F(CliFleetTest, ListsFleets) {
  server_.Answer<methods::ListFleets>({.fleets = {Duel()}});
  const Answer answer = shell_.Run({"fleet", "list"});
  EXPECT_EQ(answer.status, 0) << answer.errors;
  for (const char* cell : {"duel-eu", "arena / any / eu", "2 to 40", "3 ready, 1 outdated", "4/6", "7"}) {
    EXPECT_THAT(answer.output, HasSubstr(cell));
  }
  const Json fleet = shell_.Run({"fleet", "list", "--json"}).Object();
  EXPECT_EQ(fleet["fleet"], "duel-eu");
  EXPECT_EQ(fleet["max"], 40);
  EXPECT_EQ(fleet["waiting"], 7);
}

TEST_F(CliFleetTest, ListsTheServersOfOne) {
  server_.Answer<methods::ListGameServers>({.servers = {{.id = "gs-1",
                                                         .fleet = "duel-eu",
                                                         .state = GameServerState::kDraining,
                                                         .address = "10.0.0.1:7777",
                                                         .slots = 2,
                                                         .reserved = 1,
                                                         .outdated = true}}});
  const Answer answer = shell_.Run({"fleet", "list", "duel-eu"});
  EXPECT_EQ(answer.status, 0) << answer.errors;
  EXPECT_THAT(answer.output, HasSubstr("draining, outdated"));
  EXPECT_EQ(server_.Asked<methods::ListGameServers>().fleet, "duel-eu");
}

TEST_F(CliFleetTest, ScalesWhatIsSaidAndNothingElse) {
  server_.Answer<methods::ScaleFleet>(Duel());
  ExpectLine(shell_.Run({"fleet", "scale", "duel-eu", "--max", "0"}),
             "duel-eu: 2 to 40 servers; 3 ready, 1 outdated");
  EXPECT_EQ(server_.Asked<methods::ScaleFleet>().max, 0U);
  EXPECT_EQ(server_.Asked<methods::ScaleFleet>().min_ready, std::nullopt);
  EXPECT_FALSE(server_.Asked<methods::ScaleFleet>().reset);
  EXPECT_EQ(shell_.Run({"fleet", "scale", "duel-eu", "--reset"}).status, 0);
  EXPECT_TRUE(server_.Asked<methods::ScaleFleet>().reset);
  EXPECT_EQ(shell_.Run({"fleet", "scale", "duel-eu", "--max", "-1"}).status, 2);
}

TEST_F(CliFleetTest, DrainsAServerOrAFleet) {
  server_.Answer<methods::DrainServers>({.server_ids = {"gs-1", "gs-2"}});
  ExpectLine(shell_.Run({"fleet", "drain", "gs-1", "--deadline", "30m"}),
             "game servers that take no more players: 2");
  EXPECT_EQ(server_.Asked<methods::DrainServers>().server_id, "gs-1");
  EXPECT_EQ(server_.Asked<methods::DrainServers>().deadline, std::chrono::minutes(30));
  EXPECT_EQ(shell_.Run({"fleet", "drain", "--fleet", "duel-eu"}).status, 0);
  EXPECT_EQ(server_.Asked<methods::DrainServers>().fleet, "duel-eu");
}

TEST_F(CliFleetTest, WatchesAnUpdateUntilNothingIsOutdated) {
  FleetInfo done = Duel();
  done.outdated = 0;
  server_.Answer<methods::UpdateFleet>(Duel());
  server_.Answer<methods::ListFleets>({.fleets = {done}});
  const Answer answer = shell_.Run({"fleet", "update", "duel-eu", "--image", "arena:8", "--watch"});
  ExpectLine(answer, "duel-eu: 2 to 40 servers; 3 ready");
  EXPECT_EQ(server_.Asked<methods::UpdateFleet>().image, "arena:8");
  EXPECT_EQ(server_.Asked<methods::UpdateFleet>().command, std::nullopt);
}

TEST_F(CliFleetTest, AnUpdateThatGetsNowhereIsToldWhy) {
  FleetInfo stuck = Duel();
  stuck.trouble = "no such image";
  server_.Answer<methods::UpdateFleet>(Duel());
  server_.Answer<methods::ListFleets>({.fleets = {stuck}});
  const Answer answer =
      shell_.Run({"fleet", "update", "duel-eu", "--image", "typo", "--watch", "--for", "1s"});
  EXPECT_EQ(answer.status, 1);
  EXPECT_THAT(answer.output, HasSubstr("the last one did not start: no such image"));
  EXPECT_THAT(answer.errors, HasSubstr("still outdated"));
}

}  // namespace
}  // namespace oofgg
