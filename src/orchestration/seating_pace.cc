#include "orchestration/seating_pace.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace oofgg::orchestration {

void SeatingPace::MoveTo(TimePoint now) {
  if (!running_ || now - current_end_ >= kStep * kSteps) {
    // After a long silence all that is in the ring is old, and the minute before was one without seats.
    begun_ = running_ ? now - kStep * kSteps : now;
    running_ = true;
    seated_ = {};
    current_end_ = now + kStep;
    return;
  }
  while (now >= current_end_) {
    current_ = (current_ + 1) % kSteps;
    seated_[static_cast<std::size_t>(current_)] = 0;
    current_end_ += kStep;
  }
}

void SeatingPace::Seated(TimePoint now) {
  MoveTo(now);
  ++seated_[static_cast<std::size_t>(current_)];
}

double SeatingPace::PerSecond(TimePoint now) {
  MoveTo(now);
  const auto seated = std::accumulate(seated_.begin(), seated_.end(), std::size_t{0});
  const TimePoint oldest = current_end_ - kStep * kSteps;
  const Duration span = (std::max)(now - (std::max)(oldest, begun_), Duration(kStep));
  return static_cast<double>(seated) / std::chrono::duration<double>(span).count();
}

}  // namespace oofgg::orchestration
