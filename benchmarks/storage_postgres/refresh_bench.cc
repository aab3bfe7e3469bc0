// Refreshes a second through the stores, beside the commits a second of pgbench's simple-update (-N) on the
// same PostgreSQL with as many connections; each figure with the CPU that it cost both sides.

#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "oofgg/uuid.h"
#include "storage/postgres/auth/postgres_refresh_store.h"
#include "storage/postgres/database.h"
#include "storage/sqlite/auth/sqlite_refresh_store.h"
#include "storage/sqlite/database.h"
#include "tests/support/postgres_server.h"

namespace oofgg::storage {
namespace {

using namespace std::chrono_literals;
using auth::Rotation;
using auth::RotationOutcome;

constexpr int kConnections = 4;
constexpr int kSimpleUpdateSeconds = 2;

/// One PostgreSQL for all of this program, whose commits wait for the disk. pgbench's tables lie beside ours.
oofgg::testing::PostgresServer& Server() {
  static oofgg::testing::PostgresServer server({.fsync = true});
  return server;
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

double OurCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

/// Of all processes of the server that run now.
double ServerCpuSeconds() {
  double ticks = 0;
  std::vector<pid_t> processes = oofgg::testing::ChildrenOf(Server().pid());
  processes.push_back(Server().pid());
  for (const pid_t process : processes) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string line;
    if (!std::getline(file, line)) continue;  // It has just ended.
    std::istringstream fields(line.substr(line.rfind(')') + 2));
    std::string skipped;
    for (int i = 3; i < 14; ++i) fields >> skipped;  // utime and stime are fields 14 and 15.
    double user = 0;
    double system = 0;
    fields >> user >> system;
    ticks += user + system;
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double ResidentMegabytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  file >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

double SimpleUpdatesPerSecond() {
  static const bool filled = [] {
    Server().RunTool("pgbench", {"-i", "-q", "-s", "10", "postgres"});
    return true;
  }();
  benchmark::DoNotOptimize(filled);
  const std::string connections = std::to_string(kConnections);
  const std::string said =
      Server().RunTool("pgbench", {"-N", "-n", "-M", "prepared", "-c", connections, "-j", "1", "-T",
                                   std::to_string(kSimpleUpdateSeconds), "postgres"});
  const std::size_t at = said.find("tps = ");
  return at == std::string::npos ? 0 : std::strtod(said.c_str() + at + 6, nullptr);
}

/// The stores, and what had been used of the machine when they were opened.
struct Bench {
  std::unique_ptr<Database> sqlite;
  std::unique_ptr<PostgresDatabase> postgres;
  std::unique_ptr<auth::RefreshStore> sessions;
  std::optional<oofgg::testing::TemporaryDirectory> folder;
  double simple_updates = 0;
  double our_cpu = 0;
  double server_cpu = 0;
  std::chrono::steady_clock::time_point start;
};
std::unique_ptr<Bench> bench;

void Begin() {
  bench->our_cpu = OurCpuSeconds();
  bench->server_cpu = ServerCpuSeconds();
  bench->start = std::chrono::steady_clock::now();
}

void OpenPostgres(const benchmark::State&) {
  bench = std::make_unique<Bench>();
  bench->simple_updates = SimpleUpdatesPerSecond();
  bench->postgres = PostgresDatabase::Open(Server().NewSchemaUrl(), {.connections = kConnections}).value();
  bench->sessions = PostgresRefreshStore::Make(*bench->postgres).value();
  Begin();
}

void OpenSqlite(const benchmark::State&) {
  bench = std::make_unique<Bench>();
  bench->folder.emplace();
  bench->sqlite = Database::Open(*bench->folder / "auth.db").value();
  bench->sessions = SqliteRefreshStore::Make(*bench->sqlite).value();
  Begin();
}

void Close(const benchmark::State&) { bench.reset(); }

std::string NewHash() { return RandomSource::System().Bytes(32); }

/// Each thread is a player who refreshes again and again.
void Refresh(benchmark::State& state) {
  const WallTime now = Clock::System().WallNow();
  std::string token = NewHash();
  const std::string id = NewUuidV7(Clock::System(), RandomSource::System());
  const auth::RefreshFamily family = {
      .id = id, .user_id = id, .created_at = now, .last_used_at = now, .expires_at = now + 24h};
  if (!bench->sessions->CreateFamily(family, token, now + 1h).ok()) {
    state.SkipWithError("cannot sign in");
  }
  for (auto _ : state) {
    std::string next = NewHash();
    const auto result =
        bench->sessions->Rotate({.token_hash = token,
                                 .next_hash = next,
                                 .nonce_hash = token,
                                 .grant = {.token_id = id, .issued_at = now, .expires_at = now + 15min},
                                 .now = now,
                                 .next_expires_at = now + 1h,
                                 .grace = 30s,
                                 .revoked_until = now + 15min});
    if (!result.ok() || result->outcome != RotationOutcome::kRotated) state.SkipWithError("cannot refresh");
    token = std::move(next);
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() != 0) return;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - bench->start;
  const auto all = static_cast<double>(state.iterations()) * state.threads();
  state.counters["our_cpu_us"] = 1e6 * (OurCpuSeconds() - bench->our_cpu) / all;
  state.counters["our_MB"] = ResidentMegabytes();
  if (bench->postgres == nullptr) return;
  state.counters["server_cpu_us"] = 1e6 * (ServerCpuSeconds() - bench->server_cpu) / all;
  state.counters["pgbench_tps"] = bench->simple_updates;
  if (bench->simple_updates > 0) state.counters["to_pgbench"] = all / took.count() / bench->simple_updates;
}

void BM_RefreshOnPostgres(benchmark::State& state) { Refresh(state); }
BENCHMARK(BM_RefreshOnPostgres)
    ->Setup(OpenPostgres)
    ->Teardown(Close)
    ->Threads(1)
    ->Threads(8)
    ->Threads(32)
    ->Threads(128)
    ->UseRealTime();

void BM_RefreshOnSqlite(benchmark::State& state) { Refresh(state); }
BENCHMARK(BM_RefreshOnSqlite)
    ->Setup(OpenSqlite)
    ->Teardown(Close)
    ->Threads(1)
    ->Threads(32)
    ->Threads(128)
    ->UseRealTime();

}  // namespace
}  // namespace oofgg::storage
