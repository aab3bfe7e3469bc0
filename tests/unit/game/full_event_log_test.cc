// What becomes of sessions and matches while the event log has no room, or not even what it keeps in reserve.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

class FullEventLogTest : public GameRoomTest {
 protected:
  /// Who asks is refused; what was let in goes on.
  void Fill() { log_.room = full_; }
  /// And now that does not, either.
  void UseUpReserve() { log_.room = log_.reserve = full_; }
  void MakeRoom() { log_.room = log_.reserve = {}; }

  JoinLeaveRequest ToQueue() {
    JoinLeaveRequest join;
    join.game_id = "arena";
    join.action = JoinLeaveAction::kJoin;
    return join;
  }
  StatusOr<Session> Queue(const std::string& who) { return room_->sessions().JoinLeave(As(who), ToQueue()); }
  Status Put(const std::string& id, SessionState state, const CallContext& who = As("ann")) {
    UpdateSessionRequest request{.id = id};
    request.state = state;
    return room_->sessions().UpdateSession(who, request).status();
  }
  std::optional<SessionState> StateOf(const std::string& id) {
    const auto stored = session_store_.FindSession(id);
    return stored.ok() ? std::optional(stored->state) : std::nullopt;
  }

  const Status full_ = MakeStatus(StatusCode::kUnavailable, "the spool is full");
};

TEST_F(FullEventLogTest, WhoIsInTheQueueGetsTheirMatchAndNobodyElseComesIn) {
  const std::string ann = Queue("ann")->id;
  const std::string bob = Queue("bob")->id;
  Fill();
  EXPECT_EQ(Queue("cid").status(), full_);
  EXPECT_EQ(maker_.entries.size(), 2U) << "the maker has not heard of who was refused";
  maker_.Match("m1", {"ann", "bob"});
  EXPECT_EQ(StateOf("m1"), SessionState::kStarted);
  EXPECT_EQ(StateOf(ann), SessionState::kStarted);
  EXPECT_EQ(StateOf(bob), SessionState::kStarted);
  EXPECT_EQ(log_.Of("match.started").size(), 1U);
}

TEST_F(FullEventLogTest, AMatchOfTheQueueIsPlayedEvenIfNothingIsLeftForIt) {
  const std::string ann = Queue("ann")->id;
  const std::string bob = Queue("bob")->id;
  UseUpReserve();
  maker_.Match("m1", {"ann", "bob"});
  EXPECT_EQ(StateOf(ann), SessionState::kStarted);
  EXPECT_EQ(StateOf(bob), SessionState::kStarted);
  EXPECT_TRUE(log_.Of("match.started").empty());
}

TEST_F(FullEventLogTest, NoMatchBeginsInASessionAndWhatIsUnderWayGoesOn) {
  const std::string lobby = MakeSession({"ann"}).id;
  const std::string running = MakeSession({"ann"}).id;
  ASSERT_TRUE(Put(running, SessionState::kStarted).ok());
  Fill();
  EXPECT_EQ(Put(lobby, SessionState::kStarted), full_);
  EXPECT_EQ(Put(lobby, SessionState::kFinished), full_) << "which would be a match that took no time";
  EXPECT_EQ(StateOf(lobby), SessionState::kCreated);
  EXPECT_FALSE(match_store_.FindMatch(lobby).ok());
  EXPECT_TRUE(Put(lobby, SessionState::kWaiting).ok());
  EXPECT_TRUE(Put(running, SessionState::kPaused).ok());
  EXPECT_TRUE(Put(running, SessionState::kFinished).ok());
  EXPECT_EQ(log_.Of("match.finished").size(), 1U) << "from the reserve";
  MakeRoom();
  EXPECT_TRUE(Put(lobby, SessionState::kStarted).ok());
  EXPECT_EQ(log_.Of("match.started").size(), 2U);
}

TEST_F(FullEventLogTest, AMatchThatCannotBeToldDoesNotBegin) {
  const std::string id = MakeSession({"ann"}).id;
  log_.reserve = full_;  // Used up since it was asked for room.
  EXPECT_EQ(Put(id, SessionState::kStarted), full_);
  EXPECT_EQ(StateOf(id), SessionState::kCreated);
  MakeRoom();
  EXPECT_TRUE(Put(id, SessionState::kStarted).ok());
  EXPECT_EQ(log_.Of("match.started").size(), 1U);
}

// So that whoever dies in between leaves something to make up for.
TEST_F(FullEventLogTest, ABeginIsToldBetweenTheRowOfTheMatchAndThatOfItsSession) {
  std::vector<std::string> told;
  log_.on_append = [&](const EventRecord& record) {
    if (record.kind != "match.started") return;
    told.push_back(record.key);
    EXPECT_TRUE(match_store_.FindMatch(record.key).ok()) << record.key;
    EXPECT_NE(StateOf(record.key), SessionState::kStarted) << record.key;
  };
  const std::string id = MakeSession({"ann"}).id;
  EXPECT_TRUE(Put(id, SessionState::kStarted).ok());
  Queue("ann").IgnoreError();
  Queue("bob").IgnoreError();
  maker_.Match("m1", {"ann", "bob"});
  EXPECT_EQ(told, (std::vector<std::string>{id, "m1"}));
}

// As after a death in between: the row is there, the session is not, and the maker says it again.
TEST_F(FullEventLogTest, AMatchOfTheQueueThatWasOpenedBeforeIsToldAsItWasOpened) {
  Queue("ann").IgnoreError();
  ASSERT_TRUE(match_store_
                  .CreateMatch({.id = "m1",
                                .game_id = "arena",
                                .started_at = clock_.WallNow(),
                                .seats = {{.player_id = "ann", .joined_at = clock_.WallNow()}}})
                  .ok());
  const WallTime opened = clock_.WallNow();
  clock_.Advance(std::chrono::seconds(30));
  maker_.Match("m1", {"ann"});
  ASSERT_EQ(log_.Of("match.started").size(), 1U);
  EXPECT_EQ(log_.Of("match.started")[0].at, opened);
}

TEST_F(FullEventLogTest, AnEndThatCannotBeToldIsInTheHistoryAndToldLater) {
  const std::string id = MakeSession({"ann"}).id;
  ASSERT_TRUE(Put(id, SessionState::kStarted).ok());
  UseUpReserve();
  clock_.Advance(std::chrono::seconds(5));
  const WallTime ended = clock_.WallNow();
  ASSERT_TRUE(Put(id, SessionState::kFinished).ok());
  EXPECT_EQ(room_->matches().GetMatch(As("ann"), {.id = id})->end, MatchEnd::kFinished);
  EXPECT_EQ(room_->matches().ListMatches(As("ann"), {})->matches.size(), 1U);
  clock_.Advance(std::chrono::hours(1));
  EXPECT_TRUE(room_->PurgeEnded().ok()) << "a log without room is no error of the stores";
  Restart();
  EXPECT_TRUE(log_.Of("match.finished").empty());
  MakeRoom();
  for (int again = 0; again < 2; ++again) EXPECT_TRUE(room_->PurgeEnded().ok());
  ASSERT_EQ(log_.Of("match.finished").size(), 1U);
  EXPECT_EQ(log_.Of("match.finished")[0].at, ended);
  EXPECT_TRUE(match_store_.ListOpen("", 10)->empty());
}

TEST_F(FullEventLogTest, ASweepLeavesTheReserveToWhatIsUnderWay) {
  const std::string id = MakeSession({"ann"}).id;
  ASSERT_TRUE(Put(id, SessionState::kStarted).ok());
  SessionRecord row = session_store_.FindSession(id).value();
  row.state = SessionState::kFinished;
  ASSERT_TRUE(session_store_.UpdateSession(row).ok());
  Fill();
  EXPECT_TRUE(room_->PurgeEnded().ok());
  EXPECT_EQ(room_->matches().GetMatch(As("ann"), {.id = id})->end, MatchEnd::kFinished);
  EXPECT_TRUE(log_.Of("match.finished").empty());
  MakeRoom();
  EXPECT_TRUE(room_->PurgeEnded().ok());
  EXPECT_EQ(log_.Of("match.finished").size(), 1U);
}

TEST_F(FullEventLogTest, WhatTheLogNeverTakesIsNotOfferedForEver) {
  const std::string id = MakeSession({"ann"}).id;
  ASSERT_TRUE(Put(id, SessionState::kStarted).ok());
  log_.reserve = MakeStatus(StatusCode::kInvalidArgument, "larger than any record may be");
  ASSERT_TRUE(Put(id, SessionState::kFinished).ok());
  EXPECT_TRUE(match_store_.ListOpen("", 10)->empty());
}

TEST_F(FullEventLogTest, DeletingASessionIsRefusedBeforeItChangesAnything) {
  const std::string id = MakeSession({"ann"}).id;
  Fill();
  EXPECT_EQ(room_->sessions().DeleteSession(As("ann"), {.id = id}).status(), full_);
  EXPECT_EQ(StateOf(id), SessionState::kCreated);
  MakeRoom();
  log_.reserve = full_;  // Used up in between, by very many at once.
  EXPECT_EQ(room_->sessions().DeleteSession(As("ann"), {.id = id}).status(), full_);
  MakeRoom();
  EXPECT_TRUE(room_->sessions().DeleteSession(As("ann"), {.id = id}).ok());
  EXPECT_EQ(log_.Of("session.deleted").size(), 1U) << "asked again, it is told";
}

}  // namespace
}  // namespace oofgg::game
