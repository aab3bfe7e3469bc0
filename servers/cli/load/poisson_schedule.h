#pragma once

#include <cmath>
#include <cstdint>

#include "oofgg/random.h"

namespace oofgg::load {

/// Nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share.
using Nanos = std::uint64_t;

/// An open loop: when each change is due, whatever became of those before. Gaps are exponential, as when very
/// many players act each for themselves.
class PoissonSchedule {
 public:
  PoissonSchedule(double per_second, Nanos start, std::uint64_t seed)
      : mean_gap_(1e9 / per_second), due_(static_cast<double>(start)), random_(seed) {
    Advance();
  }

  [[nodiscard]] Nanos due() const { return static_cast<Nanos>(due_); }
  void Advance() {
    constexpr double kUnit = 0x1p-53;
    const double uniform = (static_cast<double>(random_.Next() >> 11U) + 0.5) * kUnit;  // Never 0.
    due_ -= std::log(uniform) * mean_gap_;
  }

 private:
  double mean_gap_;
  double due_;
  SeededRandom random_;
};

}  // namespace oofgg::load
