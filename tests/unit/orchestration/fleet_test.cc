#include "orchestration/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/orchestration/world.h"

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::SizeIs;
using Stage = RequestView::Stage;

std::string Client(int i) { return "client-" + std::to_string(i); }

TEST(Fleet, AColdRequestStartsAServerAndIsSeatedOnIt) {
  World world;
  EXPECT_EQ(world.Post("alice")->stage, Stage::kPending);
  world.Advance(milliseconds(200));
  const auto view = world.Post("alice");
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(view->stage, Stage::kReady);
  ASSERT_THAT(world.sim.servers(), SizeIs(1));
  EXPECT_EQ(view->server.port, world.sim.servers().begin()->second.running.port);
  EXPECT_EQ(world.sim.SeatsOf("alice"), 1U);
}

TEST(Fleet, AWarmRequestTakesNoNewServer) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  EXPECT_EQ(world.Post("bob")->stage, Stage::kPending);
  world.Advance(milliseconds(5));
  EXPECT_EQ(world.Post("bob")->stage, Stage::kReady);
  EXPECT_THAT(world.sim.started, SizeIs(1));
}

TEST(Fleet, StartsAsManyServersAsAreNeededAndNoMore) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("first")) << "teaches the fleet that a server has 3 slots";
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(world.Post(Client(i)).ok());
  world.Advance(seconds(5));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(world.Post(Client(i))->stage, Stage::kReady) << i;
  EXPECT_THAT(world.sim.started, SizeIs(7)) << "21 seats, 3 a server";
}

TEST(Fleet, StartsNoMoreAtOnceThanItHasHandsFor) {
  World world({.max_starting = 2, .slots = 1});
  world.sim.model.slots = 1;
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(world.Post(Client(i)).ok());
  world.Advance(milliseconds(30));
  EXPECT_THAT(world.sim.started, SizeIs(2));
  world.Advance(seconds(2));
  EXPECT_THAT(world.sim.started, SizeIs(6));
}

TEST(Fleet, AtItsMaximumRequestsWaitInOrder) {
  World world({.max = 1, .slots = 1});
  world.sim.model.slots = 1;
  ASSERT_TRUE(world.PostUntilReady("first"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(world.Post(Client(i))->position, static_cast<std::uint64_t>(i + 1));
  }
  for (int i = 0; i < 3; ++i) {
    const std::string leaving = i == 0 ? "first" : Client(i - 1);
    ASSERT_TRUE(world.facade->Withdraw("default", leaving).ok());
    world.Advance(milliseconds(20));
    EXPECT_EQ(world.Post(Client(i))->stage, Stage::kReady) << i;
    EXPECT_EQ(world.Get(Client((std::min)(i + 1, 2)))->position, i < 2 ? 1U : 0U);
  }
  EXPECT_THAT(world.sim.started, SizeIs(1));
}

TEST(Fleet, AnyNumberOfWakesIsOneLook) {
  World world;
  for (int i = 0; i < 1000; ++i) world.fleet->Wake();
  EXPECT_EQ(world.executor.RunReady(), 1U);
  world.fleet->Wake();
  EXPECT_EQ(world.executor.RunReady(), 1U) << "and the next one is heard again";
}

TEST(Fleet, KeepsServersReady) {
  World world({.min_ready = 2});
  world.fleet->Wake();
  world.Advance(seconds(1));
  EXPECT_EQ(world.CountInState(GameServerState::kReady), 2U);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.PostUntilReady(Client(i)));
  world.Advance(seconds(1));
  EXPECT_EQ(world.CountInState(GameServerState::kReady), 3U) << "one is full, two are in reserve";
}

TEST(Fleet, FillsTheFullestServerFirst) {
  World world({.min_ready = 2});
  world.fleet->Wake();
  world.Advance(seconds(1));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.PostUntilReady(Client(i)));
  std::multiset<std::size_t> loads;
  for (const auto& [id, server] : world.sim.servers()) loads.insert(server.clients.size());
  EXPECT_EQ(*loads.rbegin(), 3U);
}

TEST(Fleet, LearnsTheCapacityOfASilentImageFromItsFirstRefusal) {
  World world;
  world.sim.model.tells_status = false;
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(world.Post(Client(i)).ok());
  world.Advance(seconds(10));
  for (int i = 0; i < 9; ++i) EXPECT_EQ(world.Post(Client(i))->stage, Stage::kReady) << i;
  EXPECT_THAT(world.sim.started, SizeIs(3)) << "no server started in vain";
}

TEST(Fleet, WhatOneSilentServerHoldsIsAssumedOfTheNextAndThenTried) {
  World world;
  world.sim.model.tells_status = false;
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(world.Post(Client(i)).ok());
  world.Advance(seconds(10));
  EXPECT_THAT(world.sim.started, SizeIs(10));
  int asked = 0;
  for (const auto& [id, server] : world.sim.servers()) asked += server.calls.at("POST");
  EXPECT_LE(asked, 30 + 9 * 4) << "the whole line was tried on each server";

  world.sim.model.slots = 5;
  for (int i = 30; i < 50; ++i) ASSERT_TRUE(world.PostUntilReady(Client(i)));
  std::size_t most = 0;
  for (const auto& [id, server] : world.sim.servers()) most = (std::max)(most, server.clients.size());
  EXPECT_EQ(most, 5U) << "it may hold more than was assumed";
}

TEST(Fleet, BelievesAFullServerOnlyAfterAskingForTheClient) {
  World world;
  world.sim.model.refuses_repeat = true;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.PostUntilReady(Client(i)));
  world.StartMaker();  // Seats that may be held are asked for once more.
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(world.PostUntilReady(Client(i), seconds(1))) << i;
  EXPECT_THAT(world.sim.started, SizeIs(1));
}

TEST(Fleet, TheReasonOfAFailedStartReachesThoseWhoWait) {
  World world;
  world.sim.failing_starts = 1;
  ASSERT_TRUE(world.Post("alice").ok());
  world.Advance(milliseconds(100));
  const auto view = world.Get("alice");
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->stage, Stage::kFailed);
  EXPECT_NE(view->error.find("no such image"), std::string::npos) << view->error;
  EXPECT_TRUE(world.PostUntilReady("alice")) << "asking again tries again";
}

TEST(Fleet, AServerThatEndsBeforeItIsReadyIsAFailedStart) {
  World world;
  world.sim.dying_starts = 1;
  ASSERT_TRUE(world.Post("alice").ok());
  world.Advance(milliseconds(100));
  EXPECT_EQ(world.Record("alice").state, RequestState::kFailed);
  EXPECT_EQ(world.Record("alice").failures, 1U);
}

TEST(Fleet, AServerThatNeverAnswersIsStopped) {
  World world({.start_timeout = seconds(5)});
  world.sim.boot_time = minutes(10);
  ASSERT_TRUE(world.Post("alice").ok());
  world.Advance(seconds(6));
  EXPECT_EQ(world.Record("alice").state, RequestState::kFailed);
  EXPECT_THAT(world.sim.stopped, SizeIs(1));
  EXPECT_THAT(world.sim.servers(), SizeIs(0));
}

/// A world of which the first three clients fill a server; the next server runs and does not answer.
void FillOneAndPauseTheNext(World& world) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.PostUntilReady(Client(i)));
  world.sim.model.paused = true;
  ASSERT_TRUE(world.Post(Client(3)).ok());
  world.Advance(milliseconds(100));
  ASSERT_THAT(world.sim.started, SizeIs(2));
}

TEST(Fleet, NobodyWaitsForAServerThatIsLate) {
  World world;
  FillOneAndPauseTheNext(world);
  world.sim.model.paused = false;
  EXPECT_TRUE(world.PostUntilReady(Client(3), seconds(10)));
  EXPECT_THAT(world.sim.started, SizeIs(3));
  EXPECT_THAT(world.sim.stopped, IsEmpty()) << "it may come yet";
  world.sim.Server(world.sim.started[1].id).paused = false;
  world.Advance(seconds(5));
  EXPECT_EQ(world.CountInState(GameServerState::kReady), 3U);
}

TEST(Fleet, WhereAllAreLateThereIsAnEndToStartingMore) {
  World world({.max_starting = 2});
  FillOneAndPauseTheNext(world);
  for (int i = 4; i < 40; ++i) ASSERT_TRUE(world.Post(Client(i)).ok());
  world.Advance(seconds(50));
  EXPECT_THAT(world.sim.started, SizeIs(1 + 2 * 2));
}

TEST(Fleet, AnImageThatNeverAnsweredIsNotStartedTwiceAtATime) {
  World world;
  world.sim.model.paused = true;
  ASSERT_TRUE(world.Post("alice").ok());
  world.Advance(seconds(50));
  EXPECT_THAT(world.sim.started, SizeIs(1));
}

TEST(Fleet, FailedStartsAreNotRepeatedInAHurry) {
  World world({.min_ready = 1});
  world.sim.failing_starts = 1000;
  world.fleet->Wake();
  world.Advance(minutes(5));
  EXPECT_GE(world.sim.started.size(), 5U);
  EXPECT_LE(world.sim.started.size(), 20U);
}

TEST(Fleet, AnEmptyServerThatRefusesIsReplaced) {
  World world;
  world.sim.model.refuses = true;
  ASSERT_TRUE(world.Post("alice").ok());
  world.Advance(milliseconds(200));
  EXPECT_EQ(world.Record("alice").state, RequestState::kFailed);
  EXPECT_THAT(world.sim.stopped, SizeIs(1));
  world.sim.model.refuses = false;
  EXPECT_TRUE(world.PostUntilReady("alice"));
}

TEST(Fleet, AMatchThatIsTooLargeIsToldSo) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("first"));
  std::optional<StatusOr<ReservedSeats>> got;
  world.seats->ReserveGroup("default", "m1", {"a", "b", "c", "d"},
                            [&](auto seats) { got = std::move(seats); });
  world.Advance(seconds(2));
  ASSERT_TRUE(got.has_value());
  EXPECT_NE(got->status().message().find("needs 4 seats"), absl::string_view::npos) << got->status();
}

TEST(Fleet, EnvironmentReachesTheServers) {
  World world({.environment = {{"OOFGG_MAKER_JWKS", "{}"}}});
  ASSERT_TRUE(world.PostUntilReady("alice"));
  EXPECT_EQ(world.sim.started.front().environment.at("OOFGG_MAKER_JWKS"), "{}");
  EXPECT_EQ(world.sim.started.front().fleet, "default");
}

TEST(Fleet, OverdueRequestsFail) {
  World world({.max = 0}, {.patience = seconds(20)});
  ASSERT_TRUE(world.Post("alice").ok());
  world.Advance(seconds(10));
  ASSERT_TRUE(world.Post("alice").ok()) << "asking again renews the patience";
  world.Advance(seconds(15));
  EXPECT_EQ(world.Record("alice").state, RequestState::kCreated);
  world.Advance(seconds(20));
  EXPECT_EQ(world.Record("alice").state, RequestState::kFailed);
}

TEST(Fleet, NothingHappensWithoutCause) {
  World world;
  world.Advance(minutes(1));
  EXPECT_EQ(world.sim.http_calls, 0U);
  EXPECT_FALSE(world.executor.NextTimer().has_value()) << "an idle fleet without servers has no timer";
}

}  // namespace
}  // namespace oofgg::orchestration
