#include "oofgg/clock.h"

#include <gtest/gtest.h>

#include "oofgg/testing/fake_clock.h"

namespace oofgg {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST(ClockTest, DeadlineNeverOverflows) {
  const TimePoint now = TimePoint() + hours(1);
  EXPECT_EQ(DeadlineAfter(now, seconds(5)), now + seconds(5));
  EXPECT_EQ(DeadlineAfter(now, -seconds(5)), now - seconds(5));
  EXPECT_EQ(DeadlineAfter(now, Duration::max()), kNever);
  EXPECT_EQ(DeadlineAfter(kNever, seconds(1)), kNever);
}

TEST(ClockTest, TheSystemClockMovesForward) {
  const TimePoint before = Clock::System().Now();
  EXPECT_LE(before, Clock::System().Now());
  EXPECT_GT(Clock::System().WallNow().time_since_epoch(), hours(24 * 365 * 50));
}

TEST(FakeClockTest, MovesOnlyWhenTold) {
  testing::FakeClock clock;
  const TimePoint start = clock.Now();
  const WallTime wall = clock.WallNow();
  EXPECT_EQ(clock.Now(), start);
  clock.Advance(seconds(3));
  EXPECT_EQ(clock.Now(), start + seconds(3));
  EXPECT_EQ(clock.WallNow(), wall + seconds(3));
  clock.AdvanceTo(start + seconds(10));
  clock.AdvanceTo(start);
  EXPECT_EQ(clock.Now(), start + seconds(10));
}

TEST(FakeClockTest, TheWallClockStepsAlone) {
  testing::FakeClock clock;
  const TimePoint start = clock.Now();
  const WallTime earlier = clock.WallNow() - hours(2);
  clock.SetWall(earlier);
  EXPECT_EQ(clock.Now(), start);
  EXPECT_EQ(clock.WallNow(), earlier);
  clock.Advance(seconds(1));
  EXPECT_EQ(clock.WallNow(), earlier + seconds(1));
}

}  // namespace
}  // namespace oofgg
