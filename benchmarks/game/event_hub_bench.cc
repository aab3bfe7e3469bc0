// One event to N readers of a session: publishing it, and every reader taking it.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "game/event_channel.h"
#include "oofgg/clock.h"

namespace oofgg::game {
namespace {

GameEvent Move() {
  GameEvent event;
  event.name = "move";
  event.game_id = "arena";
  event.player_id = "0190163d-8694-739b-aea5-966c26f8ad91";
  event.type = EventType::kAction;
  event.attributes = {{"x", std::int32_t{3}}, {"y", std::int32_t{4}}};
  return event;
}

void BM_PublishToReaders(benchmark::State& state) {
  auto channel = std::make_shared<EventChannel>("session", 0, Clock::System(), EventWindow{});
  std::vector<std::unique_ptr<EventCursor>> readers;
  std::int64_t wakes = 0;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    readers.push_back(*channel->Subscribe(std::to_string(i), {}, [&wakes] { ++wakes; }));
  }
  const GameEvent event = Move();
  for (auto _ : state) {
    channel->Publish(event);
    for (auto& reader : readers) {
      benchmark::DoNotOptimize(reader->Next());
      benchmark::DoNotOptimize(reader->Next());  // Nothing more: armed for the next one.
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));  // Deliveries.
  state.counters["wakes_per_event"] =
      benchmark::Counter(static_cast<double>(wakes), benchmark::Counter::kAvgIterations);
}
BENCHMARK(BM_PublishToReaders)->ArgName("readers")->Arg(1)->Arg(2)->Arg(10)->Arg(100)->Arg(1000);

}  // namespace
}  // namespace oofgg::game
