// What calls of several threads on one table cost each other.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "oofgg/thread_pool.h"
#include "presence/presence_hub.h"

namespace oofgg::presence {
namespace {

class DeafHost final : public PresenceHost {
 public:
  void Wake(HostTag) override {}
  void Finish(HostTag, Status) override {}
};

double Microseconds(Duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

// A call comes every so often, however long those before it took: as often while the other thread is at it.
constexpr std::chrono::microseconds kPause{100};

// How long somebody's call takes while another thread has a celebrity come and go, whom so many follow.
void BM_CallBesideACelebrity(benchmark::State& state) {
  ThreadPool pool(1);
  PresenceHub hub(Clock::System(), pool, {.grace = std::chrono::milliseconds(0), .table = {}, .shards = 1});
  const auto host = std::make_shared<DeafHost>();
  const std::vector<std::string> friends = {"celebrity"};
  std::vector<PresenceConnection> followers;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    followers.push_back(hub.Connect("follower" + std::to_string(i), {}, friends, host));
    while (followers.back().NextUpdate().has_value()) {
    }
  }
  std::jthread celebrity([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      hub.Connect("celebrity", {}, {}, host).SignOff();
      for (PresenceConnection& follower : followers) {
        while (follower.NextUpdate().has_value()) {
        }
      }
    }
  });
  PresenceConnection somebody = hub.Connect("somebody", {}, {}, host);
  bool away = false;
  TimePoint due = Clock::System().Now();
  std::vector<Duration> times;
  for (auto _ : state) {
    away = !away;
    for (due += kPause; Clock::System().Now() < due;) {
    }
    const TimePoint start = Clock::System().Now();
    somebody.SetStatus({away ? PresenceState::kAway : PresenceState::kOnline, {}, {}});
    times.push_back(Clock::System().Now() - start);
    state.SetIterationTime(std::chrono::duration<double>(times.back()).count());
  }
  std::sort(times.begin(), times.end());
  state.counters["p99_us"] = Microseconds(times[times.size() * 99 / 100]);
  state.counters["longest_us"] = Microseconds(times.back());
}
BENCHMARK(BM_CallBesideACelebrity)->Arg(10)->Arg(18'000)->UseManualTime();

}  // namespace
}  // namespace oofgg::presence
