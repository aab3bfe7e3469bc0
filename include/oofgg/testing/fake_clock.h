#pragma once

#include <atomic>

#include "oofgg/clock.h"

namespace oofgg::testing {

/// A clock that stands still until it is told to move. Threads: safe.
class FakeClock final : public Clock {
 public:
  /// Begins at 2030-01-01 00:00:00 UTC.
  FakeClock();
  explicit FakeClock(WallTime start);

  [[nodiscard]] TimePoint Now() const override;
  [[nodiscard]] WallTime WallNow() const override;

  /// Moves both clocks on. `by` must not be negative.
  void Advance(Duration by);
  /// Moves both clocks on until `Now() == when`; nothing if that moment has passed.
  void AdvanceTo(TimePoint when);
  /// Sets the wall clock alone, forward or back, as an administrator or NTP does.
  void SetWall(WallTime now);

 private:
  std::atomic<Duration> elapsed_;  // Since the steady clock's epoch.
  std::atomic<WallTime::duration> wall_offset_;
};

}  // namespace oofgg::testing
