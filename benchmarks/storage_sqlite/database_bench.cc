#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>

#include "storage/sqlite/database.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::storage {
namespace {

/// A database in a folder of its own, shared by the threads of one benchmark.
class BenchDatabase {
 public:
  BenchDatabase() {
    database_ = Database::Open(folder_ / "bench.db").value();
    constexpr std::string_view kSchema[] = {"CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)"};
    if (!database_->Migrate("bench", kSchema).ok()) std::abort();
  }

  Status Insert() {
    const std::int64_t id = ++last_;
    return database_->Write([id](Connection& connection) {
      return connection.Prepare("INSERT INTO t VALUES (?1, 'somebody')").Bind(1, id).Run();
    });
  }

  Status Find(std::int64_t id) {
    return database_->Read([id](Connection& connection) -> Status {
      Statement select = connection.Prepare("SELECT name FROM t WHERE id = ?1");
      OOFGG_ASSIGN_OR_RETURN(const bool found, select.Bind(1, id).Step());
      return found ? absl::OkStatus() : MakeStatus(StatusCode::kNotFound, "no such row");
    });
  }

 private:
  const oofgg::testing::TemporaryDirectory folder_;
  std::unique_ptr<Database> database_;
  std::atomic<std::int64_t> last_ = 0;
};

std::unique_ptr<BenchDatabase> shared;

void SetUp(const benchmark::State&) { shared = std::make_unique<BenchDatabase>(); }
void TearDown(const benchmark::State&) { shared.reset(); }

// One durable row a call. One thread pays for every commit alone; many share them.
void BM_DurableCommit(benchmark::State& state) {
  for (auto _ : state) {
    if (!shared->Insert().ok()) state.SkipWithError("a write failed");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_DurableCommit)
    ->Setup(SetUp)
    ->Teardown(TearDown)
    ->Threads(1)
    ->Threads(8)
    ->Threads(64)
    ->UseRealTime();

void BM_ReadRow(benchmark::State& state) {
  if (state.thread_index() == 0 && !shared->Insert().ok()) state.SkipWithError("a write failed");
  for (auto _ : state) {
    if (!shared->Find(1).ok()) state.SkipWithError("a read failed");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ReadRow)->Setup(SetUp)->Teardown(TearDown)->Threads(1)->Threads(8)->UseRealTime();

}  // namespace
}  // namespace oofgg::storage
