// Clients ask two API processes for game servers, two workers start and fill them, and in each round
// something of it is killed, or paused for longer than its lease, at a random moment: everybody ends with the
// address of a game server that lets them in, nobody with two seats, and no game server is left that nobody
// knows of.
//
// `OOFGG_CHAOS_ROUNDS` (10) is how many. Each run takes a course of its own; `OOFGG_SEED`, which is printed,
// takes that one again.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/integration/chaos/maker_world.h"
#include "tests/support/eventually.h"

namespace oofgg::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kClients = 50;

long FromEnvironment(const char* name, long otherwise) {
  const char* const text = std::getenv(name);
  return text != nullptr ? std::strtol(text, nullptr, 10) : otherwise;
}

/// Small enough to be typed.
long SomeSeed() { return static_cast<long>(RandomSource::System().Below(1'000'000'000)); }

struct Fault {
  const char* name;
  void (*strike)(MakerWorld& world, SeededRandom& random);
};
constexpr std::array<Fault, 6> kFaults = {{
    {"API killed", [](MakerWorld& world, SeededRandom& random) { world.KillApi(random.Below(2)); }},
    {"worker killed", [](MakerWorld& world, SeededRandom& random) { world.KillWorker(random.Below(2)); }},
    {"Redis killed", [](MakerWorld& world, SeededRandom&) { world.KillRedis(); }},
    {"game server killed", [](MakerWorld& world, SeededRandom& random) { world.KillGameServer(random); }},
    {"worker paused", [](MakerWorld& world, SeededRandom& random) { world.PauseWorker(random.Below(2)); }},
    {"game server paused", [](MakerWorld& world, SeededRandom& random) { world.PauseGameServer(random); }},
}};

class MakerChaosTest : public ::testing::Test {
 protected:
  /// All ask at once, and the fault strikes at some moment of it: on this thread, since a child process dies
  /// with the thread that started it.
  void Ask(const Fault& fault) {
    const auto moment = std::chrono::microseconds(random_.Below(200'000));
    std::vector<std::thread> asking;
    for (const auto& guest : guests_) {
      asking.emplace_back([&guest, seed = random_.Next()] {
        SeededRandom random(seed);
        guest->AskUntilLetIn(random);
      });
    }
    std::this_thread::sleep_for(moment);  // What happens at no moment of its own cannot be waited for.
    fault.strike(world_, random_);
    for (std::thread& thread : asking) thread.join();
    // Whose game server ended after all asks again, as clients do.
    for (const auto& guest : guests_) {
      if (!guest->IsStillIn()) guest->AskUntilLetIn(random_);
    }
  }

  void CheckSeats(const char* fault) {
    std::size_t seated = 0;
    for (const auto& guest : guests_) {
      seated += guest->IsIn() ? 1 : 0;
      EXPECT_TRUE(guest->IsIn()) << guest->name() << ", " << fault << ": " << guest->last_answer();
    }
    const std::size_t held = world_.SeatsHeld();
    if (held > seated) momentary_ += held - seated;
    EXPECT_TRUE(Eventually([&] { return world_.SeatsHeld() == seated; }))
        << fault << ": " << seated << " clients hold " << world_.SeatsHeld() << " seats";
  }

  void Leave() {
    for (const auto& guest : guests_) guest->Leave();
    EXPECT_TRUE(Eventually([&] { return world_.SeatsHeld() == 0; }))
        << world_.SeatsHeld() << " seats are left";
  }

  const std::uint64_t seed_ = static_cast<std::uint64_t>(FromEnvironment("OOFGG_SEED", SomeSeed()));
  SeededRandom random_{seed_};
  MakerWorld world_;
  std::vector<std::unique_ptr<MakerGuest>> guests_ = MakeGuests(world_, kClients);
  std::size_t momentary_ = 0;
};

TEST_F(MakerChaosTest, EverybodyIsLetInOnceWhateverDies) {
  SCOPED_TRACE("OOFGG_SEED=" + std::to_string(seed_));
  std::printf("OOFGG_SEED=%llu\n", static_cast<unsigned long long>(seed_));
  std::fflush(stdout);  // Said even if this run does not come to its end.
  const long rounds = FromEnvironment("OOFGG_CHAOS_ROUNDS", 10);
  std::array<int, kFaults.size()> struck{};
  for (long round = 0; round < rounds && !HasFailure(); ++round) {
    const std::size_t kind = round < static_cast<long>(kFaults.size())
                                 ? static_cast<std::size_t>(round)
                                 : static_cast<std::size_t>(random_.Below(kFaults.size()));
    ++struck[kind];
    SCOPED_TRACE(kFaults[kind].name);
    Ask(kFaults[kind]);
    CheckSeats(kFaults[kind].name);
    Leave();
  }
  EXPECT_EQ(world_.GameServersNobodyKnows(), 0U);
  std::printf("%ld rounds:", rounds);
  for (std::size_t i = 0; i < kFaults.size(); ++i) std::printf(" %s %d,", kFaults[i].name, struck[i]);
  std::printf(" %zu seats held a moment too long; %s\n", momentary_, SummaryOf(guests_).c_str());
}

}  // namespace
}  // namespace oofgg::testing
