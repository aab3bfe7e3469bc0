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
