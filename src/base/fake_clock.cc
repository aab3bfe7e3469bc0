#include "oofgg/testing/fake_clock.h"

#include <cassert>

namespace oofgg::testing {
namespace {

constexpr WallTime kStart{std::chrono::seconds(1'893'456'000)};

// Not zero, so that moments shortly before the start are ordinary values too.
constexpr Duration kUptime = std::chrono::hours(24);

WallTime::duration ToWall(Duration duration) {
  return std::chrono::duration_cast<WallTime::duration>(duration);
}

}  // namespace

FakeClock::FakeClock() : FakeClock(kStart) {}

FakeClock::FakeClock(WallTime start)
    : elapsed_(kUptime), wall_offset_(start.time_since_epoch() - ToWall(kUptime)) {}

TimePoint FakeClock::Now() const { return TimePoint(elapsed_.load()); }

WallTime FakeClock::WallNow() const { return WallTime(wall_offset_.load() + ToWall(elapsed_.load())); }

void FakeClock::Advance(Duration by) {
  assert(by >= Duration::zero());
  AdvanceTo(Now() + by);
}

void FakeClock::AdvanceTo(TimePoint when) {
  Duration now = elapsed_.load();
  while (when.time_since_epoch() > now && !elapsed_.compare_exchange_weak(now, when.time_since_epoch())) {
  }
}

void FakeClock::SetWall(WallTime now) { wall_offset_ = now.time_since_epoch() - ToWall(elapsed_.load()); }

}  // namespace oofgg::testing
