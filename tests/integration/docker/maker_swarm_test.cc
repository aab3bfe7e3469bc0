// The maker on a swarm, as older deployments start it: in a container on the overlay network of its game
// servers.

#include <gtest/gtest.h>

#include <sstream>

#include "tests/integration/docker/maker_docker_fixture.h"

namespace oofgg::testing {
namespace {

class MakerSwarmTest : public MakerDockerFixture {
 protected:
  static void SetUpTestSuite() {
    if (!DockerEngine::Obstacle().empty()) return;
    StartEngine();
    (void)engine_->Docker("swarm init --advertise-addr 127.0.0.1 --listen-addr 127.0.0.1:2377");
    (void)engine_->Docker("network create --driver overlay --attachable overlay");
    // Whose network the maker shares; the ports of games are those of the node, which is here.
    (void)engine_->Docker("run --detach --name makers --network overlay quirky");
  }

  void StartInContainer(const std::string& image) {
    beside_ = engine_->Docker("inspect --format '{{.State.Pid}}' makers");
    StartMaker(image, {{"CONTAINER_BACKEND", "swarm"},
                       {"DOCKER_NETWORK", "overlay"},
                       {"CONVERGE_VERIFY_COOLDOWN", "500"},
                       {"CONVERGE_VERIFY_RETRY_TIMES", "60"},
                       {"OOFGG_HTTP_LISTEN", "0.0.0.0:0"}});
    address_ = WayIn() + address_.substr(address_.rfind(':'));
  }
  /// The container's address on the bridge that leads out of it.
  static std::string WayIn() {
    const std::string container = engine_->Docker("inspect --format '{{.Id}}' makers");
    std::string address = engine_->Docker("network inspect --format '{{(index .Containers \"" + container +
                                          "\").IPv4Address}}' docker_gwbridge");
    return address.substr(0, address.find('/'));
  }
  static std::vector<std::string> Services() {
    std::istringstream lines(engine_->Docker("service ls --format '{{.Name}}'"));
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);) names.push_back(line);
    return names;
  }
  void EndServices() {
    GoHome();
    // One that was just being started comes late.
    EXPECT_TRUE(Eventually([] {
      for (const std::string& name : engine_->Containers("label=gg.oof.maker=1"))
        (void)engine_->Docker("stop " + name);
      return Services().empty();
    })) << engine_->Docker("service ls");
    EXPECT_TRUE(Eventually([] { return engine_->Containers("label=gg.oof.maker=1").empty(); }));
  }
};

TEST_F(MakerSwarmTest, AThirdPartyImageIsServedAndNoServerIsStartedInVain) {
  StartInContainer("quirky");
  const std::vector<std::string> seats = SeatAll();
  std::map<std::string, std::size_t> players;
  for (const std::string& seat : seats) ++players[seat];
  EXPECT_EQ(players.count(""), 0U) << last_answer();
  for (const auto& [server, count] : players) EXPECT_LE(count, kSlots) << server;
  EXPECT_LE(Services().size(), kClients / kSlots);
  for (std::size_t i = 0; i < kClients; ++i) EXPECT_EQ(Seat(Name(i)), seats[i]) << "asked again";
  EndServices();
}

TEST_F(MakerSwarmTest, SeatsThatItLosesAreRepaired) {
  StartInContainer("quirky:garbles");
  const std::vector<std::string> seats = SeatAll();
  for (const std::string& seat : seats) EXPECT_NE(seat, "") << last_answer();
  EndServices();
}

}  // namespace
}  // namespace oofgg::testing
