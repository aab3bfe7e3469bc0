// What the table costs, without any socket.

#include <benchmark/benchmark.h>

#include <optional>
#include <string>
#include <vector>

#include "benchmarks/presence/heap.h"
#include "oofgg/presence/presence_table.h"
#include "oofgg/random.h"
#include "presence/json_protocol.h"

namespace oofgg {
namespace {

using Friends = std::vector<std::string>;

std::string NameOf(std::uint64_t user) { return "user-" + std::to_string(user); }

Friends SomeFriends(SeededRandom& random, std::size_t count, std::uint64_t users) {
  Friends friends;
  for (std::size_t i = 0; i < count; ++i) friends.push_back(NameOf(random.Below(users)));
  return friends;
}

void Drain(PresenceTable& table) {
  for (const auto connection : table.TakeReady()) {
    while (auto update = table.NextUpdate(connection)) benchmark::DoNotOptimize(update);
  }
}

// One user comes and goes, its followers hear of both.
void BM_ConnectDisconnect(benchmark::State& state) {
  constexpr std::uint64_t kUsers = 2'000;
  const auto friend_count = static_cast<std::size_t>(state.range(0));
  SeededRandom random(1);
  PresenceTable table;
  for (std::uint64_t user = 0; user < kUsers; ++user) {
    (void)table.Connect({}, NameOf(user), {}, SomeFriends(random, friend_count, kUsers));
  }
  Drain(table);
  const Friends friends = SomeFriends(random, friend_count, kUsers);
  std::uint64_t user = kUsers;
  for (auto _ : state) {
    const std::string name = NameOf(user++ % (2 * kUsers));
    const auto connection = table.Connect({}, name, {}, friends);
    Drain(table);
    table.Close({}, *connection);
    Drain(table);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ConnectDisconnect)->Arg(10)->Arg(100)->Arg(1000);

// Somebody whom many follow comes or goes: the time of one delivery, the making of its line included.
void BM_FanOut(benchmark::State& state) {
  PresenceTable table;
  const Friends friends = {"celebrity"};
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    (void)table.Connect({}, NameOf(static_cast<std::uint64_t>(i)), {}, friends);
  }
  std::optional<PresenceTable::ConnectionId> celebrity;
  std::string line;
  for (auto _ : state) {
    if (celebrity.has_value()) {
      table.Close({}, *celebrity);
      celebrity.reset();
    } else {
      celebrity = *table.Connect({}, "celebrity", {});
    }
    for (const auto connection : table.TakeReady()) {
      while (const auto update = table.NextUpdate(connection)) {
        line.clear();
        presence::AppendUpdate(line, *update, presence::ProtocolVersion::kV2, false);
        benchmark::DoNotOptimize(line);
      }
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_FanOut)->Arg(10)->Arg(1'000)->Arg(20'000);

// An idle player in the table, all friends included, and nothing left when all have gone.
void BM_IdleUser(benchmark::State& state) {
  constexpr std::uint64_t kUsers = 4'000;
  const auto friend_count = static_cast<std::size_t>(state.range(0));
  double bytes = 0;
  for (auto _ : state) {
    SeededRandom random(1);
    const double before = HeapBytes();
    PresenceTable table;
    for (std::uint64_t user = 0; user < kUsers; ++user) {
      (void)table.Connect({}, NameOf(user), {}, SomeFriends(random, friend_count, kUsers));
    }
    Drain(table);
    bytes = (HeapBytes() - before) / kUsers;
  }
  state.counters["bytes_per_user"] = bytes;
}
BENCHMARK(BM_IdleUser)->Arg(0)->Arg(10)->Arg(100)->Unit(benchmark::kMillisecond);

void BM_ParseHello(benchmark::State& state) {
  const std::string hello = R"({"user_id":1234567,"friends":[1,2,3,4,5,6,7,8,9,10]})";
  for (auto _ : state) {
    auto object = presence::ParseClientObject(hello, presence::ProtocolVersion::kV1);
    benchmark::DoNotOptimize(object);
  }
}
BENCHMARK(BM_ParseHello);

}  // namespace
}  // namespace oofgg
