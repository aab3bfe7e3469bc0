#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <utility>

#include "oofgg/clock.h"
#include "oofgg/random.h"
#include "oofgg/uuid.h"
#include "storage/jsonl/json_line.h"
#include "storage/jsonl/jsonl_event_log.h"
#include "storage/kafka/spool.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::storage {
namespace {

/// As oofgg-game has it of each score.
EventRecord ScoreRecord(std::int64_t value) {
  static const std::string player = NewUuidV7(Clock::System(), RandomSource::System());
  return {
      .at = Clock::System().WallNow(),
      .kind = "score.submitted",
      .key = player,
      .fields = {{"game_id", "arena"}, {"score_type", "default"}, {"value", value}, {"instance_id", player}}};
}

void BM_ToJsonLine(benchmark::State& state) {
  UuidGenerator ids(Clock::System(), RandomSource::System());
  std::int64_t value = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    EventRecord record = ScoreRecord(++value);
    record.id = ids.Next();
    bytes = ToJsonLine(record).size();
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(BM_ToJsonLine);

/// Without Kafka.
void BM_AppendToFile(benchmark::State& state) {
  const testing::TemporaryDirectory folder;
  const auto log =
      JsonlEventLog::Open(folder.path(), Clock::System(), RandomSource::System(), {.keep_files = 1});
  if (!log.ok()) return state.SkipWithError("no log");
  std::int64_t value = 0;
  for (auto _ : state) {
    if (!(*log)->Append(ScoreRecord(++value)).ok()) return state.SkipWithError("not kept");
  }
}
BENCHMARK(BM_AppendToFile);

/// With Kafka: what the call waits for. Kafka takes all of it every now and then, on somebody else's time.
void BM_AppendToSpool(benchmark::State& state) {
  constexpr std::int64_t kTaken = 10'000;
  const testing::TemporaryDirectory folder;
  const auto spool = Spool::Open(folder.path());
  if (!spool.ok()) return state.SkipWithError("no spool");
  UuidGenerator ids(Clock::System(), RandomSource::System());
  std::int64_t value = 0;
  for (auto _ : state) {
    EventRecord record = ScoreRecord(++value);
    record.id = ids.Next();
    std::string line = ToJsonLine(record);
    line.pop_back();
    if (!(*spool)
             ->Append(
                 {.stream = EventStream::kScores, .key = std::move(record.key), .value = std::move(line)})
             .ok()) {
      return state.SkipWithError("not kept");
    }
    if (value % kTaken != 0) continue;
    state.PauseTiming();
    SpoolPlace end = (*spool)->shipped();
    for (auto extent = (*spool)->ExtentOf(end.segment); extent.next != 0;
         extent = (*spool)->ExtentOf(end.segment)) {
      end.segment = extent.next;
    }
    end.offset = (*spool)->ExtentOf(end.segment).size;
    (*spool)->MarkShipped(end).IgnoreError();
    state.ResumeTiming();
  }
}
BENCHMARK(BM_AppendToSpool);

}  // namespace
}  // namespace oofgg::storage
