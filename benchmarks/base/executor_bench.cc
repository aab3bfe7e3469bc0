#include <benchmark/benchmark.h>

#include <latch>
#include <memory>

#include "oofgg/bounded_executor.h"
#include "oofgg/serial_executor.h"
#include "oofgg/testing/manual_executor.h"
#include "oofgg/thread_pool.h"

namespace oofgg {
namespace {

constexpr int kBatch = 1000;

// From the first post until the last of a batch has run.
template <typename Target>
void PostBatches(benchmark::State& state, Target& target) {
  for (auto _ : state) {
    std::latch done(kBatch);
    for (int i = 0; i < kBatch; ++i) target.Post([&done] { done.count_down(); });
    done.wait();
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}

void BM_ThreadPoolPost(benchmark::State& state) {
  ThreadPool pool(static_cast<std::size_t>(state.range(0)));
  PostBatches(state, pool);
}
BENCHMARK(BM_ThreadPoolPost)->Arg(1)->Arg(2)->UseRealTime();

void BM_SerialExecutorPost(benchmark::State& state) {
  ThreadPool pool(2);
  SerialExecutor serial(pool);
  PostBatches(state, serial);
}
BENCHMARK(BM_SerialExecutorPost)->UseRealTime();

// One task there and its answer back: what a hop to another thread costs a call.
void BM_ThreadPoolRoundTrip(benchmark::State& state) {
  ThreadPool pool(1);
  for (auto _ : state) {
    std::latch done(1);
    pool.Post([&done] { done.count_down(); });
    done.wait();
  }
}
BENCHMARK(BM_ThreadPoolRoundTrip)->UseRealTime();

void BM_BoundedExecutorRefuse(benchmark::State& state) {
  BoundedExecutor executor(1, 0);
  std::latch release(1);
  if (!executor.TryPost([&release] { release.wait(); })) state.SkipWithError("an idle thread refused work");
  for (auto _ : state) benchmark::DoNotOptimize(executor.TryPost([] {}));
  release.count_down();
}
BENCHMARK(BM_BoundedExecutorRefuse);

// Every call sets a deadline and most cancel it; `range(0)` others are pending.
void BM_TimerSetAndCancel(benchmark::State& state) {
  ThreadPool pool(1);
  const TimePoint when = Clock::System().Now() + std::chrono::hours(1);
  for (int i = 0; i < state.range(0); ++i) pool.PostAt(when, [] {});
  for (auto _ : state) pool.Cancel(pool.PostAt(when, [] {}));
}
BENCHMARK(BM_TimerSetAndCancel)->Arg(0)->Arg(100'000);

void BM_ManualExecutorPost(benchmark::State& state) {
  testing::FakeClock clock;
  testing::ManualExecutor executor(clock);
  for (auto _ : state) {
    executor.Post([] {});
    executor.RunOne();
  }
}
BENCHMARK(BM_ManualExecutorPost);

}  // namespace
}  // namespace oofgg
