#pragma once

#include <chrono>

namespace oofgg {

/// A moment on the machine's monotonic clock: deadlines, timers, waiting times.
using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;
/// A moment in UTC: what is stored, signed or shown.
using WallTime = std::chrono::system_clock::time_point;

/// A deadline that never comes.
inline constexpr TimePoint kNever = TimePoint::max();

/// Where time comes from. Everything that needs time takes a `Clock&`, which must outlive it, so
/// that tests run under virtual time. Threads: all methods are safe from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint Now() const = 0;
  [[nodiscard]] virtual WallTime WallNow() const = 0;

  /// The real clock; lives for ever.
  [[nodiscard]] static Clock& System();
};

/// `now + delay`, or kNever instead of an overflow.
[[nodiscard]] TimePoint DeadlineAfter(TimePoint now, Duration delay);

}  // namespace oofgg
