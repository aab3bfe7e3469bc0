#include "oofgg/matchmaking/rule_set.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace oofgg {

Duration NumericWindow::WaitFor(double difference) const {
  if (difference <= initial) return Duration::zero();
  if (difference > maximum) return Duration::max();
  // Multiplied first, so that what is a whole number of nanoseconds on paper comes out as one.
  const double nanoseconds = std::ceil((difference - initial) * 1e9 / widen_per_second);
  // A slope so flat that the wait would not fit in 292 years.
  if (nanoseconds >= 9.2e18) return Duration::max();
  return std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds));
}

bool IsMatchmakingName(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), allowed);
}

bool IsMatchmakingNumber(double number) {
  return std::abs(number) <= RuleSet::kLargestNumber;  // False for NaN.
}

}  // namespace oofgg
