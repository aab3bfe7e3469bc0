#include "game/score_period.h"

namespace oofgg::game {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr std::array<std::string_view, kScorePeriods.size()> kPeriodNames = {"all_time", "daily", "weekly",
                                                                             "monthly"};

sys_days StartOn(ScorePeriod period, sys_days day) {
  switch (period) {
    case ScorePeriod::kAllTime:
      break;
    case ScorePeriod::kDaily:
      return day;
    case ScorePeriod::kWeekly:
      return day - (std::chrono::weekday(day) - std::chrono::Monday);  // Of weekdays always 0 to 6 days.
    case ScorePeriod::kMonthly: {
      const std::chrono::year_month_day date(day);
      return date.year() / date.month() / std::chrono::day(1);
    }
  }
  return sys_days();
}

}  // namespace

std::string_view PeriodName(ScorePeriod period) { return kPeriodNames[static_cast<std::size_t>(period)]; }

std::optional<ScorePeriod> ParsePeriod(std::string_view name) {
  if (name.empty()) return ScorePeriod::kAllTime;
  for (const ScorePeriod period : kScorePeriods) {
    if (name == PeriodName(period)) return period;
  }
  return std::nullopt;
}

sys_days PeriodStart(ScorePeriod period, WallTime time) {
  return StartOn(period, std::chrono::floor<days>(time));
}

sys_days PreviousPeriodStart(ScorePeriod period, sys_days start) {
  return StartOn(period, start - days(1));  // The day before lies in the period before.
}

}  // namespace oofgg::game
