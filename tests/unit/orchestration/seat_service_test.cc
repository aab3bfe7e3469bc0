#include "orchestration/seat_service.h"

#include <gtest/gtest.h>

#include "tests/unit/orchestration/world.h"

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class SeatServiceTest : public ::testing::Test {
 protected:
  /// Runs to its answer; nothing if there is none within ten minutes.
  std::optional<StatusOr<ReservedSeats>> Reserve(World& world, const std::string& match,
                                                 std::vector<std::string> players) {
    auto answer = std::make_shared<std::optional<StatusOr<ReservedSeats>>>();
    world.seats->ReserveGroup("default", match, std::move(players),
                              [answer](StatusOr<ReservedSeats> seats) { *answer = std::move(seats); });
    for (int i = 0; i < 60'000 && !*answer; ++i) world.Advance(milliseconds(10));
    return *answer;
  }
};

TEST_F(SeatServiceTest, SeatsAllPlayersOnOneServer) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("stranger")) << "one slot of three is taken";
  const auto seats = Reserve(world, "m1", {"a", "b", "c"});
  ASSERT_TRUE(seats && seats->ok());
  const SimulatedServer& server = world.sim.Server((*seats)->server_id);
  EXPECT_EQ(server.clients, (std::set<std::string>{"a", "b", "c"}));
  EXPECT_EQ((*seats)->address, "127.0.0.1:" + std::to_string(server.running.port));
  EXPECT_EQ(world.sim.servers().size(), 2U);
}

TEST_F(SeatServiceTest, AskingAgainForAMatchGivesTheSameSeats) {
  World world;
  const auto first = Reserve(world, "m1", {"a", "b"});
  const auto second = Reserve(world, "m1", {"a", "b"});
  ASSERT_TRUE(first && first->ok() && second && second->ok());
  EXPECT_EQ((*first)->server_id, (*second)->server_id);
  EXPECT_EQ(world.sim.SeatsOf("a"), 1U);
}

TEST_F(SeatServiceTest, SurvivesTheDeathOfTheMaker) {
  for (int at = 0; at < 90; at += 3) {
    World world;
    bool told = false;
    world.seats->ReserveGroup("default", "m1", {"a", "b", "c"}, [&](const auto&) { told = true; });
    world.Advance(milliseconds(at));
    world.StartMaker();
    const auto seats = Reserve(world, "m1", {"a", "b", "c"});
    ASSERT_TRUE(seats && seats->ok()) << at;
    for (const std::string player : {"a", "b", "c"}) {
      EXPECT_EQ(world.sim.SeatsOf(player), 1U) << at;
      EXPECT_TRUE(world.sim.Server((*seats)->server_id).clients.contains(player)) << at;
    }
  }
}

TEST_F(SeatServiceTest, AHalfReservedMatchLeavesNothingBehind) {
  World world({.slots = 0});
  world.sim.model.tells_status = false;
  ASSERT_TRUE(world.PostUntilReady("x"));
  ASSERT_TRUE(world.PostUntilReady("y"));
  const auto seats = Reserve(world, "m1", {"a", "b", "c"});  // Only one slot is left, which nobody knows.
  ASSERT_TRUE(seats && seats->ok());
  world.Advance(seconds(1));
  for (const std::string player : {"a", "b", "c", "x", "y"})
    EXPECT_EQ(world.sim.SeatsOf(player), 1U) << player;
  EXPECT_EQ(world.sim.Server((*seats)->server_id).clients.size(), 3U);
}

TEST_F(SeatServiceTest, APlayerOfANewMatchLeavesTheOldSeat) {
  World world;
  const auto first = Reserve(world, "m1", {"a", "b", "c"});
  const auto second = Reserve(world, "m2", {"a", "d", "e"});
  ASSERT_TRUE(first && first->ok() && second && second->ok());
  world.Advance(seconds(2));
  EXPECT_EQ(world.sim.SeatsOf("a"), 1U);
  EXPECT_TRUE(world.sim.Server((*second)->server_id).clients.contains("a"));
  EXPECT_EQ(world.sim.SeatsOf("b"), 1U) << "the others of the old match keep theirs";
}

TEST_F(SeatServiceTest, FailsWithTheReason) {
  World world;
  world.sim.failing_starts = 1;
  const auto failed = Reserve(world, "m1", {"a"});
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(failed->status().message(), "no such image");
  const auto again = Reserve(world, "m1", {"a"});
  EXPECT_TRUE(again && again->ok());
}

TEST_F(SeatServiceTest, DoesNotWaitForEver) {
  World world({.max = 0});
  const auto failed = Reserve(world, "m1", {"a"});
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(std::string(failed->status().message()), kOverdue);
}

TEST_F(SeatServiceTest, ReleasingIsIdempotent) {
  World world;
  ASSERT_TRUE(Reserve(world, "m1", {"a", "b"})->ok());
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(world.seats->ReleaseGroup("default", "m1").ok());
  world.Advance(seconds(1));
  EXPECT_EQ(world.sim.SeatsOf("a") + world.sim.SeatsOf("b"), 0U);
}

TEST_F(SeatServiceTest, BadInputIsNamed) {
  World world;
  struct Row {
    const char* what;
    std::string fleet, match;
    std::vector<std::string> players;
    StatusCode code;
  };
  const std::vector<Row> rows = {
      {"no match id", "default", "", {"a"}, StatusCode::kInvalidArgument},
      {"nobody", "default", "m", {}, StatusCode::kInvalidArgument},
      {"twice the same", "default", "m", {"a", "a"}, StatusCode::kInvalidArgument},
      {"an empty id", "default", "m", {"a", ""}, StatusCode::kInvalidArgument},
      {"a dot", "default", "m", {".."}, StatusCode::kInvalidArgument},
      {"no such fleet", "nowhere", "m", {"a"}, StatusCode::kNotFound},
  };
  for (const Row& row : rows) {
    std::optional<StatusCode> code;
    world.seats->ReserveGroup(row.fleet, row.match, row.players,
                              [&](const StatusOr<ReservedSeats>& seats) { code = seats.status().code(); });
    EXPECT_EQ(code, row.code) << row.what;
  }
  EXPECT_EQ(world.seats->ReleaseGroup("nowhere", "m").code(), StatusCode::kNotFound);
}

TEST_F(SeatServiceTest, AFleetThatClosesTakesNoNewMatch) {
  World world;
  world.seats->CloseFleet("default");
  EXPECT_EQ(Reserve(world, "m1", {"a"})->status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(world.seats->ReleaseGroup("default", "m0").ok());
}

}  // namespace
}  // namespace oofgg::orchestration
