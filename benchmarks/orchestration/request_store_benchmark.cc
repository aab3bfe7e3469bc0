// The life of a request in each store: asked, leased, seated, confirmed: four durable steps.

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <string>

#include "storage/memory/orchestration/memory_request_store.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/orchestration/sqlite_request_store.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::orchestration {
namespace {

constexpr WallTime kFar{std::chrono::hours(24 * 365 * 100)};

void RunLives(benchmark::State& state, RequestStore& store) {
  std::size_t number = 0;
  for (auto _ : state) {
    const std::string id = "client-" + std::to_string(number++);
    bool good = store.Enqueue({{"arena", id}, {id}, kFar}).ok();
    const auto leased = store.LeaseOldest({"arena"}, 1, kFar);
    good = good && leased.ok() && leased->size() == 1;
    if (!good) return state.SkipWithError("no lease");
    const RequestLease lease = LeaseOf(leased->front());
    const std::string server = "s" + std::to_string(number / 10);
    good = store.TakeSeats(lease, {server, "h", 1, "h:1"}, 10).ok() && store.Complete(lease).ok();
    if (!good) return state.SkipWithError("no seat");
  }
  state.SetItemsProcessed(state.iterations());
}

void BM_RequestLifeMemory(benchmark::State& state) {
  storage::MemoryRequestStore store;
  RunLives(state, store);
}
BENCHMARK(BM_RequestLifeMemory)->Unit(benchmark::kMicrosecond);

void BM_RequestLifeSqlite(benchmark::State& state) {
  const oofgg::testing::TemporaryDirectory directory;
  const auto database = storage::Database::Open(directory / "maker.db");
  const auto store = storage::SqliteRequestStore::Make(**database);
  RunLives(state, **store);
}
BENCHMARK(BM_RequestLifeSqlite)->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace
}  // namespace oofgg::orchestration
