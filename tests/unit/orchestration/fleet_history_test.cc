// Random histories with faults: servers are killed and paused, replies are lost, makers die, starts fail,
// clients come, ask and leave. Whatever happens, nobody is given two seats, no seat is lost and every request
// ends.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "tests/unit/orchestration/world.h"

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Stage = RequestView::Stage;

class History {
 public:
  enum class Maker { kLives, kDies };

  History(std::uint64_t seed, Maker maker)
      : chance_(seed),
        maker_(maker),
        world_({.max = 6, .max_starting = 2, .idle_timeout = seconds(20), .sick_timeout = seconds(15)}) {
    world_.sim.model.tells_status = Percent(70);
    world_.sim.model.refuses_repeat = Percent(50);
    world_.sim.loses_reply = [this](const HttpCall&) { return faults_ && Percent(3); };
  }

  void Run() {
    for (int step = 0; step < 150; ++step) {
      Step();
      world_.Advance(milliseconds(chance_.Below(400)));
      Check();
    }
    Settle();
  }

 private:
  bool Percent(std::uint64_t percent) { return chance_.Below(100) < percent; }
  std::string AnyClient() { return "c" + std::to_string(chance_.Below(12)); }
  std::string AnyServer() {
    auto& servers = world_.sim.servers();
    if (servers.empty()) return "";
    return std::next(servers.begin(), static_cast<long>(chance_.Below(servers.size())))->first;
  }

  void Step() {
    const std::uint64_t dice = chance_.Below(100);
    if (dice < 60) {
      Ask(AnyClient());
    } else if (dice < 75) {
      const Status left = world_.facade->Withdraw("default", AnyClient());
      ASSERT_TRUE(left.ok() || absl::IsNotFound(left)) << left;
    } else if (dice < 80) {
      if (const std::string id = AnyServer(); !id.empty()) world_.sim.Kill(id);
    } else if (dice < 86) {
      if (const std::string id = AnyServer(); !id.empty()) world_.sim.Server(id).paused ^= true;
    } else if (dice < 90) {
      if (maker_ == Maker::kDies) world_.StartMaker();
    } else if (dice < 94) {
      world_.sim.failing_starts = chance_.Below(2);
    } else if (dice < 97) {
      world_.sim.dying_starts = chance_.Below(2);
    } else if (const std::string id = AnyServer(); !id.empty()) {
      auto& clients = world_.sim.Server(id).clients;  // Somebody's game ends.
      if (!clients.empty()) clients.erase(clients.begin());
    }
  }

  void Ask(const std::string& client) {
    const auto view = world_.Post(client);
    if (!view.ok() || view->stage != Stage::kReady) return;
    // An address is only given out when the server there has just confirmed it.
    for (const auto& [id, server] : world_.sim.servers()) {
      if (server.running.port != view->server.port) continue;
      ASSERT_TRUE(server.clients.contains(client)) << client;
      return;
    }
  }

  /// What must hold at every moment: the record gives each client one seat, and no server is overfull.
  void Check() {
    std::map<std::string, std::size_t> by_server;
    std::set<std::string> players;
    const auto seats = world_.store.Seats("default").value();
    for (const Seat& seat : seats) {
      ASSERT_TRUE(players.insert(seat.player).second) << seat.player << " was given two seats";
      ++by_server[seat.server.id];
    }
    for (const auto& [id, server] : world_.sim.servers()) ASSERT_LE(server.clients.size(), server.slots);
  }

  /// Once the faults end, everybody who asks gets exactly one seat.
  void Settle() {
    faults_ = false;
    world_.sim.failing_starts = 0;
    world_.sim.dying_starts = 0;
    for (auto& [id, server] : world_.sim.servers()) server.paused = false;
    world_.Advance(seconds(30));  // Until no server is given up any more for having been paused.
    for (int i = 0; i < 12; ++i) {
      const std::string client = "c" + std::to_string(i);
      ASSERT_TRUE(world_.PostUntilReady(client, minutes(3)))
          << client << " is stuck: " << NameOf(world_.Record(client).state);
    }
    world_.Advance(minutes(1));
    for (int i = 0; i < 12; ++i) {
      const std::string client = "c" + std::to_string(i);
      ASSERT_EQ(world_.Post(client)->stage, Stage::kReady) << client;
      ASSERT_EQ(world_.sim.SeatsOf(client), 1U) << client;
    }
    ASSERT_EQ(world_.store.Waiting("default").value().requests, 0U);
  }

  SeededRandom chance_;
  const Maker maker_;
  bool faults_ = true;
  World world_;
};

void RunHistories(History::Maker maker) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History(seed, maker).Run();
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(FleetHistory, FaultsCostNobodyTheirSeat) { RunHistories(History::Maker::kLives); }
TEST(FleetHistory, NorDoDyingMakers) { RunHistories(History::Maker::kDies); }

}  // namespace
}  // namespace oofgg::orchestration
