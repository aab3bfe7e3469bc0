// Fleets of a maker as a process: from a file, as operators order, and over its death.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/integration/servers/maker_fixture.h"
#include "tests/support/eventually.h"

namespace oofgg::testing {
namespace {

using ::testing::HasSubstr;

class MakerFleetsTest : public MakerFixture {
 protected:
  std::string Path() const { return folder_.path() + "/fleets.json"; }
  void Write(const std::string& fleets) {
    std::ofstream(Path() + ".new") << "{\"fleets\": [" << fleets << "]}";
    std::filesystem::rename(Path() + ".new", Path());
  }
  std::size_t ServersOf(const std::string& fleet) {
    std::size_t count = 0;
    for (const auto& record : GameServersOf(folder_)) count += record.fleet == fleet ? 1 : 0;
    return count;
  }
};

TEST_F(MakerFleetsTest, AFileMakesSeveralFleetsAndIsReadAgain) {
  Write(R"({"name": "default"}, {"name": "duel", "min_ready": 1, "max": 4})");
  Start({"--fleets", Path()});
  EXPECT_TRUE(Eventually([&] { return ServersOf("duel") == 1; })) << "its reserve";
  EXPECT_EQ(ServersOf("default"), 0U);
  EXPECT_EQ(Ask("POST", "alice", "?fleet=duel").status, 202);
  EXPECT_EQ(Ask("GET", "alice", "?fleet=duel&wait=30").status, 200);
  EXPECT_EQ(Ask("GET", "alice").status, 404) << "of the default fleet nothing was asked for";
  EXPECT_EQ(Ask("POST", "alice", "?fleet=nowhere").status, 404);
  Write(R"({"name": "default"}, {"name": "duel", "min_ready": 3, "max": 4})");
  EXPECT_TRUE(Eventually([&] { return ServersOf("duel") >= 3; }));
}

TEST_F(MakerFleetsTest, FleetsComeAndGoWithTheFile) {
  Write(R"({"name": "default"}, {"name": "duel", "min_ready": 1, "idle_timeout": "10m"})");
  Start({"--fleets", Path()});
  EXPECT_EQ(Ask("POST", "alice", "?fleet=duel").status, 202);
  EXPECT_EQ(Ask("GET", "alice", "?fleet=duel&wait=30").status, 200);
  const auto metrics = http::Fetch(http_, {.url = "http://" + maker_->address("ops") + "/metrics"});
  ASSERT_TRUE(metrics.ok()) << metrics.status();
  for (const char* line :
       {"oofgg_fleet_held{fleet=\"duel\"} 1", "oofgg_fleet_waiting_requests{fleet=\"duel\"} 0",
        "oofgg_fleet_events_total{fleet=\"duel\",event=\"seated\"} 1"}) {
    EXPECT_THAT(metrics->body, HasSubstr(line));
  }
  Write(R"({"name": "default"}, {"name": "brawl", "min_ready": 1})");
  EXPECT_TRUE(Eventually([&] { return ServersOf("brawl") == 1; })) << "a new fleet, without a restart";
  EXPECT_EQ(Ask("POST", "bob", "?fleet=brawl").status, 202);
  EXPECT_EQ(Ask("GET", "bob", "?fleet=brawl&wait=30").status, 200);
  const HttpReply late = Ask("POST", "carol", "?fleet=duel");
  EXPECT_EQ(late.status, 404);
  EXPECT_THAT(late.body, HasSubstr("no such fleet any more"));
  EXPECT_EQ(Ask("POST", "alice", "?fleet=duel").status, 200) << "who plays there goes on";
  EXPECT_EQ(Ask("DELETE", "alice", "?fleet=duel").status, 200);
  EXPECT_TRUE(Eventually([&] { return ServersOf("duel") == 0; })) << "long before it were idle";
  Write(R"({"name": "default"}, {"name": "duel", "min_ready": 1})");
  EXPECT_TRUE(Eventually([&] { return ServersOf("duel") == 1; }));
  EXPECT_EQ(Ask("POST", "carol", "?fleet=duel").status, 202);
  EXPECT_EQ(Ask("GET", "carol", "?fleet=duel&wait=30").status, 200) << "it is back";
}

TEST_F(MakerFleetsTest, OrdersOutliveTheMakerAndAnUpdateReplacesEachServer) {
  const auto auth = StartAuth(folder_);
  const std::vector<std::string> flags{"--jwks", JwksUrl(*auth)};
  Start(flags);
  const auto admin = AdminOf(folder_, *auth, nullptr);
  const auto operating = [&] {
    auto client = ClientOf(auth.get(), nullptr, maker_.get());
    client->SetTokens(admin->tokens());
    return client;
  };
  auto client = operating();
  EXPECT_EQ(client->fleets().ScaleFleet({.fleet = "nowhere", .max = 1}).status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(client->fleets().ScaleFleet({.fleet = "default"}).status().code(), StatusCode::kInvalidArgument);
  const auto scaled = client->fleets().ScaleFleet({.fleet = "default", .min_ready = 2});
  ASSERT_TRUE(scaled.ok()) << scaled.status();
  EXPECT_TRUE(scaled->is_scaled);
  const auto ids = [&] {
    std::set<std::string> all;
    const auto listed = client->fleets().ListGameServers({.fleet = ""});
    EXPECT_TRUE(listed.ok()) << listed.status();
    if (!listed.ok()) return all;
    for (const GameServerInfo& server : listed->servers) all.insert(server.id);
    return all;
  };
  const auto fleet = [&] { return client->fleets().ListFleets({}).value().fleets.at(0); };
  EXPECT_TRUE(Eventually([&] { return fleet().ready == 2; }));

  maker_->Kill();
  Start(flags);
  client = operating();
  EXPECT_EQ(fleet().min_ready, 2U);
  const std::set<std::string> before = ids();

  const auto updated =
      client->fleets().UpdateFleet({.fleet = "default", .command = ArenaCommand() + " --slots 5"});
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_TRUE(Eventually([&] {
    const FleetInfo now = fleet();
    return now.outdated == 0 && now.ready >= 2 && now.slots == 5 * now.ready;
  }));
  const std::set<std::string> after = ids();
  for (const std::string& id : after) EXPECT_FALSE(before.contains(id)) << id;

  ASSERT_FALSE(after.empty());
  const std::string emptied = *after.begin();
  const auto drained = client->fleets().DrainServers({.server_id = emptied});
  ASSERT_TRUE(drained.ok()) << drained.status();
  EXPECT_TRUE(Eventually([&] { return !ids().contains(emptied); })) << "nobody plays there, so it stops";
}

TEST_F(MakerFleetsTest, AWrongFileIsOneClearLine) {
  Write("{\"name\": \"default\",\n\"packing\": \"tight\"}");
  ChildProcess maker("oofgg-maker", In(folder_, {"--fleets", Path()}));
  EXPECT_EQ(maker.Wait(), 1);
  EXPECT_THAT(maker.errors(), HasSubstr("fleets[0].packing: line 2: is \"tight\""));
}

}  // namespace
}  // namespace oofgg::testing
