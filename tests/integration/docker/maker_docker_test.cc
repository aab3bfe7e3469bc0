// The maker as older deployments start it, by variables alone, with an image that knows nothing of us.

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "http/curl_client.h"
#include "tests/integration/docker/docker_fixture.h"
#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/redis_server.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::testing {
namespace {

constexpr std::size_t kClients = 30;
constexpr std::size_t kSlots = 3;

class MakerDockerTest : public DockerFixture {
 protected:
  void StartMaker(const std::string& image, std::map<std::string, std::string> more = {}) {
    if (redis_ != nullptr) more["REDIS_SERVER_URL"] = redis_->address();
    more.merge(std::map<std::string, std::string>{{"CONTAINER_BACKEND", "docker"},
                                                  {"DOCKER_HOST", engine_->host()},
                                                  {"DOCKER_NETWORK", "players"},
                                                  {"IMAGE_TO_PULL", image},
                                                  {"IMAGE_PULL_POLICY", "missing"},
                                                  {"OOFGG_LISTEN", "127.0.0.1:0"},
                                                  {"OOFGG_OPS_LISTEN", "127.0.0.1:0"},
                                                  {"OOFGG_HTTP_LISTEN", "127.0.0.1:0"}});
    maker_ = std::make_unique<ChildProcess>(
        "oofgg-maker",
        ChildProcess::Options{
            .arguments = {}, .environment = std::move(more), .working_directory = folder_.path()});
    const auto ready = maker_->WaitForLine("ready ");
    ASSERT_TRUE(ready.has_value()) << maker_->errors();
    address_ = WordOf(*ready, "http");
  }

  HttpReply Ask(const std::string& method, const std::string& url, const std::string& client = "") {
    HttpCall call{.method = method, .url = url, .timeout = std::chrono::seconds(60)};
    if (!client.empty()) call.headers.emplace_back("Authorization", client);
    const auto reply = http::Fetch(http_, std::move(call));
    return reply.ok() ? *reply : HttpReply{.status = 0, .body = std::string(reply.status().message())};
  }

  /// Asks until there is an address, and whoever is there knows the client: `host:port`, or nothing.
  std::string Seat(const std::string& client) {
    const std::string url = "http://" + address_ + "/request";
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < give_up) {
      HttpReply reply = Ask("POST", url, client);
      if (reply.status == 202) reply = Ask("GET", url + "?wait=30", client);
      if (reply.status == 200 && Knows(reply.body, client)) return reply.body;
      last_answer_ = std::to_string(reply.status) + " " + reply.body;
    }
    return "";
  }
  bool Knows(const std::string& server, const std::string& client) {
    return Ask("GET", "http://" + server + "/reservation/" + client).status == 200;
  }

  /// All at once; where each one is.
  std::vector<std::string> SeatAll() {
    std::vector<std::string> seats(kClients);
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < kClients; ++i) {
      clients.emplace_back([this, i, &seats] { seats[i] = Seat(Name(i)); });
    }
    for (std::thread& client : clients) client.join();
    return seats;
  }
  static std::string Name(std::size_t i) { return "client-" + std::to_string(i); }

  /// Games end, and their servers with them.
  void EndGames() {
    for (const std::string& name : engine_->Containers()) (void)engine_->Docker("stop " + name);
    EXPECT_TRUE(Eventually([] { return engine_->Containers().empty(); }))
        << "left: " << engine_->Docker("ps --all");
  }

  TemporaryDirectory folder_;
  http::CurlClient http_{{.max_connections_per_host = 64}};
  std::unique_ptr<RedisServer> redis_;  // Null: the maker's own SQLite.
  std::unique_ptr<ChildProcess> maker_;
  std::string address_;
  std::string last_answer_;
};

TEST_F(MakerDockerTest, AThirdPartyImageIsServedAndNoServerIsStartedInVain) {
  redis_ = std::make_unique<RedisServer>();
  StartMaker("quirky");
  const std::vector<std::string> seats = SeatAll();
  std::map<std::string, std::size_t> players;
  for (const std::string& seat : seats) ++players[seat];
  EXPECT_EQ(players.count(""), 0U) << "the last answer was " << last_answer_;
  for (const auto& [server, count] : players) EXPECT_LE(count, kSlots) << server;
  EXPECT_LE(engine_->Containers().size(), kClients / kSlots);
  for (std::size_t i = 0; i < kClients; ++i) EXPECT_EQ(Seat(Name(i)), seats[i]) << "asked again";
  EndGames();
}

TEST_F(MakerDockerTest, SeatsThatItLosesAreRepaired) {
  redis_ = std::make_unique<RedisServer>();
  StartMaker("quirky:garbles");
  const std::vector<std::string> seats = SeatAll();
  for (std::size_t i = 0; i < kClients; ++i)
    EXPECT_NE(seats[i], "") << "the last answer was " << last_answer_;
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
  ASSERT_NE(before, "") << last_answer_;
  maker_->Signal(SIGKILL);
  maker_->Wait();
  StartMaker("quirky");
  EXPECT_EQ(Seat("alice"), before);
  EXPECT_EQ(engine_->Containers().size(), 1U);
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

TEST_F(MakerDockerTest, WhatTheSettingsNameAndIsNotThereEndsItWithOneLine) {
  ChildProcess maker("oofgg-maker", {.arguments = {},
                                     .environment = {{"CONTAINER_BACKEND", "docker"},
                                                     {"DOCKER_HOST", engine_->host()},
                                                     {"DOCKER_NETWORK", "nowhere"},
                                                     {"IMAGE_TO_PULL", "quirky"},
                                                     {"OOFGG_HTTP_LISTEN", "127.0.0.1:0"}},
                                     .working_directory = folder_.path()});
  EXPECT_EQ(maker.Wait(), 1);
  EXPECT_TRUE(maker.WaitForErrors("docker network create nowhere")) << maker.errors();
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
