#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "oofgg/executor.h"
#include "oofgg/testing/fake_clock.h"

namespace oofgg::testing {

/// Runs tasks only when told to, on the thread that tells, under the time of a `FakeClock`: what a test
/// posts happens in the same order every time.
/// Threads: posting and cancelling are safe; one thread at a time runs tasks.
class ManualExecutor final : public Executor {
 public:
  /// `clock` must outlive it.
  explicit ManualExecutor(FakeClock& clock);
  /// Drops what has not run.
  ~ManualExecutor() override;

  void Post(Task task) override;
  TimerId PostAt(TimePoint when, Task task) override;
  bool Cancel(TimerId timer) override;

  /// Runs the oldest ready task; timers become ready when the clock has reached them. False if none is.
  bool RunOne();

  /// Runs what is ready, and what that makes ready, until nothing is; returns how many ran.
  std::size_t RunReady();

  /// Moves the clock on by `duration`, stopping at each timer on the way to run it at its own moment.
  void AdvanceBy(Duration duration);

  /// When the first pending timer is due.
  [[nodiscard]] std::optional<TimePoint> NextTimer() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace oofgg::testing
