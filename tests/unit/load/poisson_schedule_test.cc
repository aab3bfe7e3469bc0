#include "servers/cli/load/poisson_schedule.h"

#include <gtest/gtest.h>

namespace oofgg::load {
namespace {

TEST(PoissonScheduleTest, ComesAsOftenAsAskedAndNotEvenly) {
  constexpr Nanos kStart = 5'000'000'000;
  constexpr int kCount = 100'000;
  PoissonSchedule schedule(1'000, kStart, 7);
  int within_a_tenth = 0;  // Of the mean gap.
  Nanos before = kStart;
  for (int i = 0; i < kCount; ++i) {
    ASSERT_GE(schedule.due(), before);
    if (schedule.due() - before < 100'000) ++within_a_tenth;
    before = schedule.due();
    schedule.Advance();
  }
  EXPECT_NEAR(static_cast<double>(before - kStart), 1e6 * kCount, 1e6 * kCount * 0.02);
  EXPECT_NEAR(within_a_tenth, 0.0952 * kCount, 0.005 * kCount) << "1 - exp(-0.1), as gaps without memory are";
}

TEST(PoissonScheduleTest, TheSeedDecides) {
  PoissonSchedule one(10, 0, 1);
  PoissonSchedule same(10, 0, 1);
  const PoissonSchedule other(10, 0, 2);
  EXPECT_EQ(one.due(), same.due());
  EXPECT_NE(one.due(), other.due());
}

}  // namespace
}  // namespace oofgg::load
