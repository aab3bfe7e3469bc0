#include "orchestration/request_facade.h"

#include <gtest/gtest.h>

#include "tests/unit/orchestration/world.h"

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Stage = RequestView::Stage;

SimulatedServer& TheServer(World& world) { return world.sim.servers().begin()->second; }

TEST(RequestFacade, EachAddressHasJustBeenVerified) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  SimulatedServer& server = TheServer(world);
  for (int i = 1; i <= 5; ++i) {
    const int asked = server.calls["GET"];
    EXPECT_EQ(world.Post("alice")->stage, Stage::kReady);
    EXPECT_EQ(server.calls["GET"], asked + 1);
  }
}

TEST(RequestFacade, WhoIsSeatedIsAnsweredWithoutWaiting) {
  World world;
  EXPECT_FALSE(world.AnswerSeated("alice")) << "nothing was asked for";
  ASSERT_TRUE(world.Post("alice").ok());
  EXPECT_FALSE(world.AnswerSeated("alice")) << "in line";
  const auto ready = world.PostUntilReady("alice");
  ASSERT_TRUE(ready);
  const int asked = TheServer(world).calls["GET"];
  const auto answer = world.AnswerSeated("alice");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->stage, Stage::kReady);
  EXPECT_EQ(answer->server, ready->server);
  EXPECT_EQ(TheServer(world).calls["GET"], asked + 1) << "verified";
}

TEST(RequestFacade, WhoLooksAfterARequestIsNotGivenUp) {
  World world({.max = 0});
  ASSERT_TRUE(world.Post("alice").ok());
  for (int i = 0; i < 20; ++i) {
    world.Advance(minutes(1));
    ASSERT_EQ(world.Get("alice")->stage, Stage::kPending) << i;
  }
  world.Advance(minutes(6));
  EXPECT_EQ(world.Get("alice")->stage, Stage::kFailed) << "nobody has asked for five minutes";
}

TEST(RequestFacade, WhoAsksAfterASeatIsSeatedAgainWhenTheServerEnds) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  ASSERT_TRUE(world.PostUntilReady("bob"));
  for (int i = 0; i < 10; ++i) {
    world.Advance(minutes(1));
    if (!world.AnswerSeated("alice")) {
      ASSERT_EQ(world.Post("alice")->stage, Stage::kReady);
    }
  }
  const std::string server = world.sim.servers().begin()->first;
  world.sim.Kill(server);
  world.Advance(seconds(1));
  EXPECT_EQ(world.Record("alice").state, RequestState::kDone);
  EXPECT_EQ(world.Record("bob").state, RequestState::kFailed);
}

TEST(RequestFacade, OnlyASeatThatIsConfirmedIsAnsweredWithoutWaiting) {
  World world;
  world.sim.model.tells_status = false;  // So that nobody notices before we ask.
  ASSERT_TRUE(world.PostUntilReady("alice"));
  TheServer(world).clients.clear();
  EXPECT_FALSE(world.AnswerSeated("alice")) << "denied";
  EXPECT_EQ(world.Post("alice")->stage, Stage::kReady) << "repaired";
  TheServer(world).paused = true;
  EXPECT_FALSE(world.AnswerSeated("alice")) << "no answer";
  TheServer(world).paused = false;
  ASSERT_TRUE(world.facade->Withdraw("default", "alice").ok());
  EXPECT_FALSE(world.AnswerSeated("alice")) << "withdrawn, whatever the server still says";
  EXPECT_FALSE(world.AnswerSeated("..")) << "no id";
}

TEST(RequestFacade, ASeatThatTheServerDeniesIsRepaired) {
  World world;
  world.sim.model.tells_status = false;  // So that nobody notices before we ask.
  ASSERT_TRUE(world.PostUntilReady("alice"));
  TheServer(world).clients.clear();
  EXPECT_EQ(world.Post("alice")->stage, Stage::kReady);
  EXPECT_TRUE(TheServer(world).clients.contains("alice"));
  EXPECT_EQ(world.sim.started.size(), 1U) << "no server started in vain";
}

TEST(RequestFacade, ALookRepairsASeatButNeverQueuesWhoHasWithdrawn) {
  for (int at = 0; at < 12; ++at) {
    World world;
    world.sim.model.tells_status = false;
    ASSERT_TRUE(world.PostUntilReady("alice"));
    TheServer(world).clients = {"x", "y", "z"};
    bool answered = false;
    world.facade->Get("default", "alice", milliseconds(0),
                      [&answered](const StatusOr<RequestView>&) { answered = true; });
    world.Advance(milliseconds(at));
    ASSERT_TRUE(world.facade->Withdraw("default", "alice").ok());
    world.Advance(seconds(1));
    EXPECT_TRUE(answered) << at;
    EXPECT_EQ(world.Record("alice").key.id, "") << "withdrawn after " << at << " ms";
  }
  World world;
  world.sim.model.tells_status = false;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  TheServer(world).clients.clear();
  EXPECT_EQ(world.Get("alice")->stage, Stage::kReady) << "at the same server";
  TheServer(world).clients = {"x", "y", "z"};
  EXPECT_EQ(world.Get("alice")->stage, Stage::kPending) << "the same request, at its place in line";
}

TEST(RequestFacade, ADeniedSeatOnAFullServerIsReplaced) {
  World world;
  world.sim.model.tells_status = false;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  const auto before = world.Post("alice")->server.port;
  TheServer(world).clients = {"x", "y", "z"};
  EXPECT_EQ(world.Post("alice")->stage, Stage::kPending);
  const auto view = world.PostUntilReady("alice");
  ASSERT_TRUE(view);
  EXPECT_NE(view->server.port, before);
}

TEST(RequestFacade, ASilentServerDoesNotHoldTheClientUp) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  TheServer(world).paused = true;
  const TimePoint start = world.clock.Now();
  EXPECT_EQ(world.Post("alice")->stage, Stage::kPending);
  EXPECT_LE(world.clock.Now() - start, milliseconds(1100));
  EXPECT_TRUE(world.PostUntilReady("alice", seconds(5)));
}

TEST(RequestFacade, AfterThreeFailedStartsInARowTheNextPostIsToldToWait) {
  World world;
  world.sim.failing_starts = 100;
  const auto fail_once = [&] {
    ASSERT_EQ(world.Post("alice")->stage, Stage::kPending);
    for (int i = 0; i < 100 && world.Record("alice").state != RequestState::kFailed; ++i)
      world.Advance(seconds(1));
    ASSERT_EQ(world.Record("alice").state, RequestState::kFailed);
  };
  for (int i = 0; i < 3; ++i) fail_once();
  const auto told = world.Post("alice");
  EXPECT_EQ(told.status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(RetryAfterOf(told.status()), milliseconds(5000));
  EXPECT_NE(told.status().message().find("no such image"), absl::string_view::npos) << told.status();
  fail_once();  // Counted from zero again.
  EXPECT_EQ(world.Post("alice")->stage, Stage::kPending);
}

TEST(RequestFacade, GetLooksAndQueuesNothing) {
  World world({.max = 0});
  EXPECT_EQ(world.Get("alice").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(world.Get("alice").status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(world.Post("alice").ok());
  ASSERT_TRUE(world.Post("bob").ok());
  EXPECT_EQ(world.Get("bob")->position, 2U);
}

TEST(RequestFacade, GetTellsWhyItFailed) {
  World world;
  world.sim.failing_starts = 1;
  ASSERT_TRUE(world.Post("alice").ok());
  world.Advance(milliseconds(100));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(world.Get("alice")->stage, Stage::kFailed);
    EXPECT_EQ(world.Get("alice")->error, "no such image");
  }
}

TEST(RequestFacade, ALongLookEndsAsSoonAsThereIsSomethingToSee) {
  World world;
  ASSERT_TRUE(world.Post("alice").ok());
  std::optional<StatusOr<RequestView>> seen;
  world.facade->Get("default", "alice", seconds(30),
                    [&](StatusOr<RequestView> view) { seen = std::move(view); });
  const TimePoint start = world.clock.Now();
  while (!seen && world.clock.Now() - start < minutes(1)) world.Advance(milliseconds(1));
  ASSERT_TRUE(seen && seen->ok());
  EXPECT_EQ((*seen)->stage, Stage::kReady);
  EXPECT_LE(world.clock.Now() - start, milliseconds(200));
}

TEST(RequestFacade, ALongLookAtNothingNewEndsInTime) {
  World world({.max = 0});
  ASSERT_TRUE(world.Post("alice").ok());
  std::optional<StatusOr<RequestView>> seen;
  world.facade->Get("default", "alice", seconds(5),
                    [&](StatusOr<RequestView> view) { seen = std::move(view); });
  world.Advance(milliseconds(4999));
  EXPECT_FALSE(seen);
  world.Advance(milliseconds(1));
  ASSERT_TRUE(seen && seen->ok());
  EXPECT_EQ((*seen)->stage, Stage::kPending);
}

TEST(RequestFacade, NobodyWaitsOnceTheServerIsAboutToEnd) {
  World world({.max = 0});
  ASSERT_TRUE(world.Post("alice").ok());
  int answered = 0;
  const auto look = [&] {
    world.facade->Get("default", "alice", seconds(30), [&](const StatusOr<RequestView>& view) {
      ASSERT_TRUE(view.ok());
      EXPECT_EQ(view->stage, Stage::kPending);
      ++answered;
    });
  };
  look();
  world.facade->EndWaits();
  look();
  world.Advance(milliseconds(1));
  EXPECT_EQ(answered, 2);
}

TEST(RequestFacade, ALongLookAtWhatIsSettledDoesNotWait) {
  World world;
  std::optional<StatusOr<RequestView>> seen;
  world.facade->Get("default", "nobody", seconds(30),
                    [&](StatusOr<RequestView> view) { seen = std::move(view); });
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->status().code(), StatusCode::kNotFound);
}

TEST(RequestFacade, WithdrawingGivesTheSeatUp) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  ASSERT_TRUE(world.facade->Withdraw("default", "alice").ok());
  world.Advance(milliseconds(10));
  EXPECT_EQ(world.sim.SeatsOf("alice"), 0U);
  EXPECT_EQ(world.facade->Withdraw("default", "alice").code(), StatusCode::kNotFound);
  EXPECT_TRUE(world.PostUntilReady("alice"));
  EXPECT_EQ(world.sim.started.size(), 1U);
}

TEST(RequestFacade, WithdrawingAtAnyMomentLeavesNoSeatBehind) {
  for (int at = 0; at < 90; at += 2) {
    World world;
    ASSERT_TRUE(world.Post("alice").ok());
    world.Advance(milliseconds(at));
    ASSERT_TRUE(world.facade->Withdraw("default", "alice").ok());
    world.Advance(seconds(1));
    EXPECT_EQ(world.sim.SeatsOf("alice"), 0U) << at;
    EXPECT_EQ(world.Get("alice").status().code(), StatusCode::kNotFound) << at;
    EXPECT_TRUE(world.PostUntilReady("alice")) << at;
    EXPECT_EQ(world.sim.SeatsOf("alice"), 1U) << at;
  }
}

TEST(RequestFacade, ALineThatIsFullIsToldSo) {
  World world({.max = 1, .slots = 1}, {.max_line = 2});
  world.sim.model.slots = 1;
  ASSERT_TRUE(world.PostUntilReady("first"));
  EXPECT_EQ(world.Post("alice")->position, 1U);
  EXPECT_EQ(world.Post("bob")->position, 2U);
  const auto late = world.Post("eve");
  EXPECT_EQ(late.status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(RetryAfterOf(late.status()), seconds(5));
  EXPECT_EQ(world.Get("eve").status().code(), StatusCode::kNotFound) << "nothing of it stays";
  EXPECT_EQ(world.Post("alice")->position, 1U) << "who is in line is not refused";
  ASSERT_TRUE(world.facade->Withdraw("default", "alice").ok());
  EXPECT_EQ(world.Post("eve")->position, 2U);
}

TEST(RequestFacade, RefusesWhatCannotBe) {
  World world;
  EXPECT_EQ(world.Post("").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(world.Post("..").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(world.facade->Withdraw("default", ".").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(world.facade->Withdraw("nowhere", "alice").code(), StatusCode::kNotFound);
}

TEST(RequestFacade, OddIdsReachTheServerAsTheyAre) {
  World world;
  for (const std::string id : {"../close", "queue", "Bearer a b", "%2e%2e", "client/alice"}) {
    EXPECT_TRUE(world.PostUntilReady(id)) << id;
  }
  EXPECT_TRUE(world.sim.stopped.empty());
}

TEST(RequestFacade, AFleetThatClosesTakesNobodyNew) {
  World world;
  ASSERT_TRUE(world.PostUntilReady("alice"));
  world.facade->CloseFleet("default");
  EXPECT_EQ(world.Post("bob").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(world.Record("bob").key.id, "") << "and nothing is queued";
  EXPECT_EQ(world.Post("alice")->stage, Stage::kReady) << "who plays there goes on";
  EXPECT_EQ(world.Get("alice")->stage, Stage::kReady);
  EXPECT_TRUE(world.facade->Withdraw("default", "alice").ok());
  world.facade->AddFleet(*world.fleet);
  EXPECT_TRUE(world.PostUntilReady("bob")) << "it has opened again";
}

}  // namespace
}  // namespace oofgg::orchestration
