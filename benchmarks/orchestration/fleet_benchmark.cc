// How fast the maker decides: requests a second from POST to a confirmed seat, with simulated game servers,
// so that what is measured is the queue, the bookkeeping and the state machine.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/orchestration/world.h"

namespace oofgg::orchestration {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::unique_ptr<World> WarmWorld(std::size_t servers, std::size_t slots) {
  FleetOptions options;
  options.min_ready = servers;
  options.max = servers;
  options.max_starting = servers;
  options.health_period = hours(1);
  auto world = std::make_unique<World>(options);
  world->sim.model.slots = slots;
  world->fleet->Wake();
  world->Advance(seconds(1));
  return world;
}

/// Batches of 100 clients ask servers with free slots.
void BM_SeatRequests(benchmark::State& state) {
  const auto servers = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t kSlots = 10;
  constexpr std::size_t kBatch = 100;
  std::unique_ptr<World> world;
  std::size_t seated = 0;
  for (auto _ : state) {
    if (world == nullptr || seated + kBatch > servers * kSlots) {
      state.PauseTiming();
      world = WarmWorld(servers, kSlots);
      seated = 0;
      state.ResumeTiming();
    }
    for (std::size_t i = 0; i < kBatch; ++i) {
      world->facade->Post("default", "client-" + std::to_string(seated++),
                          [](const auto& view) { benchmark::DoNotOptimize(view.ok()); });
    }
    world->Advance(milliseconds(5));
    if (world->store.Waiting("default").value().requests != 0)
      return state.SkipWithError("somebody still waits");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}
BENCHMARK(BM_SeatRequests)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

/// One request on a fleet that is half full: from POST until its seat is taken and its game server is asked.
/// What the game server takes, and the end of the seat, are not counted.
void BM_DecideOne(benchmark::State& state) {
  const auto servers = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t kSlots = 10;
  const auto world = WarmWorld(servers, kSlots);
  for (std::size_t i = 0; i < servers * kSlots / 2; ++i) {
    world->facade->Post("default", "seated-" + std::to_string(i), [](const auto&) {});
    if (i % 100 == 99) world->Advance(milliseconds(5));
  }
  std::vector<double> took;
  for (auto _ : state) {
    const std::string client = "client-" + std::to_string(took.size());
    const auto begun = std::chrono::steady_clock::now();
    world->facade->Post("default", client, [](const auto& view) { benchmark::DoNotOptimize(view.ok()); });
    world->executor.RunReady();
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
    state.SetIterationTime(spent.count());
    took.push_back(spent.count());
    world->Advance(milliseconds(3));
    if (!world->facade->Withdraw("default", client).ok()) return state.SkipWithError("it had no request");
    world->Advance(milliseconds(3));
  }
  std::sort(took.begin(), took.end());
  state.counters["p99_us"] = took[took.size() * 99 / 100] * 1e6;
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_DecideOne)->Arg(10)->Arg(1000)->UseManualTime()->Unit(benchmark::kMicrosecond);

/// Clients who have a seat ask again; each answer is verified with the (simulated) game server.
void BM_AskAgain(benchmark::State& state) {
  const auto world = WarmWorld(10, 10);
  constexpr int kClients = 100;
  for (int i = 0; i < kClients; ++i) world->PostUntilReady("client-" + std::to_string(i));
  std::int64_t ready = 0;
  for (auto _ : state) {
    for (int i = 0; i < kClients; ++i) {
      world->facade->Post("default", "client-" + std::to_string(i), [&ready](const auto& view) {
        ready += view.ok() && view->stage == RequestView::Stage::kReady ? 1 : 0;
      });
    }
    world->Advance(milliseconds(2));
  }
  if (ready != state.iterations() * kClients) state.SkipWithError("somebody got no address");
  state.SetItemsProcessed(ready);
}
BENCHMARK(BM_AskAgain)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace oofgg::orchestration
