#include "oofgg/clock.h"

namespace oofgg {
namespace {

class SystemClock final : public Clock {
 public:
  TimePoint Now() const override { return std::chrono::steady_clock::now(); }
  WallTime WallNow() const override { return std::chrono::system_clock::now(); }
};

}  // namespace

Clock& Clock::System() {
  // Never destroyed, so that threads that outlive main() may still ask for the time.
  static SystemClock& clock = *new SystemClock;
  return clock;
}

TimePoint DeadlineAfter(TimePoint now, Duration delay) {
  if (delay > Duration::zero() && now > kNever - delay) return kNever;
  return now + delay;
}

}  // namespace oofgg
