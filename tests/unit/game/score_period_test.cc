#include "game/score_period.h"

#include <gtest/gtest.h>

namespace oofgg::game {
namespace {

using std::chrono::sys_days;
using namespace std::chrono_literals;

constexpr auto kTick = WallTime::duration(1);

TEST(ScorePeriodTest, NamesLeadBackToThePeriod) {
  for (const ScorePeriod period : kScorePeriods) EXPECT_EQ(ParsePeriod(PeriodName(period)), period);
  EXPECT_EQ(ParsePeriod(""), ScorePeriod::kAllTime);
  EXPECT_EQ(ParsePeriod("hourly"), std::nullopt);
  EXPECT_EQ(ParsePeriod("Daily"), std::nullopt);
}

TEST(ScorePeriodTest, ADayLastsToTheTickBeforeMidnight) {
  const sys_days day = 2028y / 2 / 29;
  EXPECT_EQ(PeriodStart(ScorePeriod::kDaily, day), day);
  EXPECT_EQ(PeriodStart(ScorePeriod::kDaily, day + 24h - kTick), day);
  EXPECT_EQ(PeriodStart(ScorePeriod::kDaily, day + 24h), sys_days(2028y / 3 / 1));
  EXPECT_EQ(PreviousPeriodStart(ScorePeriod::kDaily, sys_days(2028y / 3 / 1)), day);
  EXPECT_EQ(PreviousPeriodStart(ScorePeriod::kDaily, sys_days(2027y / 3 / 1)), sys_days(2027y / 2 / 28));
}

TEST(ScorePeriodTest, AWeekBeginsOnMondayAlsoOverTheTurnOfTheYear) {
  const sys_days monday = 2029y / 12 / 31;  // A Monday; the week ends in 2030.
  ASSERT_EQ(std::chrono::weekday(monday), std::chrono::Monday);
  EXPECT_EQ(PeriodStart(ScorePeriod::kWeekly, monday - kTick), monday - std::chrono::days(7));
  for (int day = 0; day < 7; ++day) {
    EXPECT_EQ(PeriodStart(ScorePeriod::kWeekly, monday + std::chrono::days(day) + 13h), monday) << day;
  }
  EXPECT_EQ(PeriodStart(ScorePeriod::kWeekly, sys_days(2030y / 1 / 6) + 24h - kTick), monday);
  EXPECT_EQ(PeriodStart(ScorePeriod::kWeekly, sys_days(2030y / 1 / 7)), sys_days(2030y / 1 / 7));
  EXPECT_EQ(PreviousPeriodStart(ScorePeriod::kWeekly, sys_days(2030y / 1 / 7)), monday);
}

TEST(ScorePeriodTest, AMonthBeginsOnItsFirstWhateverItsLength) {
  EXPECT_EQ(PeriodStart(ScorePeriod::kMonthly, sys_days(2028y / 2 / 29) + 24h - kTick),
            sys_days(2028y / 2 / 1));
  EXPECT_EQ(PeriodStart(ScorePeriod::kMonthly, sys_days(2028y / 3 / 1)), sys_days(2028y / 3 / 1));
  EXPECT_EQ(PeriodStart(ScorePeriod::kMonthly, sys_days(2100y / 2 / 28) + 24h), sys_days(2100y / 3 / 1))
      << "2100 is no leap year";
  EXPECT_EQ(PeriodStart(ScorePeriod::kMonthly, sys_days(2029y / 12 / 31) + 23h), sys_days(2029y / 12 / 1));
  EXPECT_EQ(PreviousPeriodStart(ScorePeriod::kMonthly, sys_days(2030y / 1 / 1)), sys_days(2029y / 12 / 1));
  EXPECT_EQ(PreviousPeriodStart(ScorePeriod::kMonthly, sys_days(2028y / 3 / 1)), sys_days(2028y / 2 / 1));
}

TEST(ScorePeriodTest, AllTimeHasOneStart) {
  EXPECT_EQ(PeriodStart(ScorePeriod::kAllTime, sys_days(1969y / 1 / 1)), sys_days());
  EXPECT_EQ(PeriodStart(ScorePeriod::kAllTime, sys_days(2030y / 5 / 5)), sys_days());
  EXPECT_EQ(PreviousPeriodStart(ScorePeriod::kAllTime, sys_days()), sys_days());
}

TEST(ScorePeriodTest, TimesBeforeTheEpochHavePeriodsToo) {
  EXPECT_EQ(PeriodStart(ScorePeriod::kDaily, sys_days(1970y / 1 / 1) - kTick), sys_days(1969y / 12 / 31));
  EXPECT_EQ(PeriodStart(ScorePeriod::kWeekly, sys_days(1970y / 1 / 1)), sys_days(1969y / 12 / 29));
}

}  // namespace
}  // namespace oofgg::game
