// What an attendance board promises to instances, whatever it stands on.

#include "game/attendance_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "oofgg/testing/fake_clock.h"
#include "storage/redis/game/attendance_scripts.h"
#include "storage/redis/game/redis_attendance_board.h"
#include "tests/support/fake_attendance_board.h"
#include "tests/support/patience.h"
#include "tests/support/redis_cluster.h"
#include "tests/support/redis_server.h"

namespace oofgg::game {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Where = AttendanceBoard::Where;
using Absence = AttendanceBoard::Absence;

constexpr seconds kGrace{30};
constexpr seconds kQueueGrace{5};
static_assert(QueueGraceOf(kGrace) == kQueueGrace);
constexpr seconds kLease{5};

/// What the boards of several instances stand on.
class Ground {
 public:
  virtual ~Ground() = default;
  virtual std::unique_ptr<AttendanceBoard> NewInstance() = 0;
};

class FakeGround final : public Ground {
 public:
  explicit FakeGround(const Clock& clock) : shared_(clock, kGrace, kLease) {}
  std::unique_ptr<AttendanceBoard> NewInstance() override {
    return std::make_unique<testing::FakeAttendanceBoard>(shared_);
  }

 private:
  testing::FakeAttendance shared_;
};

class RedisGround final : public Ground {
 public:
  RedisGround(const Clock& clock, const std::string& url)
      : clock_(clock),
        client_(
            storage::RedisClient::Connect({.url = storage::ParseRedisUrl(url).value()}, Deadline()).value()) {
    const auto empty = storage::RedisCommand({"FLUSHALL"}).OnKey(storage::attendance_scripts::Keys().front());
    EXPECT_TRUE(client_->Call(empty, Deadline()).ok());
  }
  std::unique_ptr<AttendanceBoard> NewInstance() override {
    return std::make_unique<storage::RedisAttendanceBoard>(
        *client_,
        storage::RedisAttendanceOptions{
            .grace = kGrace, .lease = kLease, .timeout = oofgg::testing::kPatience, .clock = &clock_});
  }

 private:
  static TimePoint Deadline() { return DeadlineAfter(Clock::System().Now(), oofgg::testing::kPatience); }

  const Clock& clock_;
  std::unique_ptr<storage::RedisClient> client_;
};

std::string SharedRedis() {
  static const oofgg::testing::RedisServer server;
  return server.url();
}
std::string SharedCluster() {
  static const oofgg::testing::RedisCluster cluster;
  return cluster.url();
}

class AttendanceBoardTest : public ::testing::TestWithParam<std::string> {
 protected:
  AttendanceBoardTest() {
    EXPECT_FALSE(one_->Beat().value()) << "nothing was told before the first beat";
    EXPECT_FALSE(other_->Beat().value());
  }

  static Status Tell(AttendanceBoard& board, Where where, const std::string& session,
                     const std::string& player) {
    std::promise<Status> told;
    board.Tell({{.session_id = session, .player_id = player, .where = where}},
               [&](Status status) { told.set_value(std::move(status)); });
    return told.get_future().get();
  }
  static std::vector<bool> AreAttended(AttendanceBoard& board, const std::vector<std::string>& sessions) {
    return board.AreAttended(sessions).value();
  }
  static std::vector<Absence> Due(AttendanceBoard& board) { return board.TakeDue().value(); }

  /// Time passes, in which these beat.
  void Pass(seconds time, const std::vector<AttendanceBoard*>& living) {
    for (; time > seconds(0); time -= seconds(1)) {
      clock_.Advance(seconds(1));
      for (AttendanceBoard* board : living) EXPECT_TRUE(board->Beat().ok());
    }
  }
  void PassForBoth(seconds time) { Pass(time, {one_.get(), other_.get()}); }

  testing::FakeClock clock_;
  std::unique_ptr<Ground> ground_ = [this]() -> std::unique_ptr<Ground> {
    if (GetParam() == "Fake") return std::make_unique<FakeGround>(clock_);
    return std::make_unique<RedisGround>(clock_, GetParam() == "Redis" ? SharedRedis() : SharedCluster());
  }();
  std::unique_ptr<AttendanceBoard> one_ = ground_->NewInstance();
  std::unique_ptr<AttendanceBoard> other_ = ground_->NewInstance();
};
INSTANTIATE_TEST_SUITE_P(Grounds, AttendanceBoardTest, ::testing::Values("Fake", "Redis", "RedisCluster"),
                         [](const auto& ground) { return ground.param; });

TEST_P(AttendanceBoardTest, WhoIsHereIsSeenByAll) {
  ASSERT_TRUE(Tell(*one_, Where::kHere, "s", "ann").ok());
  EXPECT_THAT(AreAttended(*one_, {"s", "t"}), ElementsAre(true, false));
  EXPECT_THAT(AreAttended(*other_, {"t", "s"}), ElementsAre(false, true));
  EXPECT_THAT(AreAttended(*other_, {}), IsEmpty());
}

TEST_P(AttendanceBoardTest, WhoIsAwayForTheGraceIsGivenToOneInstance) {
  ASSERT_TRUE(Tell(*one_, Where::kHere, "s", "ann").ok());
  ASSERT_TRUE(Tell(*one_, Where::kAway, "s", "ann").ok());
  PassForBoth(kGrace - seconds(1));
  EXPECT_THAT(Due(*other_), IsEmpty());
  EXPECT_THAT(AreAttended(*other_, {"s"}), ElementsAre(true));
  PassForBoth(seconds(1));
  EXPECT_THAT(Due(*other_), ElementsAre(Absence{"s", "ann"}));
  EXPECT_THAT(Due(*one_), IsEmpty());
  EXPECT_THAT(Due(*other_), IsEmpty());
  ASSERT_TRUE(Tell(*other_, Where::kOut, "s", "ann").ok());
  EXPECT_THAT(AreAttended(*one_, {"s"}), ElementsAre(false));
  PassForBoth(seconds(60));
  EXPECT_THAT(Due(*one_), IsEmpty());
}

TEST_P(AttendanceBoardTest, WhoWasGivenOutAndNotSeenToIsGivenOutAgain) {
  ASSERT_TRUE(Tell(*one_, Where::kAway, "s", "ann").ok());
  PassForBoth(kGrace);
  EXPECT_THAT(Due(*one_), ElementsAre(Absence{"s", "ann"}));
  PassForBoth(seconds(30));
  EXPECT_THAT(Due(*other_), ElementsAre(Absence{"s", "ann"}));
}

TEST_P(AttendanceBoardTest, WhoComesBackAtAnotherInstanceStays) {
  ASSERT_TRUE(Tell(*one_, Where::kHere, "s", "ann").ok());
  ASSERT_TRUE(Tell(*one_, Where::kAway, "s", "ann").ok());
  PassForBoth(kGrace - seconds(1));
  ASSERT_TRUE(Tell(*other_, Where::kHere, "s", "ann").ok());
  PassForBoth(seconds(60));
  EXPECT_THAT(Due(*one_), IsEmpty());
  ASSERT_TRUE(Tell(*other_, Where::kAway, "s", "ann").ok());
  PassForBoth(kGrace);
  EXPECT_THAT(Due(*one_), ElementsAre(Absence{"s", "ann"}));
}

TEST_P(AttendanceBoardTest, WhoIsAtTwoInstancesIsAwayFromNeitherWhenOneLosesThem) {
  ASSERT_TRUE(Tell(*one_, Where::kHere, "s", "ann").ok());
  ASSERT_TRUE(Tell(*other_, Where::kHere, "s", "ann").ok());
  ASSERT_TRUE(Tell(*one_, Where::kAway, "s", "ann").ok());
  PassForBoth(seconds(60));
  EXPECT_THAT(Due(*one_), IsEmpty());
  EXPECT_THAT(AreAttended(*one_, {"s"}), ElementsAre(true));
}

TEST_P(AttendanceBoardTest, SayingItTwiceDoesNotProlongAnAbsence) {
  ASSERT_TRUE(Tell(*one_, Where::kAway, "s", "ann").ok());
  PassForBoth(seconds(20));
  ASSERT_TRUE(Tell(*one_, Where::kAway, "s", "ann").ok());
  PassForBoth(seconds(10));
  EXPECT_THAT(Due(*one_), ElementsAre(Absence{"s", "ann"}));
}

TEST_P(AttendanceBoardTest, WhoIsLeavingIsDueSooner) {
  ASSERT_TRUE(Tell(*one_, Where::kHere, "s", "ann").ok());
  ASSERT_TRUE(Tell(*one_, Where::kHere, "place", "ann").ok());
  ASSERT_TRUE(Tell(*one_, Where::kAway, "s", "ann").ok());
  ASSERT_TRUE(Tell(*one_, Where::kLeaving, "place", "ann").ok());
  PassForBoth(kQueueGrace - seconds(1));
  EXPECT_THAT(Due(*other_), IsEmpty());
  EXPECT_THAT(AreAttended(*other_, {"place"}), ElementsAre(true));
  ASSERT_TRUE(Tell(*one_, Where::kLeaving, "place", "ann").ok()) << "said twice is as good as once";
  PassForBoth(seconds(1));
  EXPECT_THAT(Due(*other_), ElementsAre(Absence{"place", "ann"}));
  ASSERT_TRUE(Tell(*other_, Where::kOut, "place", "ann").ok());
  EXPECT_THAT(AreAttended(*one_, {"place", "s"}), ElementsAre(false, true));
  PassForBoth(kGrace - kQueueGrace);
  EXPECT_THAT(Due(*one_), ElementsAre(Absence{"s", "ann"}));
}

TEST_P(AttendanceBoardTest, WhoIsLeavingAndComesBackAtAnotherInstanceStays) {
  ASSERT_TRUE(Tell(*one_, Where::kHere, "place", "ann").ok());
  ASSERT_TRUE(Tell(*one_, Where::kLeaving, "place", "ann").ok());
  PassForBoth(kQueueGrace - seconds(1));
  ASSERT_TRUE(Tell(*other_, Where::kHere, "place", "ann").ok());
  PassForBoth(seconds(60));
  EXPECT_THAT(Due(*one_), IsEmpty());
}

TEST_P(AttendanceBoardTest, WhoIsLeavingOneOfTwoInstancesStaysUntilTheyLeaveTheOther) {
  ASSERT_TRUE(Tell(*one_, Where::kHere, "place", "ann").ok());
  ASSERT_TRUE(Tell(*other_, Where::kHere, "place", "ann").ok());
  ASSERT_TRUE(Tell(*one_, Where::kLeaving, "place", "ann").ok());
  PassForBoth(seconds(60));
  EXPECT_THAT(Due(*one_), IsEmpty());
  ASSERT_TRUE(Tell(*other_, Where::kLeaving, "place", "ann").ok());
  PassForBoth(kQueueGrace);
  EXPECT_THAT(Due(*one_), ElementsAre(Absence{"place", "ann"}));
}

TEST_P(AttendanceBoardTest, WhoIsLeavingAnInstanceAndHadAnotherThatDiesHasTheWholeGrace) {
  ASSERT_TRUE(Tell(*one_, Where::kHere, "place", "ann").ok());
  ASSERT_TRUE(Tell(*other_, Where::kHere, "place", "ann").ok());
  ASSERT_TRUE(Tell(*other_, Where::kLeaving, "place", "ann").ok());
  Pass(kLease + kGrace - seconds(1), {other_.get()});
  EXPECT_THAT(Due(*other_), IsEmpty());
  Pass(seconds(1), {other_.get()});
  EXPECT_THAT(Due(*other_), ElementsAre(Absence{"place", "ann"}));
}

TEST_P(AttendanceBoardTest, WhoseInstanceDiesHasTheGraceAndIsThenDue) {
  ASSERT_TRUE(Tell(*one_, Where::kHere, "s", "ann").ok());
  ASSERT_TRUE(Tell(*one_, Where::kHere, "s", "bob").ok());
  ASSERT_TRUE(Tell(*other_, Where::kHere, "s", "bob").ok());
  ASSERT_TRUE(Tell(*one_, Where::kHere, "t", "cid").ok());
  Pass(kLease, {other_.get()});
  ASSERT_TRUE(Tell(*other_, Where::kHere, "t", "cid").ok()) << "back within the grace";
  Pass(kGrace - seconds(1), {other_.get()});
  EXPECT_THAT(Due(*other_), IsEmpty());
  Pass(seconds(1), {other_.get()});
  EXPECT_THAT(Due(*other_), ElementsAre(Absence{"s", "ann"}));
}

TEST_P(AttendanceBoardTest, WhoWasTakenForDeadHearsSoAndTellsAnew) {
  ASSERT_TRUE(Tell(*one_, Where::kHere, "s", "ann").ok());
  Pass(kLease, {other_.get()});
  EXPECT_EQ(Tell(*one_, Where::kHere, "s", "bob").code(), StatusCode::kAborted);
  EXPECT_FALSE(one_->Beat().value());
  ASSERT_TRUE(Tell(*one_, Where::kHere, "s", "ann").ok());
  EXPECT_TRUE(one_->Beat().value());
  PassForBoth(seconds(60));
  EXPECT_THAT(Due(*other_), IsEmpty());
}

TEST_P(AttendanceBoardTest, WhenNobodyCouldBeatForLongNobodyIsTakenForDead) {
  ASSERT_TRUE(Tell(*one_, Where::kHere, "s", "ann").ok());
  clock_.Advance(seconds(600));  // The board was away.
  EXPECT_TRUE(other_->Beat().value());
  Pass(kLease - seconds(1), {other_.get()});
  EXPECT_TRUE(one_->Beat().value());
  PassForBoth(seconds(60));
  EXPECT_THAT(Due(*other_), IsEmpty());
}

TEST_P(AttendanceBoardTest, TheDeadOfMoreThanOneStepAreAllFound) {
  std::vector<AttendanceBoard::Word> words;
  for (int i = 0; i < 1'200; ++i)
    words.push_back({.session_id = "s" + std::to_string(i), .player_id = "ann"});
  std::promise<Status> told;
  one_->Tell(words, [&](Status status) { told.set_value(std::move(status)); });
  ASSERT_TRUE(told.get_future().get().ok());
  Pass(kLease + seconds(3), {other_.get()});
  Pass(kGrace, {other_.get()});
  std::size_t due = 0;
  for (std::vector<Absence> some = Due(*other_); !some.empty(); some = Due(*other_)) due += some.size();
  EXPECT_EQ(due, 1'200U);
}

TEST_P(AttendanceBoardTest, NamesThatBeginAlikeAreApart) {
  ASSERT_TRUE(Tell(*one_, Where::kHere, "s1", "ann").ok());
  ASSERT_TRUE(Tell(*one_, Where::kHere, "s", "anna").ok());
  ASSERT_TRUE(Tell(*other_, Where::kAway, "s", "ann").ok());
  ASSERT_TRUE(Tell(*other_, Where::kAway, "s1", "an").ok());
  PassForBoth(kGrace);
  EXPECT_THAT(Due(*one_), UnorderedElementsAre(Absence{"s", "ann"}, Absence{"s1", "an"}));
}

}  // namespace
}  // namespace oofgg::game
