#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "oofgg/executor.h"

namespace oofgg {

/// Runs callbacks on the thread that calls `Tick`, which in a game is the game thread, once a frame.
///
/// Threads: posting and cancelling are safe from any thread; one thread at a time ticks, and a Tick that
/// overlaps or is nested in another does nothing.
/// Lifetime: must outlive the clients that call back through it. The destructor, not to be run by a task of
/// its own, drops what has not run.
class Dispatcher final : public Executor {
 public:
  explicit Dispatcher(const Clock& clock = Clock::System());
  ~Dispatcher() override;
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  /// Runs what was queued when it began, oldest first, then the timers that were due; returns how many
  /// ran. What these post runs in a later tick. Never waits. Starts no task after `budget` has passed,
  /// but always runs one, so that a queue moves on even under a budget of 0; the rest keeps its
  /// place for the next tick.
  std::size_t Tick(Duration budget = std::chrono::milliseconds(2));

  void Post(Task task) override;
  TimerId PostAt(TimePoint when, Task task) override;
  /// Also stops a timer that came due in a tick but has not run in it yet.
  bool Cancel(TimerId timer) override;

  /// True if a Tick would run something now.
  [[nodiscard]] bool HasWork() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace oofgg
