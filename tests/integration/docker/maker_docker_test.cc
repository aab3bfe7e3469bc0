// The maker as older deployments start it, by variables alone, with an image that knows nothing of us.

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/integration/docker/maker_docker_fixture.h"

namespace oofgg::testing {
namespace {

using MakerDockerTest = MakerDockerFixture;

TEST_F(MakerDockerTest, AThirdPartyImageIsServedAndNoServerIsStartedInVain) {
  redis_ = std::make_unique<RedisServer>();
  StartMaker("quirky");
  const std::vector<std::string> seats = SeatAll();
  std::map<std::string, std::size_t> players;
  for (const std::string& seat : seats) ++players[seat];
  EXPECT_EQ(players.count(""), 0U) << last_answer();
  for (const auto& [server, count] : players) EXPECT_LE(count, kSlots) << server;
  EXPECT_LE(engine_->Containers().size(), kClients / kSlots);
  for (std::size_t i = 0; i < kClients; ++i) EXPECT_EQ(Seat(Name(i)), seats[i]) << "asked again";
  EndGames();
}

TEST_F(MakerDockerTest, SeatsThatItLosesAreRepaired) {
  redis_ = std::make_unique<RedisServer>();
  StartMaker("quirky:garbles");
  const std::vector<std::string> seats = SeatAll();
  for (std::size_t i = 0; i < kClients; ++i) EXPECT_NE(seats[i], "") << last_answer();
  std::size_t garbled = 0;
  for (const std::string& name : engine_->Containers()) {
    const std::string port = engine_->Docker("port " + name + " 3000/tcp");
    const std::string url =
        "http://127.0.0.1:" + port.substr(port.find(':') + 1, port.find('\n') - port.find(':') - 1);
    garbled += static_cast<std::size_t>(std::atoi(Ask("GET", url + "/garbled").body.c_str()));
  }
  // Each one that it garbled takes a slot that nobody has.
  EXPECT_LE(engine_->Containers().size(), (kClients + garbled + kSlots - 1) / kSlots)
      << garbled << " garbled";
  EndGames();
}

TEST_F(MakerDockerTest, GameServersOutliveAKilledMakerAndKeepTheirPlayers) {
  StartMaker("quirky");
  const std::string before = Seat("alice");
  ASSERT_NE(before, "") << last_answer();
  maker_->Signal(SIGKILL);
  maker_->Wait();
  StartMaker("quirky");
  EXPECT_EQ(Seat("alice"), before);
  EXPECT_EQ(engine_->Containers().size(), 1U);
  EndGames();
}

TEST_F(MakerDockerTest, AnotherMakerOnTheEngineHasGameServersOfItsOwn) {
  StartMaker("quirky");
  const std::string mine = Seat("alice");
  ASSERT_NE(mine, "") << last_answer();
  auto other = Launch(
      "quirky", {{"OOFGG_DATABASE", "sqlite:" + (folder_ / "other.db")}, {"OOFGG_DATA", folder_ / "other"}});
  const std::string there = HttpAddressOf(*other);
  ASSERT_NE(there, "") << Log();
  const std::string theirs = Seat("bob", there);
  EXPECT_NE(theirs, "") << last_answer();
  EXPECT_NE(theirs, mine) << "though there is room, and both fleets are called default";
  EXPECT_EQ(Seat("alice"), mine);
  EXPECT_EQ(engine_->Containers().size(), 2U);
  (void)Ask("DELETE", "http://" + there + "/request", "bob");
  EndGames();
}

TEST_F(MakerDockerTest, WithoutANetworkTheHostIsAsTheCallerSaysIt) {
  StartMaker("quirky", {{"DOCKER_NETWORK", ""}});
  const std::string seat = Seat("alice");
  EXPECT_EQ(seat.rfind("127.0.0.1:", 0), 0U) << seat;
  HttpCall call{
      .method = "POST",
      .url = "http://" + address_ + "/request",
      .headers = {{"Authorization", "alice"}, {"Host", "play.example:3000"}, {"X-Forwarded-Host", "evil"}}};
  const auto reply = http::Fetch(http_, std::move(call));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->body, "play.example" + seat.substr(seat.find(':')));
  EndGames();
}

TEST_F(MakerDockerTest, ANetworkThatCannotServeEndsItWithOneLine) {
  EXPECT_NE(engine_->Docker("network create --internal cellar"), "");
  const std::pair<std::string, std::string> cases[] = {{"nowhere", "docker network create nowhere"},
                                                       {"cellar", "'cellar' is internal"}};
  for (const auto& [network, said] : cases) {
    // An image alone: that says which backend is meant.
    ChildProcess maker("oofgg-maker", {.arguments = {},
                                       .environment = {{"DOCKER_HOST", engine_->host()},
                                                       {"DOCKER_NETWORK", network},
                                                       {"IMAGE_TO_PULL", "quirky"},
                                                       {"OOFGG_HTTP_LISTEN", "127.0.0.1:0"}},
                                       .working_directory = folder_.path()});
    EXPECT_EQ(maker.Wait(), 1);
    EXPECT_TRUE(maker.WaitForErrors(said)) << maker.errors();
  }
}

TEST_F(MakerDockerTest, AFailedServersLastWordsReachWhoAsked) {
  StartMaker("quirky:dies");
  const std::string url = "http://" + address_ + "/request";
  HttpReply reply = Ask("POST", url, "alice");
  for (int looks = 0; looks < 20 && reply.status == 202; ++looks)
    reply = Ask("GET", url + "?wait=30", "alice");
  EXPECT_EQ(reply.status, 503);
  EXPECT_NE(reply.body.find("no map to play on"), std::string::npos) << reply.body;
  EXPECT_TRUE(Ask("DELETE", url, "alice").status != 0);
  EXPECT_TRUE(Eventually([] { return engine_->Containers().empty(); }));
}

}  // namespace
}  // namespace oofgg::testing
