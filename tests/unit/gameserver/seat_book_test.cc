#include "gameserver/seat_book.h"

#include <gtest/gtest.h>

namespace oofgg::gameserver {
namespace {

using std::chrono::seconds;

class SeatBookTest : public ::testing::Test {
 protected:
  TimePoint now{seconds(1000)};
  SeatBook book{2, seconds(30), seconds(60), now};
};

TEST_F(SeatBookTest, GivesOutNoMoreSeatsThanThereAre) {
  EXPECT_TRUE(book.Reserve("ann", now));
  EXPECT_TRUE(book.Reserve("bob", now));
  EXPECT_FALSE(book.Reserve("cid", now));
  EXPECT_EQ(book.load(), (GameServerLoad{.slots = 2, .reserved = 2, .players = 0}));
}

TEST_F(SeatBookTest, ReservingAgainKeepsTheSameSeat) {
  EXPECT_TRUE(book.Reserve("ann", now));
  EXPECT_TRUE(book.Reserve("ann", now));
  EXPECT_TRUE(book.Reserve("bob", now));
  EXPECT_TRUE(book.Reserve("ann", now)) << "a full server still knows who is in";
  EXPECT_EQ(book.load().reserved, 2U);
}

TEST_F(SeatBookTest, ASeatWhosePlayerNeverComesIsFreeAgain) {
  ASSERT_TRUE(book.Reserve("ann", now));
  EXPECT_EQ(book.NextDeadline(), now + seconds(30));
  book.Advance(now + seconds(29));
  EXPECT_TRUE(book.IsReserved("ann"));
  book.Advance(now + seconds(30));
  EXPECT_FALSE(book.IsReserved("ann"));
  EXPECT_FALSE(book.Seat("ann"));
}

TEST_F(SeatBookTest, AConnectedPlayerKeepsTheSeatUntilLeaving) {
  ASSERT_TRUE(book.Reserve("ann", now));
  ASSERT_TRUE(book.Seat("ann"));
  book.Advance(now + seconds(3600));
  EXPECT_TRUE(book.IsReserved("ann"));
  EXPECT_EQ(book.NextDeadline(), kNever);
  book.Free("ann", now + seconds(3600));
  EXPECT_FALSE(book.IsReserved("ann"));
}

TEST_F(SeatBookTest, IsIdleOnlyAfterNobodyWasThereForTheWholeTimeout) {
  EXPECT_FALSE(book.IsIdle(now + seconds(59)));
  EXPECT_TRUE(book.IsIdle(now + seconds(60)));
  ASSERT_TRUE(book.Reserve("ann", now + seconds(59)));
  EXPECT_FALSE(book.IsIdle(now + seconds(60)));
  book.Free("ann", now + seconds(70));
  EXPECT_EQ(book.NextDeadline(), now + seconds(130));
  EXPECT_FALSE(book.IsIdle(now + seconds(129)));
  EXPECT_TRUE(book.IsIdle(now + seconds(130)));
}

TEST_F(SeatBookTest, AnExpiredReservationCountsAsPresenceUntilItExpired) {
  ASSERT_TRUE(book.Reserve("ann", now));
  book.Advance(now + seconds(30));
  EXPECT_FALSE(book.IsIdle(now + seconds(89)));
  EXPECT_TRUE(book.IsIdle(now + seconds(90)));
}

TEST(SeatBook, WithoutAnIdleTimeoutIsNeverIdle) {
  const TimePoint now{seconds(1000)};
  SeatBook book(1, seconds(30), seconds(0), now);
  EXPECT_EQ(book.NextDeadline(), kNever);
  EXPECT_FALSE(book.IsIdle(now + std::chrono::hours(1000)));
}

TEST_F(SeatBookTest, IsAnOrphanOnceItIsEmptyAndNobodyCalls) {
  SeatBook left{2, seconds(30), seconds(0), now, seconds(600)};
  EXPECT_EQ(left.NextDeadline(), now + seconds(600));
  EXPECT_FALSE(left.IsOrphan(now + seconds(599)));
  EXPECT_TRUE(left.IsOrphan(now + seconds(600)));
  left.Called(now + seconds(599));
  EXPECT_FALSE(left.IsOrphan(now + seconds(600))) << "a maker keeps it warm";
  EXPECT_TRUE(left.IsOrphan(now + seconds(1199)));
  ASSERT_TRUE(left.Reserve("ann", now + seconds(599)));
  ASSERT_TRUE(left.Seat("ann"));
  EXPECT_FALSE(left.IsOrphan(now + seconds(9000))) << "its players finish their match";
  left.Free("ann", now + seconds(9000));
  EXPECT_FALSE(left.IsOrphan(now + seconds(9599)));
  EXPECT_TRUE(left.IsOrphan(now + seconds(9600)));
}

}  // namespace
}  // namespace oofgg::gameserver
