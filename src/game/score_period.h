#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "oofgg/clock.h"

namespace oofgg::game {

/// The spans of time that have leaderboards of their own. Stored as these numbers: never change one.
enum class ScorePeriod : std::uint8_t { kAllTime = 0, kDaily = 1, kWeekly = 2, kMonthly = 3 };

inline constexpr std::array kScorePeriods = {ScorePeriod::kAllTime, ScorePeriod::kDaily, ScorePeriod::kWeekly,
                                             ScorePeriod::kMonthly};

/// "all_time", "daily", "weekly" or "monthly".
[[nodiscard]] std::string_view PeriodName(ScorePeriod period);

/// The period of that name; an empty one means of all time. Nothing: there is none.
[[nodiscard]] std::optional<ScorePeriod> ParsePeriod(std::string_view name);

/// The first day, in UTC, of the period that `time` lies in: the day itself, the Monday of its week, or the
/// first of its month. Of all time it is 1970-01-01, also for times before.
[[nodiscard]] std::chrono::sys_days PeriodStart(ScorePeriod period, WallTime time);

/// Where the period before the one that begins at `start` began. That of all time has none before: itself.
[[nodiscard]] std::chrono::sys_days PreviousPeriodStart(ScorePeriod period, std::chrono::sys_days start);

}  // namespace oofgg::game
