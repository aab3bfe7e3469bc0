// Whatever is killed, clients end with an address that works, and nothing is left behind.
// $OOFGG_CHAOS_ROUNDS rounds (10); $OOFGG_CHAOS_SEED chooses them.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <random>

#include "tests/integration/docker/maker_docker_fixture.h"

namespace oofgg::testing {
namespace {

constexpr std::size_t kAsking = 12;

class MakerDockerChaosTest : public MakerDockerFixture {
 protected:
  static unsigned NumberOf(const char* variable, unsigned otherwise) {
    const char* const text = std::getenv(variable);
    return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
  }

  void Restart() {
    const auto port = address_.substr(address_.rfind(':'));
    StartMaker("quirky", {{"OOFGG_HTTP_LISTEN", "127.0.0.1" + port}});
  }
  void KillMaker() {
    maker_->Signal(SIGKILL);
    maker_->Wait();
    Restart();
  }
  static void KillEngine() {
    engine_->Kill();
    engine_->Start();
  }
  void KillGame() {
    const auto games = engine_->Containers("label=gg.oof.maker=1");
    if (games.empty()) return;
    (void)engine_->Docker("kill " + games[dice_() % games.size()]);
  }
  void KillRedis() {
    redis_->Kill();
    redis_->Start();
  }
  void PauseEngine() {
    engine_->Pause();
    std::this_thread::sleep_for(std::chrono::milliseconds(dice_() % 1000));  // As long as it is away.
    engine_->Resume();
  }

  void Strike() {
    switch (dice_() % 5) {
      case 0:
        return KillMaker();
      case 1:
        return KillEngine();
      case 2:
        return KillRedis();
      case 3:
        return PauseEngine();
      default:
        return KillGame();
    }
  }

  std::mt19937 dice_;
};

TEST_F(MakerDockerChaosTest, EverybodyEndsWithAnAddressThatWorks) {
  const unsigned rounds = NumberOf("OOFGG_CHAOS_ROUNDS", 10);
  const unsigned seed = NumberOf("OOFGG_CHAOS_SEED", std::random_device()());
  SCOPED_TRACE("OOFGG_CHAOS_SEED=" + std::to_string(seed));
  dice_.seed(seed);
  redis_ = std::make_unique<RedisServer>();
  StartMaker("quirky");
  for (unsigned round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    std::vector<std::string> seats(kAsking);
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < kAsking; ++i) {
      const std::string name = Name(round) + "-" + std::to_string(i);
      clients.emplace_back([this, name, &seat = seats[i]] { seat = Seat(name); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(dice_() % 1500));  // A point that nobody chose.
    Strike();
    for (std::thread& client : clients) client.join();
    for (const std::string& seat : seats) EXPECT_NE(seat, "") << last_answer() << "\n" << Log();
    EndGames();
  }
}

}  // namespace
}  // namespace oofgg::testing
