// Two makers answer, two work, and game servers that know no more than they must run in Docker. In each round
// something of it is killed, or paused for longer than its lease, while everybody asks: all end with one
// address that works, and when they have gone no container is left.
//
// `OOFGG_CHAOS_ROUNDS` (10) is how many, `OOFGG_CHAOS_SEED` which course it takes.

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "tests/integration/docker/maker_docker_fixture.h"

namespace oofgg::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kAsking = 50;
constexpr std::size_t kMakers = 2;  // Of each role.
constexpr auto kLease = 1000ms;
constexpr auto kPause = kLease + 500ms;

unsigned NumberOf(const char* variable, unsigned otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}

class MakerDockerChaosTest : public MakerDockerFixture {
 protected:
  using MakerPtr = std::unique_ptr<ChildProcess>;

  void StartAll() {
    redis_ = std::make_unique<RedisServer>(
        std::vector<std::string>{"--appendonly", "yes", "--appendfsync", "always"});
    for (MakerPtr& worker : workers_) worker = StartWorker();
    for (std::size_t i = 0; i < kMakers; ++i) {
      apis_[i] = StartApi("127.0.0.1:0");
      addresses_[i] = HttpAddressOf(*apis_[i]);
    }
  }
  MakerPtr StartWorker() { return StartRole("worker", "127.0.0.1:0"); }
  MakerPtr StartApi(const std::string& listen) { return StartRole("api", listen); }
  MakerPtr StartRole(const std::string& role, const std::string& listen) {
    return Launch("quirky:ten", {{"OOFGG_ROLE", role},
                                 {"OOFGG_HTTP_LISTEN", listen},
                                 {"OOFGG_LOCAL_PROXY", "true"},
                                 {"OOFGG_FLEET_LEASE", std::to_string(kLease.count())},
                                 {"FLEET_IDLE_TIMEOUT", "500"}});
  }

  void KillApi() {
    const std::size_t number = dice_() % kMakers;
    Kill(apis_[number]);
    apis_[number] = StartApi(addresses_[number]);
  }
  void KillWorker() {
    MakerPtr& worker = workers_[dice_() % kMakers];
    Kill(worker);
    worker = StartWorker();
  }
  void PauseWorker() {
    MakerPtr& worker = workers_[dice_() % kMakers];
    worker->Signal(SIGSTOP);
    std::this_thread::sleep_for(kPause);
    worker->Signal(SIGCONT);
  }
  void KillEngine() {
    engine_->Kill();
    engine_->Start();
  }
  void PauseEngine() {
    engine_->Pause();
    std::this_thread::sleep_for(std::chrono::milliseconds(dice_() % 1000));  // As long as it is away.
    engine_->Resume();
  }
  void KillRedis() {
    redis_->Kill();
    redis_->Start();
  }
  std::string SomeGame() {
    const auto games = engine_->Containers("label=gg.oof.maker=1");
    return games.empty() ? "" : games[dice_() % games.size()];
  }
  void KillGame() {
    if (const std::string game = SomeGame(); !game.empty()) (void)engine_->Docker("kill " + game);
  }
  void PauseGame() {
    const std::string game = SomeGame();
    if (game.empty()) return;
    (void)engine_->Docker("pause " + game);
    std::this_thread::sleep_for(kPause);
    (void)engine_->Docker("unpause " + game);
  }

  /// What the client was told last, once both makers say the same and the game server knows the client.
  std::string SeatOf(const std::string& client) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < give_up) {
      const std::string seat = Seat(client, addresses_[0]);
      if (!seat.empty() && Ask("POST", "http://" + addresses_[1] + "/request", client).body == seat)
        return seat;
    }
    return "";
  }

  /// Seats on all game servers, whoever holds them: those that servers kept after a fault among them.
  std::size_t SeatsHeld(const std::vector<std::string>& clients) {
    std::size_t held = 0;
    for (const std::string& game : engine_->Containers("label=gg.oof.maker=1")) {
      const std::string address = engine_->Docker(
          "inspect --format '{{(index .NetworkSettings.Networks \"players\").IPAddress}}' " + game);
      for (const std::string& client : clients) held += Knows(address + ":3000", client) ? 1 : 0;
    }
    return held;
  }

  std::mt19937 dice_;
  std::array<MakerPtr, kMakers> apis_;
  std::array<MakerPtr, kMakers> workers_;
  std::array<std::string, kMakers> addresses_;

  struct Fault {
    const char* name;
    void (MakerDockerChaosTest::*strike)();
  };
  static constexpr std::array<Fault, 8> kFaults = {
      {{"API killed", &MakerDockerChaosTest::KillApi},
       {"worker killed", &MakerDockerChaosTest::KillWorker},
       {"worker paused", &MakerDockerChaosTest::PauseWorker},
       {"dockerd killed", &MakerDockerChaosTest::KillEngine},
       {"dockerd paused", &MakerDockerChaosTest::PauseEngine},
       {"Redis killed", &MakerDockerChaosTest::KillRedis},
       {"game server killed", &MakerDockerChaosTest::KillGame},
       {"game server paused", &MakerDockerChaosTest::PauseGame}}};
};

TEST_F(MakerDockerChaosTest, EverybodyEndsWithOneAddressThatWorks) {
  const unsigned rounds = NumberOf("OOFGG_CHAOS_ROUNDS", 10);
  const unsigned seed = NumberOf("OOFGG_CHAOS_SEED", std::random_device()());
  SCOPED_TRACE("OOFGG_CHAOS_SEED=" + std::to_string(seed));
  dice_.seed(seed);
  StartAll();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kAsking; ++i) names.push_back("client-" + std::to_string(i));
  std::array<unsigned, kFaults.size()> struck{};
  std::size_t kept = 0;
  for (unsigned round = 0; round < rounds && !HasFailure(); ++round) {
    const std::size_t kind = round < kFaults.size() ? round : dice_() % kFaults.size();
    ++struck[kind];
    SCOPED_TRACE("round " + std::to_string(round) + ", " + kFaults[kind].name);
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < kAsking; ++i) {
      clients.emplace_back([this, &names, i] { (void)Seat(names[i], addresses_[i % kMakers]); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(dice_() % 1500));  // A point that nobody chose.
    (this->*kFaults[kind].strike)();
    for (std::thread& client : clients) client.join();
    // Who was seated before the fault asks again, as clients do.
    for (const std::string& name : names) EXPECT_NE(SeatOf(name), "") << last_answer() << "\n" << Log();
    const std::size_t held = SeatsHeld(names);
    EXPECT_GE(held, kAsking);
    kept += held - (std::min)(held, kAsking);
    GoHome(addresses_[0]);
    EXPECT_TRUE(Eventually([] { return engine_->Containers().empty(); }))
        << "left: " << engine_->Docker("ps --all") << "\n"
        << Log();
  }
  std::printf("%u rounds:", rounds);
  for (std::size_t i = 0; i < kFaults.size(); ++i) std::printf(" %s %u,", kFaults[i].name, struck[i]);
  std::printf(" %zu seats were kept by game servers after a fault\n", kept);
}

}  // namespace
}  // namespace oofgg::testing
