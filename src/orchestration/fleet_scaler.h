#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "oofgg/clock.h"

namespace oofgg::orchestration {

/// How many seats a fleet should have free before anybody asks for them: as many as are asked for while a
/// server starts. Without it each player of a steady stream would wait for a start.
///
/// Arrivals are counted in steps, a tenth of the window each, and their rate is an exponentially weighted
/// mean over these. A rate only counts once half the steps of a window saw somebody come: a burst is no
/// stream, it is in line already and is served by what the line needs. Going down is slower than going up:
/// what was right within the last window still is, so that servers are not stopped and started in turns. A
/// window without arrivals ends it, and a window is at most half the time after which empty servers are
/// stopped: so nothing outlasts that time. Threads: none; one owner. Time is told, never taken.
class FleetScaler {
 public:
  explicit FleetScaler(Duration idle_timeout) { SetIdleTimeout(idle_timeout); }

  void SetIdleTimeout(Duration idle_timeout);

  /// So many seats were asked for since the last call.
  void SeatsAsked(std::size_t seats, TimePoint now);

  /// A server has become ready, this long after it was asked for.
  void ServerStarted(Duration took);

  /// One has been freed, or the line has moved up by this much some other way; for `SeatsPerSecond`.
  void SeatsServed(std::size_t seats, TimePoint now);

  /// Free seats to start servers for.
  [[nodiscard]] std::size_t SeatsAhead(TimePoint now);

  /// Free seats below which no empty server is stopped.
  [[nodiscard]] std::size_t SeatsToKeep(TimePoint now);

  /// How fast the line moves; 0 while nobody knows.
  [[nodiscard]] double ServedPerSecond(TimePoint now);

  /// The mean of late; zero while none has started.
  [[nodiscard]] Duration start_time() const { return start_time_; }

 private:
  static constexpr std::size_t kSteps = 10;

  struct Step {
    std::size_t asked = 0;
    std::size_t served = 0;
    std::size_t ahead = 0;  // The most of this step.
  };

  void MoveTo(TimePoint now);
  [[nodiscard]] std::size_t Ahead() const;

  Duration step_{};
  std::array<Step, kSteps> steps_{};
  std::size_t current_ = 0;
  TimePoint current_end_{};
  bool running_ = false;
  double asked_per_step_ = 0;   // Weighted mean over the steps that have ended.
  double served_per_step_ = 0;  // The same.
  Duration start_time_{};
};

}  // namespace oofgg::orchestration
