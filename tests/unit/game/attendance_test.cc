#include "game/attendance.h"

#include <gtest/gtest.h>

#include "oofgg/testing/fake_clock.h"

namespace oofgg::game {
namespace {

using std::chrono::seconds;
using Absences = std::vector<Attendance::Absence>;
using Grace = Attendance::Grace;

class AttendanceTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  Absences Due() { return attendance_.TakeDue().value(); }
  Attendance attendance_{clock_, seconds(30)};
};

TEST_F(AttendanceTest, WhoIsAwayForTheGraceIsDueOnce) {
  attendance_.Arrive("s", "ann");
  attendance_.Depart("s", "ann");
  clock_.Advance(seconds(29));
  EXPECT_EQ(Due(), Absences());
  EXPECT_TRUE(attendance_.IsAttended("s"));
  clock_.Advance(seconds(1));
  EXPECT_EQ(Due(), (Absences{{"s", "ann"}}));
  EXPECT_EQ(Due(), Absences());
  EXPECT_FALSE(attendance_.IsAttended("s"));
}

TEST_F(AttendanceTest, WhoIsBackInTimeIsNot) {
  attendance_.Arrive("s", "ann");
  attendance_.Depart("s", "ann");
  clock_.Advance(seconds(20));
  attendance_.Arrive("s", "ann");
  clock_.Advance(seconds(20));
  EXPECT_EQ(Due(), Absences());
  attendance_.Depart("s", "ann");  // Counts from now.
  clock_.Advance(seconds(29));
  EXPECT_EQ(Due(), Absences());
  clock_.Advance(seconds(1));
  EXPECT_EQ(Due().size(), 1U);
}

TEST_F(AttendanceTest, GoneTwiceWithinAGraceIsDueAfterTheSecondTime) {
  attendance_.Arrive("s", "ann");
  attendance_.Depart("s", "ann");
  clock_.Advance(seconds(10));
  attendance_.Arrive("s", "ann");
  attendance_.Depart("s", "ann");
  clock_.Advance(seconds(25));
  EXPECT_EQ(Due(), Absences());
  clock_.Advance(seconds(5));
  EXPECT_EQ(Due().size(), 1U);
}

TEST_F(AttendanceTest, OneStreamOfSeveralIsEnough) {
  attendance_.Arrive("s", "ann");
  attendance_.Arrive("s", "ann");
  attendance_.Depart("s", "ann");
  clock_.Advance(seconds(60));
  EXPECT_EQ(Due(), Absences());
  EXPECT_TRUE(attendance_.IsAttended("s"));
}

TEST_F(AttendanceTest, SessionsAndPlayersAreApart) {
  attendance_.Arrive("s", "ann");
  attendance_.Arrive("s", "bob");
  attendance_.Arrive("t", "ann");
  attendance_.Depart("s", "ann");
  attendance_.Depart("s", "bob");
  attendance_.Depart("nobody's", "cid");
  clock_.Advance(seconds(30));
  EXPECT_EQ(Due(), (Absences{{"s", "ann"}, {"s", "bob"}}));
  EXPECT_FALSE(attendance_.IsAttended("s"));
  EXPECT_TRUE(attendance_.IsAttended("t"));
}

TEST_F(AttendanceTest, WhoLeavesTheQueueIsDueSooner) {
  attendance_.Arrive("s", "ann");
  attendance_.Arrive("place", "ann");
  attendance_.Depart("s", "ann");
  attendance_.Depart("place", "ann", Grace::kQueue);
  clock_.Advance(QueueGraceOf(seconds(30)) - seconds(1));
  EXPECT_EQ(Due(), Absences());
  EXPECT_TRUE(attendance_.IsAttended("place"));
  clock_.Advance(seconds(1));
  EXPECT_EQ(Due(), (Absences{{"place", "ann"}}));
  EXPECT_FALSE(attendance_.IsAttended("place"));
  clock_.Advance(seconds(25));
  EXPECT_EQ(Due(), (Absences{{"s", "ann"}}));
}

TEST_F(AttendanceTest, WhoIsDueAtOnceIsToldInTheOrderOfTheirGraces) {
  for (const char* session : {"s", "place"}) attendance_.Arrive(session, "ann");
  attendance_.Depart("s", "ann");
  attendance_.Depart("place", "ann", Grace::kQueue);
  clock_.Advance(seconds(60));
  EXPECT_EQ(Due(), (Absences{{"place", "ann"}, {"s", "ann"}}));
}

TEST_F(AttendanceTest, WhoIsBackInTheQueueInTimeIsNot) {
  attendance_.Arrive("place", "ann");
  attendance_.Depart("place", "ann", Grace::kQueue);
  clock_.Advance(seconds(4));
  attendance_.Arrive("place", "ann");
  clock_.Advance(seconds(60));
  EXPECT_EQ(Due(), Absences());
}

TEST_F(AttendanceTest, TheGraceOfTheLastStreamCounts) {
  attendance_.Arrive("place", "ann");
  attendance_.Depart("place", "ann");
  attendance_.Arrive("place", "ann");
  attendance_.Arrive("place", "ann");
  attendance_.Depart("place", "ann");
  attendance_.Depart("place", "ann", Grace::kQueue);
  clock_.Advance(seconds(5));
  EXPECT_EQ(Due().size(), 1U);
  clock_.Advance(seconds(60));
  EXPECT_EQ(Due(), Absences()) << "once";
}

TEST_F(AttendanceTest, NoGraceIsLongerThanTheOneItWasMadeWith) {
  Attendance hasty(clock_, seconds(2));
  hasty.Arrive("place", "ann");
  hasty.Depart("place", "ann", Grace::kQueue);
  clock_.Advance(seconds(2));
  EXPECT_EQ(hasty.TakeDue().value(), (Absences{{"place", "ann"}}));
}

TEST_F(AttendanceTest, WhoIsOutIsNotAway) {
  attendance_.Arrive("s", "ann");
  attendance_.Depart("s", "ann");
  attendance_.Forget("s", "ann");
  EXPECT_FALSE(attendance_.IsAttended("s"));
  clock_.Advance(seconds(60));
  EXPECT_EQ(Due(), Absences());
  attendance_.Forget("s", "nobody");
}

}  // namespace
}  // namespace oofgg::game
