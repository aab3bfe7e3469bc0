#include "orchestration/fleet_scaler.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace oofgg::orchestration {
namespace {

constexpr Duration kLongestWindow = std::chrono::seconds(10);
constexpr Duration kShortestWindow = std::chrono::milliseconds(100);
constexpr double kNewStep = 0.3;   // The weight of the newest step in the mean.
constexpr double kNewStart = 0.3;  // The same of the newest start.

}  // namespace

FleetScaler::FleetScaler(Duration idle_timeout) { SetIdleTimeout(idle_timeout); }

void FleetScaler::SetIdleTimeout(Duration idle_timeout) {
  step_ = std::clamp(idle_timeout / 3, kShortestWindow, kLongestWindow) / kSteps;
  steps_ = {};
  begun_ = false;
  rate_ = 0;
}

void FleetScaler::MoveTo(TimePoint now) {
  if (!begun_ || now - current_end_ >= step_ * kSteps) {  // Nobody came for a whole window.
    begun_ = true;
    steps_ = {};
    rate_ = 0;
    current_end_ = now + step_;
    return;
  }
  while (now >= current_end_) {
    rate_ += kNewStep * (static_cast<double>(Current().asked) - rate_);
    current_ = (current_ + 1) % kSteps;
    Current() = {};
    current_end_ += step_;
  }
}

void FleetScaler::SeatsAsked(std::size_t seats, TimePoint now) {
  MoveTo(now);
  Current().asked += seats;
}

void FleetScaler::ServerStarted(Duration took) {
  if (start_time_ == Duration::zero()) {
    start_time_ = took;
  } else {
    start_time_ += std::chrono::duration_cast<Duration>((took - start_time_) * kNewStart);
  }
}

bool FleetScaler::IsStream() const {
  const auto busy =
      std::count_if(steps_.begin(), steps_.end(), [](const Step& step) { return step.asked > 0; });
  return busy >= kSteps / 2;
}

std::size_t FleetScaler::SeatsAhead(TimePoint now) {
  MoveTo(now);
  if (!IsStream()) return 0;
  const double steps = std::chrono::duration<double>(start_time_) / std::chrono::duration<double>(step_);
  const auto ahead = static_cast<std::size_t>(std::lround(rate_ * steps));
  Current().ahead = (std::max)(Current().ahead, ahead);
  return ahead;
}

std::size_t FleetScaler::SeatsToKeep(TimePoint now) {
  std::size_t most = SeatsAhead(now);
  for (const Step& step : steps_) most = (std::max)(most, step.ahead);
  return most;
}

}  // namespace oofgg::orchestration
