#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class SessionCaretakerTest : public GameRoomTest {
 protected:
  Session Now() {
    GetSessionRequest get;
    get.id = session_.id;
    const auto found = room_->sessions().GetSession(As("root", "admin"), get);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? found->sessions.front() : Session();
  }
  void Pass(Duration time) {
    clock_.Advance(time);
    EXPECT_TRUE(room_->LeaveAbsent().ok());
  }
  Session session_ = MakeSession({"ann", "bob"});
};

TEST_F(SessionCaretakerTest, AMemberWhoDoesNotComeBackLeaves) {
  auto ann = OpenOn("ann", session_.id);
  auto bob = OpenOn("bob", session_.id);
  ann.handler->OnClose();
  Pass(seconds(29));
  EXPECT_EQ(Now().user_ids.size(), 2U);
  Pass(seconds(1));
  EXPECT_EQ(Now().user_ids, std::vector<std::string>{"bob"});
  EXPECT_EQ(Now().host_id, "bob");  // Who was host is gone.
  EXPECT_EQ(bob.Read(), "left session ");
}

TEST_F(SessionCaretakerTest, WhoReconnectsStays) {
  auto ann = OpenOn("ann", session_.id);
  ann.handler->OnClose();
  Pass(seconds(20));
  auto again = OpenOn("ann", session_.id);
  Pass(seconds(20));
  EXPECT_EQ(Now().user_ids.size(), 2U);
  EXPECT_EQ(Now().host_id, "ann");
}

TEST_F(SessionCaretakerTest, WhenAllAreGoneTheSessionIsOver) {
  auto ann = OpenOn("ann", session_.id);
  auto bob = OpenOn("bob", session_.id);
  ann.handler->OnClose();
  bob.handler->OnClose();
  Pass(seconds(30));
  EXPECT_EQ(Now().state, SessionState::kFinished);
}

TEST_F(SessionCaretakerTest, AMatchKeepsItsRoster) {
  JoinLeaveRequest join;
  join.game_id = "arena";
  ASSERT_TRUE(room_->sessions().JoinLeave(As("cid"), join).ok());
  maker_.Match("m1", {"cid"});
  auto cid = OpenOn("cid", "m1");
  cid.handler->OnClose();
  Pass(minutes(10));
  session_.id = "m1";
  EXPECT_EQ(Now().user_ids, std::vector<std::string>{"cid"});
}

TEST_F(SessionCaretakerTest, WhoNeverOpenedAStreamIsNotWaitedFor) {
  auto ann = OpenOn("ann", session_.id);
  Pass(minutes(10));
  EXPECT_EQ(Now().user_ids.size(), 2U);
}

TEST_F(SessionCaretakerTest, ASessionThatNobodyAttendsIsOver) {
  ASSERT_TRUE(room_->PurgeEnded().ok());  // Notices it.
  clock_.Advance(minutes(59));
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_EQ(Now().state, SessionState::kCreated);
  clock_.Advance(minutes(1));
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_EQ(Now().state, SessionState::kFinished);
}

TEST_F(SessionCaretakerTest, OneStreamIsAttendance) {
  auto ann = OpenOn("ann", session_.id);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(room_->PurgeEnded().ok());
    Pass(minutes(30));
  }
  EXPECT_EQ(Now().state, SessionState::kCreated);
}

class MatchCaretakerTest : public SessionCaretakerTest {
 protected:
  MatchCaretakerTest() {
    JoinLeaveRequest join;
    join.game_id = "arena";
    EXPECT_TRUE(room_->sessions().JoinLeave(As("cid"), join).ok());
    maker_.Match("m1", {"cid"});
    session_.id = "m1";
  }
  void Sweep(Duration time) {
    Pass(time);
    ASSERT_TRUE(room_->PurgeEnded().ok());
  }
  void PassAnHourIdle() {
    Sweep(seconds(0));  // Notices it.
    Sweep(minutes(59));
    EXPECT_EQ(Now().state, SessionState::kStarted);
    Sweep(minutes(1));
  }
};

TEST_F(MatchCaretakerTest, AMatchThatNobodyAttendsIsOver) {
  PassAnHourIdle();
  EXPECT_EQ(Now().state, SessionState::kFinished);
  EXPECT_EQ(Now().user_ids, std::vector<std::string>{"cid"}) << "its roster stays";
}

TEST_F(MatchCaretakerTest, WhoIsWithinTheGraceAttends) {
  auto cid = OpenOn("cid", "m1");
  Sweep(minutes(90));
  cid.handler->OnClose();
  Sweep(seconds(29));
  EXPECT_EQ(Now().state, SessionState::kStarted);
  Pass(seconds(1));
  PassAnHourIdle();
  EXPECT_EQ(Now().state, SessionState::kFinished);
}

TEST_F(MatchCaretakerTest, ItsGameServerAttendsIt) {
  StreamEnd<GameEvent> server;
  server.handler = room_->events().OpenAsServer(As("arena-1", "service"), server.host).value();
  GameEvent first;
  first.session_id = "m1";
  server.Send(first);
  Sweep(seconds(0));
  Sweep(minutes(90));
  EXPECT_EQ(Now().state, SessionState::kStarted);
  server.handler->OnClose();
  Pass(seconds(30));
  PassAnHourIdle();
  EXPECT_EQ(Now().state, SessionState::kFinished);
}

TEST_F(MatchCaretakerTest, ItNoLongerCountsAgainstTheLimitOfItsGame) {
  SessionRecord more;
  more.id = "more";
  more.game_id = "arena";
  EXPECT_THAT(session_store_.CreateSession(more, {}, 2).status(), HasCode(StatusCode::kResourceExhausted))
      << "there is the players' session too";
  PassAnHourIdle();
  EXPECT_TRUE(session_store_.CreateSession(more, {}, 1).ok());
}

TEST_F(MatchCaretakerTest, GlobalEventsGoOnForEver) {
  PassAnHourIdle();
  EXPECT_EQ(session_store_.FindSession(kGlobalSessionId)->state, SessionState::kStarted);
}

TEST_F(SessionCaretakerTest, WhoLeftAndJoinedAgainIsNotTakenForGone) {
  auto bob = OpenOn("bob", session_.id);
  JoinLeaveRequest request;
  request.game_id = "arena";
  request.session_id = session_.id;
  request.action = JoinLeaveAction::kLeave;
  ASSERT_TRUE(room_->sessions().JoinLeave(As("bob"), request).ok());
  EXPECT_EQ(bob.Read(), "");
  bob.handler->OnClose();
  request.action = JoinLeaveAction::kJoin;
  ASSERT_TRUE(room_->sessions().JoinLeave(As("bob"), request).ok());
  Pass(minutes(10));
  EXPECT_EQ(Now().user_ids.size(), 2U);
}

}  // namespace
}  // namespace oofgg::game
