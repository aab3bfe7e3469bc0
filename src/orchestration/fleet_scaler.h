#pragma once

#include <array>
#include <cstddef>

#include "oofgg/clock.h"

namespace oofgg::orchestration {

/// How many seats a fleet keeps free before anybody asks for them: as many as are asked for while a server
/// starts. Without it each player of a steady stream would wait for a start.
///
/// Arrivals are counted in steps, a tenth of the window each, and their rate is an exponentially weighted
/// mean of these. It only counts while half the steps of the last window saw somebody come: a burst is no
/// stream, it is in line already, and the line has its servers. Going down is slower than going up: what was
/// right within the last window still is, so that servers are not stopped and started by turns. A window in
/// which nobody comes ends all of it, and is at most a third of the time after which empty servers are
/// stopped: so no server outlasts that time because of it. Threads: none; one owner. Time is told, never
/// taken.
class FleetScaler {
 public:
  /// After `idle_timeout` an empty server is stopped.
  explicit FleetScaler(Duration idle_timeout);

  /// Another one from now on; what was seen is forgotten.
  void SetIdleTimeout(Duration idle_timeout);

  /// So many seats were asked for since the last call.
  void SeatsAsked(std::size_t seats, TimePoint now);

  /// A server was ready this long after it was asked for.
  void ServerStarted(Duration took);

  /// Free seats to start servers for.
  [[nodiscard]] std::size_t SeatsAhead(TimePoint now);

  /// Free seats below which no empty server is stopped.
  [[nodiscard]] std::size_t SeatsToKeep(TimePoint now);

  /// From asking for a server to its being ready, the mean of late; zero while none has started.
  [[nodiscard]] Duration start_time() const { return start_time_; }

 private:
  static constexpr int kSteps = 10;
  struct Step {
    std::size_t asked = 0;
    std::size_t ahead = 0;  // The most that was right within it.
  };

  void MoveTo(TimePoint now);
  [[nodiscard]] Step& Current() { return steps_[static_cast<std::size_t>(current_)]; }
  [[nodiscard]] bool IsStream() const;

  Duration step_{};
  std::array<Step, kSteps> steps_{};
  int current_ = 0;
  TimePoint current_end_{};
  bool begun_ = false;
  double rate_ = 0;  // Seats a step, over the steps that have ended.
  Duration start_time_{};
};

}  // namespace oofgg::orchestration
