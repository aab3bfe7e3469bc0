// One list of ten million players: what each submission, rank and page costs, how much memory an entry takes,
// and how long a start takes to fill it from a SQLite file. OOFGG_BENCH_ENTRIES=N for another length.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/presence/heap.h"
#include "game/leaderboard_tree.h"
#include "game/leaderboards.h"
#include "oofgg/parse.h"
#include "oofgg/random.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/game/game_schema.h"
#include "storage/sqlite/game/sqlite_score_store.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::game {
namespace {

using std::chrono::steady_clock;

std::uint32_t Entries() {
  static const std::uint32_t entries = [] {
    const char* text = std::getenv("OOFGG_BENCH_ENTRIES");
    return text == nullptr ? 10'000'000 : ParseInteger<std::uint32_t>(text).value();
  }();
  return entries;
}

std::int64_t RandomValue(RandomSource& random) {
  return static_cast<std::int64_t>(random.Below(1'000'000'000));
}
std::uint32_t RandomMember(RandomSource& random) {
  return static_cast<std::uint32_t>(random.Below(Entries()));
}

// An id as accounts have it, a UUID of version 7; they sort by number.
std::string PlayerId(std::uint32_t number) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "0190163d-%04x-7%03x-8%03x-%012llx", number >> 16,
                number >> 4 & 0xfff, number & 0xf,
                static_cast<unsigned long long>(number) * 0x9e3779b97f4a7c15 & 0xffffffffffff);
  return text.data();
}

// Times each of a tenth of the list's length of calls, and tells what the slow ones took.
template <typename Call>
void MeasureEach(benchmark::State& state, const Call& call) {
  SeededRandom random(static_cast<std::uint64_t>(Entries()));
  std::vector<std::int64_t> nanos((std::max)(Entries() / 10, 10'000U));
  for (auto _ : state) {
    for (std::int64_t& taken : nanos) {
      const std::uint32_t member = RandomMember(random);
      const std::string player = PlayerId(member);
      const auto start = steady_clock::now();
      call(member, player);
      taken = (steady_clock::now() - start) / std::chrono::nanoseconds(1);
    }
  }
  std::sort(nanos.begin(), nanos.end());
  const auto micros = [&](std::size_t per_mille) {
    return static_cast<double>(nanos[(nanos.size() - 1) * per_mille / 1'000]) / 1e3;
  };
  state.counters["us_p50"] = micros(500);
  state.counters["us_p99"] = micros(990);
  state.counters["us_p999"] = micros(999);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(nanos.size()));
}

enum class Arrival { kRandom, kRankOrder };

std::unique_ptr<LeaderboardTree> Fill(Arrival arrival) {
  SeededRandom random(1);
  auto tree = std::make_unique<LeaderboardTree>();
  for (std::uint32_t i = 0; i < Entries(); ++i) {
    tree->Submit({i, arrival == Arrival::kRankOrder ? -std::int64_t{i} : RandomValue(random), i});
  }
  return tree;
}

LeaderboardTree& Tree() {
  static LeaderboardTree& tree = *Fill(Arrival::kRandom).release();  // For the whole run.
  return tree;
}

double PerEntry(std::size_t bytes) { return static_cast<double>(bytes) / Entries(); }

void BM_TreeBuild(benchmark::State& state) {
  const auto arrival = state.range(0) == 0 ? Arrival::kRandom : Arrival::kRankOrder;
  std::size_t bytes = 0;
  double heap = 0;
  for (auto _ : state) {
    const double before = HeapBytes();
    const auto tree = Fill(arrival);
    bytes = tree->MemoryUsage();
    heap = HeapBytes() - before;
  }
  state.counters["bytes_per_entry"] = PerEntry(bytes);
  state.counters["heap_per_entry"] = heap / Entries();
  state.SetItemsProcessed(state.iterations() * Entries());
}
BENCHMARK(BM_TreeBuild)->ArgName("rank_order")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->Iterations(1);

void BM_TreeRank(benchmark::State& state) {
  MeasureEach(state, [&](std::uint32_t member, const std::string&) {
    benchmark::DoNotOptimize(Tree().RankOf(member));
  });
}
BENCHMARK(BM_TreeRank)->Unit(benchmark::kMillisecond)->Iterations(1);

void BM_TreePageOf100(benchmark::State& state) {
  SeededRandom random(4);
  MeasureEach(state, [&](std::uint32_t, const std::string&) {
    benchmark::DoNotOptimize(Tree().Page(random.Below(Entries() - 100), 100));
  });
}
BENCHMARK(BM_TreePageOf100)->Unit(benchmark::kMillisecond)->Iterations(1);

void BM_TreeSubmit(benchmark::State& state) {
  SeededRandom random(2);
  std::int64_t order = Entries();
  // Mostly better than before, so that most submissions move an entry.
  MeasureEach(state, [&](std::uint32_t member, const std::string&) {
    benchmark::DoNotOptimize(Tree().Submit({member, RandomValue(random) * 4, ++order}));
  });
  state.counters["bytes_per_entry"] = PerEntry(Tree().MemoryUsage());
}
BENCHMARK(BM_TreeSubmit)->Unit(benchmark::kMillisecond)->Iterations(1);

// As many updates as there are entries, several times over: the most air that nodes come to hold.
void BM_TreeAfterManyUpdates(benchmark::State& state) {
  SeededRandom random(5);
  std::int64_t order = std::int64_t{2} * Entries();
  for (auto _ : state) {
    for (std::int64_t round = 2; round < 6; ++round) {
      for (std::uint32_t i = 0; i < Entries(); ++i) {
        Tree().Submit({RandomMember(random), RandomValue(random) * 4 * round, ++order});
      }
    }
  }
  state.counters["bytes_per_entry"] = PerEntry(Tree().MemoryUsage());
  state.SetItemsProcessed(state.iterations() * 4 * Entries());
}
BENCHMARK(BM_TreeAfterManyUpdates)->Unit(benchmark::kMillisecond)->Iterations(1);

/// The file of a server whose one list has many players, and the lists that a start makes of it.
class Restarted {
 public:
  Restarted() : database_(storage::Database::Open(folder_ / "game.db").value()) {
    if (!storage::MigrateGameTables(*database_).ok() || !Write().ok()) std::abort();
  }

  void Rebuild() {
    boards_ = std::make_unique<Leaderboards>(32, Clock::System());
    storage::SqliteScoreStore scores(*database_);
    const auto no_rule = [](std::string_view, std::string_view) { return std::optional<ScoreRule>(); };
    if (!boards_->Rebuild(scores, no_rule).ok()) std::abort();
  }

  /// What of a rebuild is the file's part.
  void ReadRows() {
    storage::SqliteScoreStore scores(*database_);
    std::int64_t sum = 0;
    const auto visit = [&sum](const StandingRow& row) {
      sum += row.standing.value + static_cast<std::int64_t>(row.player_id.size());
      return Status();
    };
    if (!scores.VisitStandings(WallTime(), visit).ok()) std::abort();
    benchmark::DoNotOptimize(sum);
  }

  [[nodiscard]] Leaderboards& boards() { return *boards_; }

 private:
  Status Write() {
    return database_->Write([](storage::Connection& connection) -> Status {
      OOFGG_RETURN_IF_ERROR(
          connection.Execute("INSERT INTO standing_lists VALUES (1, 'arena', 'default', 0, 0)"));
      SeededRandom random(6);
      storage::Statement insert = connection.Prepare("INSERT INTO standings VALUES (1, ?1, ?2, ?3, ?4)");
      // Every other player first, so that the file's pages are as full as those that grew.
      for (std::uint32_t i = 0, number = 0; i < Entries(); ++i, number += 2) {
        if (number >= Entries()) number = 1;
        insert.Bind(1, PlayerId(number)).Bind(2, RandomValue(random)).Bind(3, i + 1);
        OOFGG_RETURN_IF_ERROR(insert.Bind(4, 1'900'000'000'000'000 + i).Run());
      }
      return {};
    });
  }

  const testing::TemporaryDirectory folder_;
  const std::unique_ptr<storage::Database> database_;
  std::unique_ptr<Leaderboards> boards_;
};

Restarted& Server() {
  static Restarted server;
  return server;
}

constexpr ListId kList{"arena", "default", ScorePeriod::kAllTime};

void BM_ReadRows(benchmark::State& state) {
  Restarted& server = Server();
  for (auto _ : state) server.ReadRows();
  state.SetItemsProcessed(state.iterations() * Entries());
}
BENCHMARK(BM_ReadRows)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

void BM_Rebuild(benchmark::State& state) {
  Restarted& server = Server();
  for (auto _ : state) server.Rebuild();
  state.counters["bytes_per_player_and_entry"] = PerEntry(server.boards().MemoryUsage());
  state.SetItemsProcessed(state.iterations() * Entries());
}
BENCHMARK(BM_Rebuild)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

// From here on as the server calls it: by the player's id, locks included.
void BM_RankOfPlayer(benchmark::State& state) {
  MeasureEach(state, [&](std::uint32_t, const std::string& player) {
    benchmark::DoNotOptimize(Server().boards().Of(kList, {&player, 1}));
  });
}
BENCHMARK(BM_RankOfPlayer)->Unit(benchmark::kMillisecond)->Iterations(1);

void BM_SubmitOfPlayer(benchmark::State& state) {
  SeededRandom random(8);
  std::int64_t order = Entries();
  MeasureEach(state, [&](std::uint32_t, const std::string& player) {
    Server().boards().Submit(kList, {}, player, {RandomValue(random) * 4, ++order, WallTime()});
  });
  state.counters["bytes_per_player_and_entry"] = PerEntry(Server().boards().MemoryUsage());
}
BENCHMARK(BM_SubmitOfPlayer)->Unit(benchmark::kMillisecond)->Iterations(1);

void BM_AroundPlayer(benchmark::State& state) {
  MeasureEach(state, [&](std::uint32_t, const std::string& player) {
    benchmark::DoNotOptimize(Server().boards().Around(kList, player, 10));
  });
}
BENCHMARK(BM_AroundPlayer)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace oofgg::game
