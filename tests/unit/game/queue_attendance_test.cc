// Places in the queue whose owner has gone: with the last stream that watches it, the queue is left.

#include "game/session_watch.h"
#include "tests/support/fake_attendance_board.h"
#include "tests/support/memory_event_relay.h"
#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::Optional;

constexpr seconds kDisconnectGrace{30};
constexpr seconds kPlaceGrace{5};
constexpr seconds kInstanceLease{5};

struct QueueWatch {
  std::shared_ptr<FakeStreamHost> host = std::make_shared<FakeStreamHost>();
  StreamHandlerPtr<Session, Session> handler;

  void Close() { handler->OnClose(); }
};

class QueueAttendanceTest : public GameRoomTest {
 protected:
  static JoinLeaveRequest ToArena() {
    JoinLeaveRequest request;
    request.game_id = "arena";
    request.action = JoinLeaveAction::kJoin;
    return request;
  }
  static std::string Join(GameRoom& room, const std::string& player) {
    const auto place = room.sessions().JoinLeave(As(player), ToArena());
    EXPECT_TRUE(place.ok()) << place.status();
    return place.ok() ? place->id : "";
  }
  static QueueWatch Watch(GameRoom& room, const CallContext& context, const std::string& place) {
    QueueWatch watch;
    auto handler = room.sessions().WatchQueue(context, Session{.id = place}, watch.host);
    EXPECT_TRUE(handler.ok()) << handler.status();
    watch.handler = *std::move(handler);
    return watch;
  }
  QueueWatch WatchAsAnn() { return Watch(*room_, As("ann"), place_); }
  void Pass(Duration time) {
    clock_.Advance(time);
    EXPECT_TRUE(room_->LeaveAbsent().ok());
  }
  SessionRecord Place() { return session_store_.FindSession(place_).value(); }

  std::string place_ = Join(*room_, "ann");
};

TEST_F(QueueAttendanceTest, WhoDoesNotComeBackLeavesTheQueue) {
  auto watch = WatchAsAnn();
  watch.Close();
  Pass(kPlaceGrace - seconds(1));
  EXPECT_EQ(Place().state, SessionState::kQueued);
  Pass(seconds(1));
  EXPECT_EQ(Place().state, SessionState::kDeleted);
  EXPECT_EQ(maker_.cancelled, std::vector<std::string>{maker_.TicketOf("ann")});
  EXPECT_EQ(maker_.live_watches(), 0U);
  EXPECT_NE(Join(*room_, "ann"), place_) << "she may queue again";
}

TEST_F(QueueAttendanceTest, WhoLeavesTheQueueStaysInTheirSession) {
  const Session session = MakeSession({"ann", "bob"});
  auto events = OpenOn("ann", session.id);
  auto watch = WatchAsAnn();
  watch.Close();
  Pass(minutes(10));
  EXPECT_EQ(Place().state, SessionState::kDeleted);
  EXPECT_EQ(session_store_.FindSession(session.id)->members.size(), 2U);
}

TEST_F(QueueAttendanceTest, WhoGoesFromBothHasTheWholeGraceForTheirSession) {
  const Session session = MakeSession({"ann", "bob"});
  auto events = OpenOn("ann", session.id);
  auto watch = WatchAsAnn();
  events.handler->OnClose();
  watch.Close();
  Pass(kPlaceGrace);
  EXPECT_EQ(Place().state, SessionState::kDeleted);
  Pass(kDisconnectGrace - kPlaceGrace - seconds(1));
  EXPECT_EQ(session_store_.FindSession(session.id)->members.size(), 2U);
  Pass(seconds(1));
  EXPECT_EQ(session_store_.FindSession(session.id)->members.size(), 1U);
}

TEST_F(QueueAttendanceTest, AnErrorOfOursGivesTheWholeGrace) {
  Attendance attendance(clock_, kDisconnectGrace);
  SessionNotifier notifier;
  const auto host = std::make_shared<FakeStreamHost>();
  SessionWatch watch(session_store_, notifier, attendance, As("ann"), "not to be read", host);
  watch.HoldPlace();
  EXPECT_FALSE(watch.Next().has_value());
  EXPECT_THAT(host->finished(), Optional(HasCode(StatusCode::kNotFound)));
  watch.OnClose();
  clock_.Advance(kDisconnectGrace - seconds(1));
  EXPECT_TRUE(attendance.TakeDue()->empty());
  clock_.Advance(seconds(1));
  EXPECT_EQ(attendance.TakeDue()->size(), 1U);
}

TEST_F(QueueAttendanceTest, OneStreamOfTwoHoldsThePlace) {
  auto one = WatchAsAnn();
  auto other = WatchAsAnn();
  one.Close();
  Pass(minutes(10));
  EXPECT_EQ(Place().state, SessionState::kQueued);
  other.Close();
  Pass(kPlaceGrace);
  EXPECT_EQ(Place().state, SessionState::kDeleted);
}

TEST_F(QueueAttendanceTest, WhoReconnectsKeepsThePlace) {
  auto watch = WatchAsAnn();
  watch.Close();
  Pass(kPlaceGrace - seconds(1));
  auto again = WatchAsAnn();
  Pass(minutes(10));
  EXPECT_EQ(Place().state, SessionState::kQueued);
  EXPECT_TRUE(maker_.cancelled.empty());
}

TEST_F(QueueAttendanceTest, WhoJoinsAgainKeepsThePlace) {
  auto watch = WatchAsAnn();
  watch.Close();
  Pass(kPlaceGrace - seconds(1));
  EXPECT_EQ(Join(*room_, "ann"), place_);
  Pass(minutes(10));
  EXPECT_EQ(Place().state, SessionState::kQueued);
}

TEST_F(QueueAttendanceTest, WhoNeverWatchedIsNotWaitedFor) {
  auto someone_else = Watch(*room_, As("root", "admin"), place_);
  someone_else.Close();
  Pass(minutes(10));
  EXPECT_EQ(Place().state, SessionState::kQueued);
}

TEST_F(QueueAttendanceTest, ADrainIsNoLeave) {
  auto watch = WatchAsAnn();
  room_->Drain();
  watch.Close();
  Pass(minutes(10));
  EXPECT_EQ(Place().state, SessionState::kQueued);
  EXPECT_TRUE(maker_.cancelled.empty());
}

TEST_F(QueueAttendanceTest, WhoWasMatchedMeanwhileIsInTheMatch) {
  Join(*room_, "bob");
  auto unread = WatchAsAnn();  // Its end comes before the news.
  auto read = WatchAsAnn();
  maker_.Match("m1", {"ann", "bob"});
  EXPECT_EQ(read.handler->Next()->state, SessionState::kStarted);
  unread.Close();
  read.Close();
  Pass(minutes(10));
  EXPECT_EQ(Place().state, SessionState::kStarted);
  EXPECT_EQ(Place().alias_of, "m1");
  EXPECT_EQ(session_store_.FindSession("m1")->members.size(), 2U);
  EXPECT_TRUE(maker_.cancelled.empty());
}

TEST_F(QueueAttendanceTest, AMatchThatTheMakerMadeFirstStands) {
  maker_.cancel_status = MakeStatus(StatusCode::kFailedPrecondition, "it has its server");
  auto watch = WatchAsAnn();
  watch.Close();
  Pass(kPlaceGrace);
  EXPECT_EQ(Place().state, SessionState::kQueued);
  maker_.Match("m1", {"ann"});
  EXPECT_EQ(Place().state, SessionState::kStarted);
}

TEST_F(QueueAttendanceTest, ATicketThatCannotBeCancelledIsNoLongerWatched) {
  maker_.cancel_status = MakeStatus(StatusCode::kUnauthenticated, "the token has expired");
  auto watch = WatchAsAnn();
  watch.Close();
  Pass(kPlaceGrace);
  EXPECT_EQ(Place().state, SessionState::kDeleted);
  EXPECT_EQ(maker_.live_watches(), 0U) << "so that the maker cancels it";
}

TEST_F(QueueAttendanceTest, ASilentMakerHoldsNobodyUp) {
  maker_.is_silent = true;
  auto watch = WatchAsAnn();
  watch.Close();
  Pass(kPlaceGrace);
  EXPECT_EQ(Place().state, SessionState::kQueued) << "it is not known yet";
  Ticket ticket;
  ticket.id = maker_.TicketOf("ann");
  ticket.state = TicketState::kCancelled;
  maker_.Report(ticket.id, ticket);
  EXPECT_EQ(Place().state, SessionState::kDeleted);
}

/// Two instances on the same stores, which share a board and tell each other of changed rows.
class SharedQueueTest : public QueueAttendanceTest {
 protected:
  SharedQueueTest() {
    maker_.has_credential = false;  // Places are followed where their owners come.
    room_.reset();
    room_ = OpenRoom(board_, relay_);
    other_ = OpenRoom(other_board_, other_relay_);
    PassForBoth(seconds(1));
    place_ = Join(*room_, "bob");
  }
  ~SharedQueueTest() override {
    room_.reset();
    other_.reset();
  }

  std::unique_ptr<GameRoom> OpenRoom(AttendanceBoard& board, EventRelay& relay) {
    GameRoomOptions options = options_;
    options.relay = &relay;
    return GameRoom::Open({.players = player_store_,
                           .games = game_store_,
                           .sessions = session_store_,
                           .entities = entity_store_,
                           .scores = score_store_,
                           .matches = match_store_,
                           .attendance = &board},
                          &maker_, clock_, random_, log_, options)
        .value();
  }
  // The other is the one that is asked first, so that it has what is due.
  void PassForBoth(Duration time) {
    for (Duration passed{}; passed < time; passed += seconds(1)) {
      clock_.Advance(seconds(1));
      EXPECT_TRUE(other_->LeaveAbsent().ok());
      if (room_ == nullptr) continue;
      EXPECT_TRUE(room_->LeaveAbsent().ok());
    }
  }

  testing::FakeAttendance shared_{clock_, kDisconnectGrace, kInstanceLease};
  testing::FakeAttendanceBoard board_{shared_};
  testing::FakeAttendanceBoard other_board_{shared_};
  MemoryEventLogs logs_;
  MemoryEventRelay relay_{logs_};
  MemoryEventRelay other_relay_{logs_};
  std::unique_ptr<GameRoom> other_;
};

TEST_F(SharedQueueTest, AStreamAtTheOtherInstanceHoldsThePlace) {
  auto here = Watch(*room_, As("bob"), place_);
  auto there = Watch(*other_, As("bob"), place_);
  here.Close();
  PassForBoth(minutes(2));
  EXPECT_EQ(Place().state, SessionState::kQueued);
  there.Close();
  PassForBoth(kPlaceGrace + seconds(1));
  EXPECT_EQ(Place().state, SessionState::kDeleted);
  EXPECT_EQ(maker_.live_watches(), 0U);
}

TEST_F(SharedQueueTest, WhoeverFollowsTheTicketCancelsItOnceItsPlaceIsGone) {
  auto watch = Watch(*room_, As("bob"), place_);
  watch.Close();
  PassForBoth(kPlaceGrace);
  EXPECT_EQ(Place().state, SessionState::kDeleted) << "by the other, which does not follow it";
  EXPECT_EQ(maker_.cancelled, std::vector<std::string>{maker_.TicketOf("bob")});
  EXPECT_EQ(maker_.live_watches(), 0U);
}

TEST_F(SharedQueueTest, ThePlaceOfWhoseInstanceDiedIsGivenUpByTheOther) {
  auto watch = Watch(*room_, As("bob"), place_);
  shared_.SetAway(true);  // So that it tells nobody of its end.
  watch.handler.reset();
  room_.reset();
  shared_.SetAway(false);
  PassForBoth(kInstanceLease + kDisconnectGrace - seconds(1));
  EXPECT_EQ(Place().state, SessionState::kQueued);
  PassForBoth(seconds(2));
  EXPECT_EQ(Place().state, SessionState::kDeleted);
}

TEST_F(SharedQueueTest, WhoseInstanceDrainsHasTimeToComeToTheOther) {
  auto watch = Watch(*room_, As("bob"), place_);
  room_->Drain();
  watch.Close();
  PassForBoth(seconds(8));
  room_.reset();
  PassForBoth(kInstanceLease + kDisconnectGrace - seconds(2));
  EXPECT_EQ(Place().state, SessionState::kQueued);
  auto there = Watch(*other_, As("bob"), place_);
  PassForBoth(minutes(1));
  EXPECT_EQ(Place().state, SessionState::kQueued);
}

}  // namespace
}  // namespace oofgg::game
