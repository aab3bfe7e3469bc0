// What becomes of servers: they end, fall silent, come back, become idle, and outlive their maker.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/orchestration/world.h"

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Stage = RequestView::Stage;

std::string OnlyServer(World& world) {
  EXPECT_THAT(world.sim.servers(), SizeIs(1));
  return world.sim.servers().begin()->first;
}

/// Knows no more of the Reservation API than it must.
void MakeSilent(World& world) {
  world.sim.model.tells_status = false;
  world.sim.model.knows_delete = false;
}

TEST(Fleet, ASeatThatAServerCannotGiveUpIsItsPlayersStill) {
  World world;
  MakeSilent(world);
  for (const char* client : {"alice", "bob", "carol"}) ASSERT_TRUE(world.PostUntilReady(client));
  const std::string first = world.sim.started.front().id;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(world.facade->Withdraw("default", "alice").ok());
    world.Advance(milliseconds(100));
    ASSERT_TRUE(world.PostUntilReady("alice"));
  }
  EXPECT_THAT(world.sim.started, SizeIs(1)) << "whoever comes and goes uses nothing up";
  EXPECT_TRUE(world.sim.Server(first).clients.contains("alice"));
}

TEST(Fleet, AServerOfWhichAllSeatsAreLostIsStopped) {
  World world;
  MakeSilent(world);
  for (const char* client : {"alice", "bob", "carol"}) ASSERT_TRUE(world.PostUntilReady(client));
  ASSERT_TRUE(world.PostUntilReady("dave"));  // Tells how many there are room for.
  const std::string kept = world.sim.started.front().id;
  for (const char* client : {"alice", "bob", "carol"})
    ASSERT_TRUE(world.facade->Withdraw("default", client).ok());
  world.Advance(seconds(5));
  EXPECT_THAT(world.sim.stopped, ElementsAre(kept));
}

TEST(Fleet, AServerThatKeepsASeatAfterAFaultIsDrained) {
  World world;
  MakeSilent(world);
  for (const char* client : {"alice", "bob"}) ASSERT_TRUE(world.PostUntilReady(client));
  const std::string kept = world.sim.started.front().id;
  world.sim.Server(kept).paused = true;
  world.Advance(seconds(5));
  world.sim.Server(kept).paused = false;
  ASSERT_TRUE(world.facade->Withdraw("default", "alice").ok());
  world.Advance(seconds(5));
  EXPECT_EQ(world.CountInState(GameServerState::kDraining), 1U);
  ASSERT_TRUE(world.PostUntilReady("dave"));
  EXPECT_FALSE(world.sim.Server(kept).clients.contains("dave"));
  EXPECT_THAT(world.sim.stopped, IsEmpty()) << "bob plays";
  ASSERT_TRUE(world.facade->Withdraw("default", "bob").ok());
  world.Advance(seconds(5));
  EXPECT_THAT(world.sim.stopped, ElementsAre(kept));
}

TEST(Fleet, SeatsThatLapseOnASilentServerAreGivenAgain) {
  World world({.max = 1});
  MakeSilent(world);
  for (const char* client : {"alice", "bob", "carol"}) ASSERT_TRUE(world.PostUntilReady(client));
  ASSERT_TRUE(world.Post("dave").ok());
  world.Advance(seconds(1));
  EXPECT_EQ(world.Record("dave").state, RequestState::kCreated);
  world.sim.servers().begin()->second.clients.clear();
  EXPECT_TRUE(world.PostUntilReady("dave", seconds(30)));
  EXPECT_TRUE(world.PostUntilReady("erin", seconds(1))) << "the others' seats are known to have lapsed";
}

TEST(Fleet, SilentServersThatMayIdleAreAskedWhoIsThere) {
  World world({.idle_timeout = seconds(4)});
  MakeSilent(world);
  for (const char* client : {"alice", "bob"}) ASSERT_TRUE(world.PostUntilReady(client));
  world.Advance(minutes(1));
  EXPECT_THAT(world.sim.stopped, IsEmpty());
  world.sim.servers().begin()->second.clients.clear();
  world.Advance(seconds(20));
  EXPECT_THAT(world.sim.stopped, SizeIs(1));
}

TEST(FleetHealth, PlayersOfADeadServerAreSeatedAnewWithoutAskingAgain) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  const std::string dead = OnlyServer(world);
  world.sim.Kill(dead);
  world.Advance(milliseconds(1));
  EXPECT_EQ(world.Get("alice")->stage, Stage::kPending);
  world.Advance(seconds(1));
  EXPECT_EQ(world.Get("alice")->stage, Stage::kReady);
  EXPECT_NE(OnlyServer(world), dead);
}

TEST(FleetHealth, WhoAskedLongAgoIsToldInsteadThatTheServerDied) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  world.Advance(minutes(6));
  const std::string dead = OnlyServer(world);
  world.sim.Kill(dead);
  world.Advance(seconds(1));
  EXPECT_EQ(world.Get("alice")->stage, Stage::kFailed) << "nobody knows whether they still play";
  EXPECT_TRUE(world.PostUntilReady("alice"));
  EXPECT_NE(OnlyServer(world), dead);
}

TEST(FleetHealth, AServerThatDiesDuringAReservationCostsNobodyTheirPlace) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("first"));
  const std::string doomed = OnlyServer(world);
  ASSERT_TRUE(world.Post("alice").ok());  // Being reserved: the call takes a millisecond.
  world.sim.Kill(doomed);
  world.Advance(seconds(1));
  EXPECT_EQ(world.Record("alice").state, RequestState::kDone)
      << "without asking again, and without a cool-down";
}

TEST(FleetHealth, ASilentServerGetsNoMorePlayers) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("first"));
  world.sim.Server(OnlyServer(world)).paused = true;
  world.Advance(seconds(4));
  EXPECT_EQ(world.CountInState(GameServerState::kSick), 1U);
  ASSERT_TRUE(world.PostUntilReady("alice", seconds(3))) << "on another server, at once";
  EXPECT_THAT(world.sim.servers(), SizeIs(2));
}

TEST(FleetHealth, ASilentServerIsStoppedInTheEnd) {
  World world({.sick_timeout = seconds(10)});
  ASSERT_TRUE(world.PostUntilReady("alice"));
  const std::string silent = OnlyServer(world);
  world.sim.Server(silent).paused = true;
  world.Advance(seconds(20));
  EXPECT_THAT(world.sim.stopped, ::testing::ElementsAre(silent));
  EXPECT_EQ(world.Record("alice").state, RequestState::kDone);
  EXPECT_NE(world.Record("alice").server.id, silent);
}

TEST(FleetHealth, OneThatFallsSickAgainAndAgainIsLeftAloneForLonger) {
  World world({.max = 1});
  ASSERT_TRUE(world.PostUntilReady("alice"));
  const std::string id = OnlyServer(world);
  std::vector<Duration> rests;
  for (int i = 0; i < 4; ++i) {
    world.sim.Server(id).paused = true;
    while (world.CountInState(GameServerState::kSick) == 0) world.Advance(milliseconds(100));
    world.sim.Server(id).paused = false;
    const TimePoint well = world.clock.Now();
    while (world.CountInState(GameServerState::kReady) == 0) world.Advance(milliseconds(100));
    rests.push_back(world.clock.Now() - well);
  }
  EXPECT_GE(rests[1], rests[0]);
  EXPECT_GE(rests[2], seconds(4));
  EXPECT_GE(rests[3], seconds(8));
  world.Advance(minutes(6));
  world.sim.Server(id).paused = true;
  while (world.CountInState(GameServerState::kSick) == 0) world.Advance(milliseconds(100));
  world.sim.Server(id).paused = false;
  world.Advance(seconds(5));
  EXPECT_EQ(world.CountInState(GameServerState::kReady), 1U) << "what is long past is forgotten";
}

TEST(FleetHealth, ASeatThatMayBeTakenOnASilentServerIsGivenBackWhenItWakes) {
  World world({.sick_timeout = minutes(5)});
  ASSERT_TRUE(world.PostUntilReady("first"));
  const std::string paused = OnlyServer(world);
  // The server acts on the reservation of alice, but its answers are lost.
  world.sim.loses_reply = [](const HttpCall& call) { return call.url.find("alice") != std::string::npos; };
  ASSERT_TRUE(world.Post("alice").ok());
  world.Advance(milliseconds(100));
  ASSERT_TRUE(world.sim.Server(paused).clients.contains("alice"));
  world.sim.Server(paused).paused = true;
  world.sim.loses_reply = nullptr;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  EXPECT_NE(world.Record("alice").server.id, paused);
  EXPECT_EQ(world.sim.SeatsOf("alice"), 2U) << "nobody can tell the paused server yet";
  world.sim.Server(paused).paused = false;
  world.Advance(seconds(10));
  EXPECT_EQ(world.sim.SeatsOf("alice"), 1U);
  EXPECT_EQ(world.CountInState(GameServerState::kReady), 2U);
}

TEST(FleetHealth, ASeatTheServerNoLongerHoldsIsFree) {
  World world({.max = 1});
  world.sim.model.slots = 1;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  ASSERT_TRUE(world.Post("bob").ok());
  world.sim.Server(OnlyServer(world)).clients.clear();  // Alice's game is over.
  world.Advance(seconds(3));
  EXPECT_EQ(world.Record("bob").state, RequestState::kDone);
  EXPECT_EQ(world.Record("alice").state, RequestState::kFailed);
}

TEST(FleetHealth, IdleServersStop) {
  World world({.idle_timeout = seconds(30)});
  ASSERT_TRUE(world.PostUntilReady("alice"));
  world.Advance(minutes(2));
  EXPECT_THAT(world.sim.servers(), SizeIs(1)) << "alice sits there";
  ASSERT_TRUE(world.facade->Withdraw("default", "alice").ok());
  world.Advance(seconds(28));
  EXPECT_THAT(world.sim.servers(), SizeIs(1));
  world.Advance(seconds(4));
  EXPECT_THAT(world.sim.servers(), IsEmpty());
  EXPECT_TRUE(world.PostUntilReady("bob")) << "and start again when needed";
}

TEST(FleetHealth, ImagesThatDoNotTellTheirLoadAreNotStoppedUnlessAsked) {
  World world;
  world.sim.model.tells_status = false;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  ASSERT_TRUE(world.facade->Withdraw("default", "alice").ok());
  world.Advance(minutes(30));
  EXPECT_THAT(world.sim.servers(), SizeIs(1));
}

TEST(FleetHealth, TheReserveIsNotStoppedForIdleness) {
  World world({.min_ready = 1, .idle_timeout = seconds(5)});
  ASSERT_TRUE(world.PostUntilReady("alice"));
  world.Advance(minutes(1));
  EXPECT_THAT(world.sim.servers(), SizeIs(1));
}

TEST(FleetHealth, PlayersWithoutAReservationCountToo) {
  World world({.max = 1});
  ASSERT_TRUE(world.PostUntilReady("alice"));
  SimulatedServer& server = world.sim.Server(OnlyServer(world));
  server.clients.insert("stranger");
  server.clients.insert("another");
  world.Advance(seconds(2));
  const int before = server.calls["POST"];
  ASSERT_TRUE(world.Post("bob").ok());
  world.Advance(seconds(1));
  EXPECT_EQ(server.calls["POST"], before) << "a full server is not asked in vain";
  EXPECT_EQ(world.Get("bob")->position, 1U);
}

TEST(FleetHealth, ANewMakerAdoptsServersAndSeats) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  ASSERT_TRUE(world.PostUntilReady("bob"));
  const auto before = world.Post("alice");
  world.StartMaker();
  const auto after = world.Post("alice");
  EXPECT_EQ(after->stage, Stage::kReady);
  EXPECT_EQ(after->server, before->server);
  ASSERT_TRUE(world.PostUntilReady("carol"));
  EXPECT_FALSE(world.PostUntilReady("dave", milliseconds(50))) << "3 slots are taken";
  EXPECT_TRUE(world.PostUntilReady("dave"));
  EXPECT_THAT(world.sim.started, SizeIs(2));
}

TEST(FleetHealth, ARequestUnderWayWhenTheMakerDiesStillEndsOnAServer) {
  for (int at = 0; at < 90; at += 3) {
    World world;
    ASSERT_TRUE(world.Post("alice").ok());
    world.Advance(milliseconds(at));
    world.StartMaker();
    world.Advance(seconds(1));
    EXPECT_EQ(world.Record("alice").state, RequestState::kDone) << "killed after " << at << " ms";
    EXPECT_EQ(world.sim.SeatsOf("alice"), 1U) << "killed after " << at << " ms";
    // Until the backend has it on record, nobody knows of it, and it does not begin.
    constexpr int kOnRecord = 21;
    if (at < kOnRecord) continue;
    EXPECT_EQ(world.sim.started.size(), 1U) << "the next maker waits for it; killed after " << at << " ms";
  }
}

TEST(FleetHealth, ServersThatEndedWhileThereWasNoMakerAreNoticed) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  world.KillMaker();
  world.sim.Kill(OnlyServer(world));
  world.StartMaker();
  EXPECT_EQ(world.Record("alice").state, RequestState::kCreated) << "and their players are in line again";
  EXPECT_TRUE(world.PostUntilReady("alice"));
}

TEST(FleetHealth, ASilentServerAtTheStartHoldsNobodyUpForLong) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  world.sim.Server(OnlyServer(world)).paused = true;
  world.StartMaker();
  EXPECT_TRUE(world.PostUntilReady("bob", seconds(4)));
}

}  // namespace
}  // namespace oofgg::orchestration
