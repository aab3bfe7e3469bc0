// Two instances' rooms on the same stores.
#include <utility>

#include "tests/support/memory_event_relay.h"
#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

GameEvent Event(std::string name) {
  GameEvent event;
  event.name = std::move(name);
  return event;
}

class SharedSessionsTest : public GameRoomTest {
 protected:
  SharedSessionsTest() {
    options_.relay = &relay_;
    Restart();
    GameRoomOptions options = options_;
    options.relay = &other_relay_;
    other_ = GameRoom::Open(
                 {player_store_, game_store_, session_store_, entity_store_, score_store_, match_store_},
                 &maker_, clock_, other_random_, log_, options)
                 .value();
  }
  ~SharedSessionsTest() override {
    other_.reset();
    room_.reset();
  }

  StreamEnd<GameEvent> OpenAtOther(const std::string& player, const std::string& session,
                                   std::uint64_t after = 0) {
    room_.swap(other_);
    StreamEnd<GameEvent> stream = OpenOn(player, session, after);
    room_.swap(other_);
    return stream;
  }

  MemoryEventLogs logs_;
  MemoryEventRelay relay_{logs_};
  MemoryEventRelay other_relay_{logs_};
  SeededRandom other_random_{2};
  std::unique_ptr<GameRoom> other_;
};

TEST_F(SharedSessionsTest, PlayersOfTwoInstancesShareASessionAndResumeAtEither) {
  const Session session = MakeSession({"ann", "bob"});
  auto ann = OpenOn("ann", session.id);
  auto bob = OpenAtOther("bob", session.id);
  ann.Send(Event("a"));
  bob.Send(Event("b"));
  EXPECT_EQ(ann.Read(), "a b ");
  const auto first = bob.Next();
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->player_id, "ann");
  EXPECT_EQ(first->session_id, session.id);
  bob.handler->OnClose();
  EXPECT_EQ(OpenOn("bob", session.id, first->sequence).Read(), "b ");
}

TEST_F(SharedSessionsTest, WhatHappensToASessionAtOneInstanceIsToldAtTheOther) {
  const Session session = MakeSession({"ann", "bob"});
  auto ann = OpenOn("ann", session.id);
  auto bob = OpenAtOther("bob", session.id);
  ASSERT_TRUE(room_->sessions()
                  .JoinLeave(As("cid"),
                             {.game_id = "arena", .action = JoinLeaveAction::kJoin, .session_id = session.id})
                  .ok());
  EXPECT_EQ(bob.Read(), "joined ");
  ASSERT_TRUE(
      room_->sessions()
          .JoinLeave(As("bob"),
                     {.game_id = "arena", .action = JoinLeaveAction::kLeave, .session_id = session.id})
          .ok());
  EXPECT_EQ(bob.Read(), "");
  EXPECT_EQ(ReasonOf(bob.Ended()), "LEFT_SESSION");
  EXPECT_EQ(ann.Read(), "joined left ");
  ASSERT_TRUE(other_->sessions().DeleteSession(As("ann"), {.id = session.id}).ok());
  EXPECT_EQ(ann.Read(), "session ");
  EXPECT_EQ(ReasonOf(ann.Ended()), "SESSION_OVER");
}

TEST_F(SharedSessionsTest, WhoLeftAndCameAgainIsNotPutOutByTheFirst) {
  const Session session = MakeSession({"ann", "bob"});
  const JoinLeaveRequest leave{
      .game_id = "arena", .action = JoinLeaveAction::kLeave, .session_id = session.id};
  JoinLeaveRequest join = leave;
  join.action = JoinLeaveAction::kJoin;
  auto ann = OpenOn("ann", session.id);
  ASSERT_TRUE(room_->sessions().JoinLeave(As("bob"), leave).ok());
  ASSERT_TRUE(room_->sessions().JoinLeave(As("bob"), join).ok());
  auto bob = OpenAtOther("bob", session.id);
  ann.Send(Event("hello"));
  EXPECT_EQ(bob.Read(), "hello ");
  ASSERT_TRUE(room_->sessions().JoinLeave(As("bob"), leave).ok());
  EXPECT_EQ(bob.Read(), "");
  EXPECT_EQ(ReasonOf(bob.Ended()), "LEFT_SESSION");
}

TEST_F(SharedSessionsTest, WatchersAndStreamsOfAPlaceInTheQueueHearOfTheMatchAtTheOtherInstance) {
  const auto place =
      room_->sessions().JoinLeave(As("ann"), {.game_id = "arena", .action = JoinLeaveAction::kJoin});
  ASSERT_TRUE(place.ok()) << place.status();
  auto host = std::make_shared<FakeStreamHost>();
  auto watch = other_->sessions().WatchQueue(As("ann"), {.id = place->id}, host);
  ASSERT_TRUE(watch.ok()) << watch.status();
  EXPECT_EQ((*watch)->Next()->state, SessionState::kQueued);
  auto events = OpenAtOther("ann", place->id);
  const int wakes = host->wakes();
  maker_.Match("match", {"ann"});
  EXPECT_GT(host->wakes(), wakes);
  EXPECT_EQ((*watch)->Next()->state, SessionState::kStarted);
  EXPECT_EQ(events.Read(), "");
  OpenOn("ann", place->id).Send(Event("go"));
  EXPECT_EQ(events.Read(), "go ");
  (*watch)->OnClose();
  events.handler->OnClose();
}

TEST_F(SharedSessionsTest, GlobalEventsReachEverybody) {
  StreamEnd<GlobalEvent> admin;
  admin.handler = room_->global().Open(As("root", "admin"), admin.host).value();
  StreamEnd<GlobalEvent> bob;
  bob.handler = other_->global().Open(As("bob"), bob.host).value();
  EXPECT_EQ(bob.Read(), "");
  admin.Send({.name = "news"});
  EXPECT_EQ(bob.Read(), "news ");
  EXPECT_EQ(admin.Read(), "news ");
}

}  // namespace
}  // namespace oofgg::game
