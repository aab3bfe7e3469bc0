// One list of a million entries: what a submission, a rank and a page cost, and how much memory it takes.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>

#include "game/leaderboard_tree.h"
#include "oofgg/random.h"

namespace oofgg::game {
namespace {

constexpr std::uint32_t kMillion = 1'000'000;

enum class Arrival { kRandom, kRankOrder };

std::unique_ptr<LeaderboardTree> Fill(std::uint32_t entries, Arrival arrival) {
  SeededRandom random(1);
  auto tree = std::make_unique<LeaderboardTree>();
  for (std::uint32_t i = 0; i < entries; ++i) {
    const auto value = arrival == Arrival::kRankOrder
                           ? -static_cast<std::int64_t>(i)
                           : static_cast<std::int64_t>(random.Below(1'000'000'000));
    tree->Submit({i, value, i});
  }
  return tree;
}

LeaderboardTree& Million() {
  static LeaderboardTree& tree = *Fill(kMillion, Arrival::kRandom).release();  // For the whole run.
  return tree;
}

void BM_Build(benchmark::State& state) {
  const auto arrival = state.range(0) == 0 ? Arrival::kRandom : Arrival::kRankOrder;
  std::size_t bytes = 0;
  for (auto _ : state) bytes = Fill(kMillion, arrival)->MemoryUsage();
  state.counters["bytes_per_entry"] = static_cast<double>(bytes) / kMillion;
  state.SetItemsProcessed(state.iterations() * kMillion);
}
BENCHMARK(BM_Build)->ArgName("rank_order")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->Iterations(1);

void BM_Submit(benchmark::State& state) {
  LeaderboardTree& tree = Million();
  SeededRandom random(2);
  std::int64_t order = kMillion;
  for (auto _ : state) {
    // Mostly better than before, so that most submissions move an entry.
    const auto value = static_cast<std::int64_t>(random.Below(4'000'000'000));
    benchmark::DoNotOptimize(
        tree.Submit({static_cast<std::uint32_t>(random.Below(kMillion)), value, ++order}));
  }
  state.counters["bytes_per_entry"] = static_cast<double>(tree.MemoryUsage()) / kMillion;
}
BENCHMARK(BM_Submit);

void BM_Rank(benchmark::State& state) {
  const LeaderboardTree& tree = Million();
  SeededRandom random(3);
  for (auto _ : state)
    benchmark::DoNotOptimize(tree.RankOf(static_cast<std::uint32_t>(random.Below(kMillion))));
}
BENCHMARK(BM_Rank);

void BM_PageOf100(benchmark::State& state) {
  const LeaderboardTree& tree = Million();
  SeededRandom random(4);
  for (auto _ : state) benchmark::DoNotOptimize(tree.Page(random.Below(kMillion - 100), 100));
}
BENCHMARK(BM_PageOf100);

}  // namespace
}  // namespace oofgg::game
