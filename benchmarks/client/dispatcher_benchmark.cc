#include <benchmark/benchmark.h>

#include "oofgg/dispatcher.h"

namespace oofgg {
namespace {

/// What a game pays each frame in which nothing happened.
void BM_EmptyTick(benchmark::State& state) {
  Dispatcher dispatcher;
  for (auto _ : state) benchmark::DoNotOptimize(dispatcher.Tick());
}
BENCHMARK(BM_EmptyTick);

void BM_TickWithCompletions(benchmark::State& state) {
  Dispatcher dispatcher;
  std::int64_t ran = 0;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i) dispatcher.Post([&ran] { ++ran; });
    dispatcher.Tick(std::chrono::seconds(10));
  }
  benchmark::DoNotOptimize(ran);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_TickWithCompletions)->Arg(1)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace oofgg
