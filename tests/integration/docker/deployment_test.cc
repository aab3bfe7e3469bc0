// The maker as people deploy it: by a compose file, beside its game servers.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/integration/docker/deployment_fixture.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::testing {
namespace {

class DeploymentTest : public DeploymentFixture {
 protected:
  bool Knows(const std::string& server, const std::string& client) override {
    return plays_arena_ ? LetsIn(server, client) : MakerDockerFixture::Knows(server, client);
  }

  bool plays_arena_ = false;  // Whose players say who they are on a port that is not that of reservations.

 private:
  bool LetsIn(const std::string& server, const std::string& player) {
    TcpPeer& peer = *players_.emplace_back(std::make_unique<TcpPeer>(server));
    return peer.Send(R"({"player":")" + player + "\"}\n") && peer.ReadLineWith("welcome").has_value();
  }

  std::vector<std::unique_ptr<TcpPeer>> players_;  // Who hangs up gives the seat up.
};

TEST_F(DeploymentTest, OneOfAnOlderOrchestratorWorksWithItsVariablesAlone) {
  project_ = Here("older_deployment");
  Up("127.0.0.1:3000");
  const std::vector<std::string> seats = SeatAll();
  std::map<std::string, std::size_t> players;
  for (const std::string& seat : seats) ++players[seat];
  EXPECT_EQ(players.count(""), 0U) << last_answer() << "\n" << Compose("logs");
  for (const auto& [server, count] : players) EXPECT_LE(count, kSlots) << server;
  EXPECT_LE(GameServers().size(), kClients / kSlots);
  EXPECT_EQ(Seat(Name(0)), seats[0]) << "asked again";
  EndGamesOfMaker();
  const std::string said = Compose("down");
  EXPECT_TRUE(engine_->Containers().empty()) << said << "\n" << engine_->Docker("ps --all");
}

TEST_F(DeploymentTest, OursIsToldWhoseTheSocketIsAndItsPlayersOutliveIt) {
  plays_arena_ = true;
  project_ = folder_.path();
  const std::string source = OOFGG_SOURCE_DIR "/servers/maker-docker/";
  std::filesystem::copy_file(source + "compose.yaml", folder_ / "compose.yaml");
  std::filesystem::copy_file(source + "env.example", folder_ / ".env");
  const std::string refused = Compose("up --detach");
  EXPECT_NE(refused.find("stat -c %g /var/run/docker.sock"), std::string::npos) << refused;
  struct stat socket {};
  ASSERT_EQ(stat(std::getenv("DOCKER_SOCKET"), &socket), 0);
  std::ofstream(folder_ / ".env", std::ios::app) << "DOCKER_GID=" << socket.st_gid << "\n";

  Up("127.0.0.1:3000");
  const std::string seat = Seat("ann");
  ASSERT_NE(seat, "") << last_answer() << "\n" << Compose("logs");
  (void)Compose("down");
  EXPECT_FALSE(GameServers().empty()) << "players play on without a maker";
  Up("127.0.0.1:3000");
  EXPECT_EQ(Seat("ann"), seat) << last_answer() << "\n" << Compose("logs");
}

TEST_F(DeploymentTest, TheArenaIsAloneInItsImageAndEndsWhenTold) {
  const std::string run = engine_->Docker(
      "run --detach --name arena --read-only --cap-drop ALL --security-opt no-new-privileges oofgg/arena");
  EXPECT_TRUE(Eventually([] { return engine_->Docker("logs arena").find("ready ") != std::string::npos; }))
      << run << "\n"
      << engine_->Docker("logs arena");
  EXPECT_EQ(engine_->Docker("inspect --format '{{.Config.User}} {{.Config.ExposedPorts}}' oofgg/arena"),
            "10001:10001 map[3100/tcp:{} 3101/tcp:{}]");
  EXPECT_LT(std::stoul(engine_->Docker("inspect --format '{{.Size}}' oofgg/arena")), 10'000'000U);
  (void)engine_->Docker("stop --time 60 arena");
  EXPECT_EQ(engine_->Docker("inspect --format '{{.State.ExitCode}}' arena"), "0") << "not killed";
}

}  // namespace
}  // namespace oofgg::testing
