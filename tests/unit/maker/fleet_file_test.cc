#include "servers/maker/fleet_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace oofgg::servers {
namespace {

using orchestration::ChooseFleet;
using orchestration::FleetConfig;
using orchestration::FleetOptions;
using orchestration::Packing;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

FleetOptions Defaults() {
  FleetOptions options;
  options.max = 16;
  options.slots = 3;
  options.environment = {{"OOFGG_SERVER_ID", "{server_id}"}};
  return options;
}

std::vector<FleetConfig> Read(std::string_view json) { return ParseFleets(json, Defaults()).value(); }

/// The one fault of a document, as `field: problem`.
std::string FaultOf(std::string_view json) {
  const auto fleets = ParseFleets(json, Defaults());
  if (fleets.ok()) return "none";
  const auto violations = FieldViolationsOf(fleets.status());
  return violations.empty() ? fleets.status().ToString()
                            : violations.front().field + " " + violations.front().description;
}

std::string OneFleet(const std::string& members) { return "{\"fleets\": [\n{" + members + "}]}"; }

TEST(FleetFile, WhereNoServersAreStartedThereIsNoReserve) {
  FleetOptions defaults = Defaults();
  defaults.starts_servers = false;
  EXPECT_EQ(ParseFleets(OneFleet(R"("name": "a", "max": 9)"), defaults)->front().options.max, 0U);
  const auto reserve = ParseFleets(OneFleet(R"("name": "a", "min_ready": 1)"), defaults);
  EXPECT_THAT(std::string(reserve.status().message()), HasSubstr("CONTAINER_BACKEND=none"));
}

TEST(FleetFile, ReadsAllThatAFleetMaySay) {
  const auto fleets = Read(R"({"fleets": [{
    "name": "duel-eu", "game": "arena", "mode": ["duel", "ranked"], "region": "eu",
    "image": "example.org/arena:7", "command": "arena {port}", "slots": 10, "min_ready": 2, "max": 40,
    "max_starting": 8, "idle_timeout": "90s", "health_period": 500, "environment": {"MAP": "desert"},
    "update": {"batch": 4}, "packing": "spread"}]})");
  ASSERT_THAT(fleets, SizeIs(1));
  const FleetOptions& options = fleets[0].options;
  EXPECT_EQ(options.name, "duel-eu");
  EXPECT_THAT(fleets[0].serves.games, ElementsAre("arena"));
  EXPECT_THAT(fleets[0].serves.modes, ElementsAre("duel", "ranked"));
  EXPECT_THAT(fleets[0].serves.regions, ElementsAre("eu"));
  EXPECT_EQ(options.image, "example.org/arena:7");
  EXPECT_EQ(options.command, "arena {port}");
  EXPECT_EQ(options.slots, 10U);
  EXPECT_EQ(options.min_ready, 2U);
  EXPECT_EQ(options.max, 40U);
  EXPECT_EQ(options.max_starting, 8U);
  EXPECT_EQ(options.idle_timeout, milliseconds(90'000));
  EXPECT_EQ(options.health_period, milliseconds(500));
  EXPECT_EQ(options.environment.at("MAP"), "desert");
  EXPECT_EQ(options.environment.at("OOFGG_SERVER_ID"), "{server_id}") << "the maker's own stays";
  EXPECT_EQ(options.update_batch, 4U);
  EXPECT_EQ(options.packing, Packing::kSpread);
}

TEST(FleetFile, WhatIsNotSaidIsAsTheVariablesSay) {
  const auto fleets = Read(R"({"fleets": [{"name": "default"}, {"name": "other", "max": 2}]})");
  ASSERT_THAT(fleets, SizeIs(2));
  EXPECT_EQ(fleets[0].options.slots, 3U);
  EXPECT_EQ(fleets[0].options.max, 16U);
  EXPECT_EQ(fleets[0].options.idle_timeout, std::nullopt);
  EXPECT_EQ(fleets[1].options.max, 2U);
}

TEST(FleetFile, EachFaultNamesItsMemberItsLineAndWhatIsRight) {
  EXPECT_EQ(FaultOf(OneFleet(R"("min_ready": 1)")),
            "fleets[0].name line 2: is missing; give 1 to 64 characters of [A-Za-z0-9_.-]");
  EXPECT_EQ(FaultOf(OneFleet(R"("name": "../a")")),
            "fleets[0].name line 2: is not a name; give 1 to 64 characters of [A-Za-z0-9_.-]");
  EXPECT_EQ(FaultOf(OneFleet("\"name\": \"a\",\n\"slots\": -1")),
            "fleets[0].slots line 3: is -1; give a whole number from 0 to 100000");
  EXPECT_EQ(FaultOf(OneFleet("\"name\": \"a\", \"max\": 1e99")),
            "fleets[0].max line 2: is 1e+99; give a whole number from 0 to 100000");
  EXPECT_EQ(FaultOf(OneFleet("\"name\": \"a\",\n\n\"idle_timeout\": \"soon\"")),
            "fleets[0].idle_timeout line 4: is \"soon\"; give milliseconds, or a text such as \"60s\"; 30 "
            "days at most");
  EXPECT_EQ(
      FaultOf(OneFleet("\"name\": \"a\", \"idle_timeout\": true")),
      "fleets[0].idle_timeout line 2: is a boolean; give milliseconds, or a text such as \"60s\"; 30 days at "
      "most");
  EXPECT_THAT(FaultOf(OneFleet(R"("name": "a", "health_period": 0)")), HasSubstr("10 ms at least"));
  EXPECT_EQ(
      FaultOf(OneFleet(R"("name": "a", "packing": "tight")")),
      "fleets[0].packing line 2: is \"tight\"; give \"pack\" (the fullest server first) or \"spread\" (the "
      "emptiest)");
  EXPECT_THAT(FaultOf(OneFleet(R"("name": "a", "imgae": "x")")),
              HasSubstr("fleets[0].imgae line 2: is not a known member"));
  EXPECT_THAT(FaultOf(OneFleet(R"("name": "a", "image": "")")),
              HasSubstr("fleets[0].image line 2: is empty"));
  EXPECT_THAT(FaultOf(OneFleet(R"("name": "a", "environment": {"A": 1})")),
              HasSubstr("fleets[0].environment.A line 2: is a number; give a string"));
  EXPECT_THAT(FaultOf(OneFleet(R"("name": "a", "environment": {"A=B": "1"})")), HasSubstr("no = in it"));
  EXPECT_THAT(FaultOf(OneFleet(R"("name": "a", "update": {"batch": 0})")),
              HasSubstr("fleets[0].update.batch line 2: is 0"));
  EXPECT_THAT(FaultOf(OneFleet(R"("name": "a", "min_ready": 17)")), HasSubstr("min_ready 17 and max 16"));
  EXPECT_THAT(FaultOf(OneFleet(R"("name": "a", "game": [])")), HasSubstr("is empty; leave it out for any"));
}

TEST(FleetFile, AFileIsRefusedAsAWhole) {
  EXPECT_THAT(FaultOf("{\n\"fleets\": [}"), HasSubstr("fleets file line 2: is not JSON"));
  EXPECT_THAT(FaultOf("{}"), HasSubstr("fleets line 1: is missing"));
  EXPECT_THAT(FaultOf(R"({"fleets": []})"), HasSubstr("is empty; give one fleet at least"));
  EXPECT_THAT(FaultOf("{\"fleets\": [{\"name\": \"a\"},\n{\"name\": \"a\"}]}"),
              HasSubstr("fleets[1].name line 2: is another fleet's"));
  EXPECT_THAT(FaultOf(OneFleet("\"name\": \"a\",\n\"name\": \"b\"")), HasSubstr("is given twice"));
}

TEST(FleetFile, AFaultInAFileNamesTheFile) {
  const testing::TemporaryDirectory directory;
  const std::string path = directory.path() + "/fleets.json";
  EXPECT_EQ(LoadFleets(path, Defaults()).status().code(), StatusCode::kNotFound);
  std::ofstream(path) << R"({"fleets": [{"name": "a"}]})";
  EXPECT_THAT(*LoadFleets(path, Defaults()), SizeIs(1));
  std::ofstream(path) << "{";
  EXPECT_THAT(std::string(LoadFleets(path, Defaults()).status().message()), HasSubstr(path));
}

TEST(FleetFile, TheExampleOfTheDocsIsSound) {
  const auto fleets = LoadFleets(OOFGG_SOURCE_DIR "/servers/maker/fleets.example.json", Defaults());
  ASSERT_TRUE(fleets.ok()) << fleets.status();
  EXPECT_EQ(ChooseFleet(*fleets, {"arena", "duel", "eu"})->options.name, "duel-eu");
  EXPECT_EQ(ChooseFleet(*fleets, {"arena", "duel", "us"})->options.name, "arena");
  EXPECT_EQ(ChooseFleet(*fleets, {"chess", "", ""})->options.name, "default");
}

TEST(ChooseFleet, TheOneThatSaysMostServesTheMatch) {
  const auto fleets = Read(R"({"fleets": [
    {"name": "default"},
    {"name": "arena", "game": "arena"},
    {"name": "arena-duel", "game": "arena", "mode": "duel"},
    {"name": "arena-duel-eu", "game": "arena", "mode": "duel", "region": ["eu", "me"]},
    {"name": "again", "game": "arena"}]})");
  const auto choose = [&](std::string_view game, std::string_view mode, std::string_view region) {
    return ChooseFleet(fleets, {game, mode, region})->options.name;
  };
  EXPECT_EQ(choose("arena", "duel", "me"), "arena-duel-eu");
  EXPECT_EQ(choose("arena", "duel", "us"), "arena-duel");
  EXPECT_EQ(choose("arena", "", ""), "arena");
  EXPECT_EQ(choose("chess", "duel", "eu"), "default");
}

TEST(ChooseFleet, WithoutADefaultNobodyServesWhatNoFleetNames) {
  const auto fleets = Read(R"({"fleets": [{"name": "arena", "game": "arena"}, {"name": "spare"}]})");
  EXPECT_EQ(ChooseFleet(fleets, {"chess", "", ""}), nullptr);
}

}  // namespace
}  // namespace oofgg::servers
