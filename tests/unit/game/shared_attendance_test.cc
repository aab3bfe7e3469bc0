// Two instances that share their stores and an attendance board: who leaves, and what ends.

#include "tests/support/fake_attendance_board.h"
#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Absences = std::vector<Attendance::Absence>;

constexpr seconds kGrace{30};
constexpr seconds kLease{5};

class SharedAttendanceTest : public ::testing::Test {
 protected:
  Absences Due(Attendance& attendance) { return attendance.TakeDue().value_or(Absences()); }
  /// Time passes, in which these beat and find nobody due.
  void Pass(Duration time, const std::vector<Attendance*>& living) {
    for (; time > seconds(0); time -= seconds(1)) {
      clock_.Advance(seconds(1));
      for (Attendance* each : living) EXPECT_EQ(Due(*each), Absences());
    }
  }

  testing::FakeClock clock_;
  testing::FakeAttendance shared_{clock_, kGrace, kLease};
  testing::FakeAttendanceBoard board_{shared_};
  testing::FakeAttendanceBoard other_board_{shared_};
  Attendance here_{clock_, kGrace, &board_};
  Attendance there_{clock_, kGrace, &other_board_};
};

TEST_F(SharedAttendanceTest, WhoCameBeforeTheFirstBeatIsToldWithIt) {
  here_.Arrive("s", "ann");
  EXPECT_FALSE(there_.IsAttended("s"));
  EXPECT_EQ(Due(here_), Absences());
  EXPECT_TRUE(there_.IsAttended("s"));
}

TEST_F(SharedAttendanceTest, WhoGoesOnAtTheOtherInstanceIsNotDue) {
  Pass(seconds(1), {&here_, &there_});
  here_.Arrive("s", "ann");
  here_.Depart("s", "ann");
  Pass(kGrace - seconds(1), {&here_, &there_});
  there_.Arrive("s", "ann");
  Pass(seconds(60), {&here_, &there_});
  there_.Depart("s", "ann");
  Pass(kGrace - seconds(1), {&here_, &there_});
  clock_.Advance(seconds(1));
  EXPECT_EQ(Due(here_), (Absences{{"s", "ann"}}));
  EXPECT_EQ(Due(there_), Absences());
  here_.Forget("s", "ann");
  EXPECT_FALSE(there_.IsAttended("s"));
}

TEST_F(SharedAttendanceTest, WhoLeavesTheQueueAtOneInstanceAndWatchesAtTheOtherIsNotDue) {
  Pass(seconds(1), {&here_, &there_});
  here_.Arrive("place", "ann");
  there_.Arrive("place", "ann");
  here_.Depart("place", "ann", Attendance::Grace::kQueue);
  Pass(seconds(60), {&here_, &there_});
  there_.Depart("place", "ann", Attendance::Grace::kQueue);
  Pass(QueueGraceOf(kGrace) - seconds(1), {&here_, &there_});
  clock_.Advance(seconds(1));
  EXPECT_EQ(Due(here_), (Absences{{"place", "ann"}}));
}

TEST_F(SharedAttendanceTest, WhoLeftAtTheOtherInstanceIsNotWaitedFor) {
  Pass(seconds(1), {&here_, &there_});
  here_.Arrive("s", "ann");
  here_.Depart("s", "ann");
  there_.Forget("s", "ann");
  EXPECT_FALSE(here_.IsAttended("s"));
  Pass(seconds(60), {&here_, &there_});
}

TEST_F(SharedAttendanceTest, OneStreamOfSeveralIsEnough) {
  Pass(seconds(1), {&here_, &there_});
  here_.Arrive("s", "ann");
  here_.Arrive("s", "ann");
  here_.Depart("s", "ann");
  Pass(seconds(60), {&here_, &there_});
  EXPECT_TRUE(there_.IsAttended("s"));
}

TEST_F(SharedAttendanceTest, WhileTheBoardIsAwayNobodyIsDueAndAllIsAttended) {
  Pass(seconds(1), {&here_, &there_});
  here_.Arrive("s", "ann");
  shared_.SetAway(true);
  here_.Depart("s", "ann");
  there_.Arrive("s", "bob");
  for (int i = 0; i < 100; ++i) {
    clock_.Advance(seconds(1));
    EXPECT_EQ(here_.TakeDue().status().code(), StatusCode::kUnavailable);
  }
  EXPECT_TRUE(here_.IsAttended("t")) << "in doubt";
  shared_.SetAway(false);
  Pass(kGrace, {&here_, &there_});
  clock_.Advance(seconds(1));
  EXPECT_EQ(Due(there_), (Absences{{"s", "ann"}})) << "told when it was back, from when the grace counts";
  EXPECT_TRUE(here_.IsAttended("s"));
}

TEST_F(SharedAttendanceTest, WhoWasTakenForDeadAndLivesKeepsItsPlayers) {
  Pass(seconds(1), {&here_, &there_});
  here_.Arrive("s", "ann");
  Pass(kLease + seconds(20), {&there_});  // This process stood still.
  Pass(seconds(60), {&here_, &there_});
  EXPECT_TRUE(there_.IsAttended("s"));
}

/// The second room of two on the same stores.
class TwoRoomsTest : public GameRoomTest {
 protected:
  TwoRoomsTest() {
    room_.reset();
    room_ = OpenRoom(board_);
    other_ = OpenRoom(other_board_);
    session_ = MakeSession({"ann", "bob"});
    Pass(seconds(1));
  }
  ~TwoRoomsTest() override {
    room_.reset();
    other_.reset();
  }

  std::unique_ptr<GameRoom> OpenRoom(AttendanceBoard& board) {
    return GameRoom::Open({.players = player_store_,
                           .games = game_store_,
                           .sessions = session_store_,
                           .entities = entity_store_,
                           .scores = score_store_,
                           .matches = match_store_,
                           .attendance = &board},
                          &maker_, clock_, random_, log_, options_)
        .value();
  }
  StreamEnd<GameEvent> OpenAtOther(const std::string& player) {
    std::swap(room_, other_);
    auto stream = OpenOn(player, session_.id);
    std::swap(room_, other_);
    return stream;
  }
  void Pass(Duration time) {
    for (Duration passed{}; passed < time; passed += seconds(1)) {
      clock_.Advance(seconds(1));
      if (room_ != nullptr) {
        EXPECT_TRUE(room_->LeaveAbsent().ok());
      }
      EXPECT_TRUE(other_->LeaveAbsent().ok());
    }
  }
  SessionRecord Now() { return session_store_.FindSession(session_.id).value(); }

  testing::FakeAttendance shared_{clock_, kGrace, kLease};
  testing::FakeAttendanceBoard board_{shared_};
  testing::FakeAttendanceBoard other_board_{shared_};
  std::unique_ptr<GameRoom> other_;
  Session session_;
};

TEST_F(TwoRoomsTest, WhoReconnectsToTheOtherRoomStays) {
  auto ann = OpenOn("ann", session_.id);
  ann.handler->OnClose();
  Pass(seconds(29));
  auto again = OpenAtOther("ann");
  Pass(seconds(60));
  EXPECT_EQ(Now().members.size(), 2U);
}

TEST_F(TwoRoomsTest, WhoDoesNotComeBackLeavesOnce) {
  auto ann = OpenOn("ann", session_.id);
  auto bob = OpenAtOther("bob");
  ann.handler->OnClose();
  Pass(kGrace);
  EXPECT_EQ(Now().members.size(), 1U);
  EXPECT_EQ(Now().owner_id, "bob");
  EXPECT_EQ(Now().version, 2);
}

TEST_F(TwoRoomsTest, TheOtherRoomSeesToWhoseRoomDied) {
  auto ann = OpenOn("ann", session_.id);
  auto bob = OpenAtOther("bob");
  shared_.SetAway(true);  // So that it tells nobody of its end.
  ann.handler.reset();
  room_.reset();
  shared_.SetAway(false);
  Pass(kLease + kGrace - seconds(1));
  EXPECT_EQ(Now().members.size(), 2U);
  Pass(seconds(2));
  EXPECT_EQ(Now().members.size(), 1U);
}

TEST_F(TwoRoomsTest, ASessionAttendedElsewhereIsNotIdle) {
  auto bob = OpenAtOther("bob");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(room_->PurgeEnded().ok());
    clock_.Advance(minutes(40));
    Pass(seconds(1));
  }
  EXPECT_EQ(Now().state, SessionState::kCreated);
  bob.handler->OnClose();
  Pass(seconds(1));
  ASSERT_TRUE(room_->PurgeEnded().ok()) << "within the grace";
  EXPECT_EQ(Now().state, SessionState::kCreated);
}

TEST_F(TwoRoomsTest, WithoutTheBoardNothingEndsAndNobodyLeaves) {
  auto ann = OpenOn("ann", session_.id);
  ASSERT_TRUE(room_->PurgeEnded().ok());
  shared_.SetAway(true);
  ann.handler->OnClose();
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(minutes(40));
    EXPECT_TRUE(room_->LeaveAbsent().ok());
    EXPECT_FALSE(room_->PurgeEnded().ok());
  }
  EXPECT_EQ(Now().state, SessionState::kCreated);
  EXPECT_EQ(Now().members.size(), 2U);
}

}  // namespace
}  // namespace oofgg::game
