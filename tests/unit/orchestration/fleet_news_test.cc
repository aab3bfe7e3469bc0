// Servers that come by themselves: nobody here starts them, and nobody ends them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/orchestration/world.h"

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Stage = RequestView::Stage;

TEST(FleetNews, PlayersAreSeatedOnAServerThatCameByItself) {
  World world({.max = 0});
  EXPECT_EQ(world.Post("alice")->position, 1U) << "nothing can be started, so they wait";
  world.Advance(seconds(10));
  EXPECT_EQ(world.Get("alice")->stage, Stage::kPending);
  world.sim.Arrive("metal.run1");
  world.Advance(seconds(1));
  EXPECT_EQ(world.Get("alice")->stage, Stage::kReady);
  EXPECT_TRUE(world.sim.Server("metal.run1").clients.contains("alice"));
  EXPECT_THAT(world.sim.started, IsEmpty());
}

TEST(FleetNews, ItIsNeverStoppedForBeingIdle) {
  World world({.max = 0, .idle_timeout = seconds(5)});
  world.sim.Arrive("metal.run1");
  world.Advance(minutes(5));
  EXPECT_THAT(world.sim.stopped, IsEmpty());
  EXPECT_EQ(world.CountInState(GameServerState::kReady), 1U);
}

TEST(FleetNews, ItTakesNoPlaceOfThoseThatAreStarted) {
  World world({.max = 1, .slots = 1});
  world.sim.model.slots = 1;
  world.sim.Arrive("metal.run1");
  world.Advance(seconds(1));
  ASSERT_TRUE(world.PostUntilReady("alice"));
  ASSERT_TRUE(world.PostUntilReady("bob"));
  EXPECT_THAT(world.sim.started, SizeIs(1));
}

TEST(FleetNews, WhoeverDrainsOrIsUnwellGetsNoMorePlayers) {
  for (const GameServerState state : {GameServerState::kDraining, GameServerState::kSick}) {
    World world({.max = 0});
    world.sim.Arrive("metal.run1");
    world.Advance(seconds(1));
    ASSERT_TRUE(world.PostUntilReady("alice"));
    world.sim.Say("metal.run1", state);
    world.Advance(seconds(1));
    EXPECT_EQ(world.CountInState(state), 1U);
    EXPECT_EQ(world.Post("alice")->stage, Stage::kReady) << "who is there stays";
    ASSERT_TRUE(world.Post("bob").ok());
    world.Advance(seconds(5));
    EXPECT_EQ(world.Get("bob")->stage, Stage::kPending);
    world.sim.Say("metal.run1", GameServerState::kReady);
    world.Advance(seconds(1));
    EXPECT_EQ(world.Get("bob")->stage, Stage::kReady) << "and it may change its mind";
  }
}

TEST(FleetNews, OneThatCannotBeReachedHoldsUpNobody) {
  World world({.start_timeout = seconds(5)});
  world.sim.boot_time = minutes(10);
  world.sim.Arrive("metal.run1");
  world.Advance(milliseconds(1));
  world.sim.boot_time = milliseconds(50);
  ASSERT_TRUE(world.PostUntilReady("alice", seconds(2))) << "on a server that was started meanwhile";
  world.Advance(seconds(10));
  EXPECT_THAT(world.sim.stopped, ::testing::ElementsAre("metal.run1"));
  EXPECT_EQ(world.Get("alice")->stage, Stage::kReady) << "its failure is no failed start";
}

TEST(FleetNews, ItsEndPutsItsPlayersInLineAndFailsNoStart) {
  World world({.max = 0});
  world.sim.Arrive("metal.run1");
  world.Advance(seconds(1));
  ASSERT_TRUE(world.PostUntilReady("alice"));
  world.sim.Kill("metal.run1");
  world.Advance(milliseconds(1));
  EXPECT_EQ(world.Get("alice")->stage, Stage::kPending) << "for another server";
  ASSERT_TRUE(world.Post("bob").ok());
  world.sim.Arrive("metal.run2");
  world.sim.Kill("metal.run2");  // Before it ever answered.
  world.Advance(seconds(1));
  EXPECT_EQ(world.Get("bob")->stage, Stage::kPending) << "bob waits on";
}

TEST(FleetNews, ItsSeatsOutliveTheMaker) {
  World world({.max = 0});
  world.sim.Arrive("metal.run1");
  world.Advance(seconds(1));
  ASSERT_TRUE(world.PostUntilReady("alice"));
  world.StartMaker();
  world.Advance(seconds(2));
  EXPECT_EQ(world.Post("alice")->stage, Stage::kReady);
  world.sim.Say("metal.run1", GameServerState::kReady);  // It registers again, as it was.
  world.Advance(seconds(1));
  EXPECT_THAT(world.Servers(), SizeIs(1));
  EXPECT_EQ(world.sim.SeatsOf("alice"), 1U);
}

TEST(FleetNews, WhatItReportsCountsWhereItDoesNotAnswerStatus) {
  World world({.max = 0});
  world.sim.model.tells_status = false;
  world.sim.model.slots = 3;
  world.sim.Arrive("metal.run1");
  world.Advance(seconds(1));
  world.sim.Say("metal.run1", GameServerState::kReady, /*slots=*/3, /*reserved=*/2);
  world.Advance(seconds(1));
  ASSERT_THAT(world.Servers(), SizeIs(1));
  EXPECT_EQ(world.Servers()[0].slots, 3U);
  EXPECT_EQ(world.Servers()[0].reserved, 2U);
}

TEST(FleetNews, WhereNoServersAreStartedAnOrderStartsNoneEither) {
  World world({.max = 0, .starts_servers = false}, {}, /*ordered=*/true);
  world.Order([](FleetOrders& orders) {
    orders.min_ready = 2;
    orders.max = 4;
  });
  ASSERT_TRUE(world.Post("ann").ok());
  world.Advance(std::chrono::seconds(10));
  EXPECT_TRUE(world.sim.started.empty());
  world.sim.Arrive("metal.1");
  EXPECT_TRUE(world.PostUntilReady("ann"));
}

}  // namespace
}  // namespace oofgg::orchestration
