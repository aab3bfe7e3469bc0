// What operators order of a fleet, and how it grows and shrinks by itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestration/server_id.h"
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

std::string PlayerOf(int i) { return "player-" + std::to_string(i); }

/// A world whose fleet looks at orders.
std::unique_ptr<World> Ordered(FleetOptions options = {}) {
  return std::make_unique<World>(std::move(options), RequestOptions(), /*ordered=*/true);
}

std::size_t Outdated(World& world) {
  std::size_t count = 0;
  for (const GameServerInfo& server : world.Servers()) count += server.outdated ? 1 : 0;
  return count;
}

TEST(FleetOrdering, AScaleCountsAtOnceAndOutlivesTheMaker) {
  const auto world = Ordered();
  world->Order([](FleetOrders& orders) { orders.min_ready = 2; });
  world->Advance(seconds(1));
  EXPECT_EQ(world->CountInState(GameServerState::kReady), 2U);
  world->StartMaker();
  world->Order([](FleetOrders& orders) { orders.min_ready = 3; });
  world->Advance(seconds(1));
  EXPECT_EQ(world->CountInState(GameServerState::kReady), 3U);
}

TEST(FleetOrdering, AMaximumOfNoneStartsNothing) {
  const auto world = Ordered({.min_ready = 2});
  world->Advance(seconds(1));
  world->Order([](FleetOrders& orders) { orders.max = 0; });
  world->Advance(minutes(2));
  EXPECT_THAT(world->Servers(), IsEmpty()) << "what was idle has gone";
  EXPECT_EQ(world->Post("alice")->stage, Stage::kPending);
  world->Advance(seconds(10));
  EXPECT_THAT(world->sim.servers(), IsEmpty());
  world->Order([](FleetOrders& orders) { orders.max.reset(); });
  EXPECT_TRUE(world->PostUntilReady("alice", seconds(2)));
}

TEST(FleetOrdering, AChangeThatNobodyTellsOfIsSeenAllTheSame) {
  const auto world = Ordered();
  FleetOrders orders;
  orders.min_ready = 1;
  ASSERT_TRUE(world->orders.Put("default", orders).ok());
  world->Advance(seconds(7));
  EXPECT_EQ(world->CountInState(GameServerState::kReady), 1U);
  world->fleet_options.min_ready = 4;
  orders.min_ready.reset();
  orders.version = 1;
  ASSERT_TRUE(world->orders.Put("default", orders).ok());
  world->Advance(seconds(7));
  EXPECT_EQ(world->CountInState(GameServerState::kReady), 4U) << "as the file says now";
}

TEST(FleetOrdering, ADrainedServerTakesNobodyAndStopsWhenItIsEmpty) {
  const auto world = Ordered();
  ASSERT_TRUE(world->PostUntilReady("alice"));
  const std::string drained = world->sim.servers().begin()->first;
  world->Order([&](FleetOrders& orders) { orders.draining[drained] = FleetOrders::kNoDeadline; });
  EXPECT_EQ(world->CountInState(GameServerState::kDraining), 1U);
  ASSERT_TRUE(world->PostUntilReady("bob", seconds(3)));
  EXPECT_NE(world->Record("bob").server.id, drained);
  world->Advance(minutes(5));
  EXPECT_TRUE(world->sim.servers().contains(drained)) << "alice plays on";
  EXPECT_EQ(world->Record("alice").server.id, drained);
  world->StartMaker();  // And the next maker knows.
  world->Advance(seconds(2));
  EXPECT_EQ(world->CountInState(GameServerState::kDraining), 1U);
  ASSERT_TRUE(world->facade->Withdraw("default", "alice").ok());
  world->Advance(seconds(3));
  EXPECT_FALSE(world->sim.servers().contains(drained));
  EXPECT_THAT(world->orders.Find("default")->draining, IsEmpty()) << "the order has been carried out";
}

TEST(FleetOrdering, AtItsDeadlineADrainedServerStopsWithWhomeverItHas) {
  const auto world = Ordered();
  ASSERT_TRUE(world->PostUntilReady("alice"));
  const std::string drained = world->sim.servers().begin()->first;
  world->Order([&](FleetOrders& orders) { orders.draining[drained] = world->clock.WallNow() + seconds(30); });
  world->Advance(seconds(28));
  EXPECT_TRUE(world->sim.servers().contains(drained));
  world->Advance(seconds(5));
  EXPECT_FALSE(world->sim.servers().contains(drained));
  EXPECT_NE(world->Record("alice").server.id, drained);
}

TEST(FleetOrdering, AnOrderForAServerThatIsGoneIsForgotten) {
  const auto world = Ordered();
  FleetOrders orders;
  orders.draining["gs-gone"] = FleetOrders::kNoDeadline;
  ASSERT_TRUE(world->orders.Put("default", orders).ok());
  world->StartMaker();
  world->Advance(seconds(1));
  EXPECT_THAT(world->orders.Find("default")->draining, IsEmpty());
}

TEST(FleetOrdering, AnUpdateDrainsEachServerOnceAnotherIsReady) {
  const auto world = Ordered({.min_ready = 3, .max = 4, .max_starting = 8});
  world->Advance(seconds(1));
  world->sim.started.clear();
  world->Order([](FleetOrders& orders) { orders.image = "arena:2"; });
  std::size_t least_ready = 99;
  for (int i = 0; i < 200 && Outdated(*world) > 0; ++i) {
    world->Advance(milliseconds(50));
    least_ready = (std::min)(least_ready, world->CountInState(GameServerState::kReady));
    EXPECT_LE(world->Servers().size(), 5U) << "one at a time, above the maximum at most";
  }
  EXPECT_EQ(Outdated(*world), 0U);
  EXPECT_EQ(least_ready, 3U) << "the reserve is there all the time";
  ASSERT_THAT(world->sim.started, SizeIs(3));
  for (const ServerSpec& spec : world->sim.started) {
    EXPECT_EQ(spec.image, "arena:2");
    EXPECT_EQ(RevisionIn(spec.id), RevisionOf("arena:2", ""));
  }
  world->Advance(seconds(1));
  world->StartMaker();
  world->Advance(seconds(5));
  EXPECT_THAT(world->sim.started, SizeIs(3)) << "the next maker knows them by their names";
}

TEST(FleetOrdering, PlayersOfAnOldRevisionPlayOnAndNewOnesGetTheNewOne) {
  const auto world = Ordered();
  ASSERT_TRUE(world->PostUntilReady("alice"));
  const std::string old = world->Record("alice").server.id;
  world->Order([](FleetOrders& orders) { orders.command = "arena --fast"; });
  world->Advance(seconds(2));
  ASSERT_TRUE(world->PostUntilReady("bob"));
  EXPECT_NE(world->Record("bob").server.id, old);
  EXPECT_EQ(world->Record("alice").server.id, old);
  EXPECT_EQ(world->CountInState(GameServerState::kDraining), 1U);
}

TEST(FleetOrdering, ARevisionThatDoesNotStartCostsNobodyTheirServer) {
  const auto world = Ordered({.min_ready = 2});
  ASSERT_TRUE(world->PostUntilReady("alice"));
  world->sim.failing_starts = 1000;
  world->Order([](FleetOrders& orders) { orders.image = "typo"; });
  world->Advance(minutes(3));
  EXPECT_EQ(world->CountInState(GameServerState::kReady), 2U);
  EXPECT_EQ(world->orders.Pace("default").value()->trouble, "no such image");
  EXPECT_TRUE(world->PostUntilReady("bob", seconds(1))) << "the old ones take players meanwhile";
  world->sim.failing_starts = 0;
  world->Order([](FleetOrders& orders) { orders.image.reset(); });
  world->Advance(minutes(1));
  EXPECT_EQ(Outdated(*world), 0U) << "and are what is wanted again";
}

TEST(FleetOrdering, TheEmptiestServerFirstIfTheFleetSpreads) {
  World world({.min_ready = 2, .packing = Packing::kSpread});
  world.fleet->Wake();
  world.Advance(seconds(1));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(world.PostUntilReady(PlayerOf(i)));
  for (const auto& [id, server] : world.sim.servers()) EXPECT_LE(server.clients.size(), 1U);
}

TEST(FleetScaling, AfterTheLastPlayerLeavesIdleServersAreGoneWithinTheTimeoutPlusASecond) {
  World world({.idle_timeout = seconds(10)});
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(world.Post(PlayerOf(i)).ok());
  world.Advance(seconds(20));
  EXPECT_THAT(world.sim.started, SizeIs(10)) << "a burst starts what it needs and no more";
  for (int i = 0; i < 30; ++i) {
    world.Advance(milliseconds(137));
    ASSERT_TRUE(world.facade->Withdraw("default", PlayerOf(i)).ok());
  }
  world.Advance(seconds(8));
  EXPECT_THAT(world.sim.servers(), ::testing::Not(IsEmpty()));
  world.Advance(seconds(3));
  EXPECT_THAT(world.sim.servers(), IsEmpty());
}

TEST(FleetScaling, ABurstRightAfterScalingDownDoesNotThrash) {
  World world({.idle_timeout = seconds(10)});
  for (int round = 0; round < 3; ++round) {
    world.sim.started.clear();
    world.sim.stopped.clear();
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(world.Post(PlayerOf(i)).ok());
    world.Advance(seconds(9));
    EXPECT_THAT(world.sim.started, SizeIs(10)) << round;
    EXPECT_THAT(world.sim.stopped, IsEmpty()) << round;
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(world.facade->Withdraw("default", PlayerOf(i)).ok());
    world.Advance(seconds(11));
    EXPECT_THAT(world.sim.stopped, SizeIs(10)) << round << ": each once";
    EXPECT_THAT(world.sim.servers(), IsEmpty()) << round;
  }
}

TEST(FleetScaling, OnceAStreamIsKnownItsPlayersNeedNotWaitForAStart) {
  World world({.max = 1000, .max_starting = 20});
  world.sim.model.slots = 10;
  world.sim.boot_time = seconds(3);
  int late_waits = 0;
  for (int i = 0; i < 600; ++i) {
    ASSERT_TRUE(world.Post(PlayerOf(i)).ok());
    world.Advance(milliseconds(198));
    const bool seated = world.Record(PlayerOf(i)).state == RequestState::kDone;
    if (i > 300 && !seated) ++late_waits;
  }
  EXPECT_EQ(late_waits, 0) << "five a second, and a start takes three";
  EXPECT_LE(world.sim.started.size(), 65U) << "but no more is kept than comes during a start";
}

TEST(FleetWait, ThoseInLineAreToldHowLong) {
  const auto world = Ordered({.max = 1, .slots = 1});
  world->sim.model.slots = 1;
  EXPECT_EQ(world->Post("first")->estimate, std::nullopt) << "nothing is known yet";
  ASSERT_TRUE(world->PostUntilReady("first"));
  ASSERT_TRUE(world->Post("next").ok());
  std::string playing = "first";
  for (int i = 0; i < 12; ++i) {  // One leaves every ten seconds.
    ASSERT_TRUE(world->Post(PlayerOf(i)).ok());
    world->Advance(seconds(10));
    ASSERT_TRUE(world->facade->Withdraw("default", playing).ok());
    playing = i == 0 ? "next" : PlayerOf(i - 1);
    world->Advance(milliseconds(50));
  }
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(world->Post("more-" + std::to_string(i)).ok());
  world->Advance(seconds(3));
  const auto view = world->Get("more-2");
  EXPECT_EQ(view->position, 4U);
  ASSERT_TRUE(view->estimate.has_value());
  EXPECT_NEAR(static_cast<double>(view->estimate->count()), 40, 12);
}

}  // namespace
}  // namespace oofgg::orchestration
