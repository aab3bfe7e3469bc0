#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "oofgg/clock.h"
#include "oofgg/random.h"
#include "oofgg/testing/fake_clock.h"

namespace oofgg::presence::sim {

/// Virtual time: work is done in order of its moment, and at one moment in order of its being asked for. All
/// that is random comes from one seed, so a seed is a history.
class Scheduler {
 public:
  explicit Scheduler(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] TimePoint Now() const { return clock_.Now(); }
  SeededRandom& random() { return random_; }
  bool Chance(std::uint64_t percent) { return random_.Below(100) < percent; }
  std::chrono::microseconds Between(std::chrono::microseconds least, std::chrono::microseconds most) {
    const auto range = static_cast<std::uint64_t>((most - least).count()) + 1;
    return least + std::chrono::microseconds(random_.Below(range));
  }

  void At(TimePoint when, std::function<void()> work) {
    queue_.emplace(std::pair(std::max(when, Now()), ++asked_), std::move(work));
  }
  void After(Duration time, std::function<void()> work) { At(Now() + time, std::move(work)); }

  void RunFor(Duration time) {
    const TimePoint end = Now() + time;
    while (!queue_.empty() && queue_.begin()->first.first <= end) {
      const auto next = queue_.begin();
      clock_.AdvanceTo(next->first.first);
      const std::function<void()> work = std::move(next->second);
      queue_.erase(next);
      work();
    }
    clock_.AdvanceTo(end);
  }

 private:
  ::oofgg::testing::FakeClock clock_;
  SeededRandom random_;
  std::uint64_t asked_ = 0;
  std::map<std::pair<TimePoint, std::uint64_t>, std::function<void()>> queue_;
};

}  // namespace oofgg::presence::sim
