#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "oofgg/clock.h"

namespace oofgg::orchestration {

/// How many requests were seated of late. Threads: none; one owner.
class SeatingPace {
 public:
  void Seated(TimePoint now);

  /// A second, over the last minute, or since the first look if that is later.
  [[nodiscard]] double PerSecond(TimePoint now);

 private:
  void MoveTo(TimePoint now);

  static constexpr int kSteps = 12;
  static constexpr Duration kStep = std::chrono::seconds(5);

  std::array<std::size_t, kSteps> seated_{};
  int current_ = 0;
  TimePoint current_end_{};
  TimePoint begun_{};
  bool running_ = false;
};

}  // namespace oofgg::orchestration
