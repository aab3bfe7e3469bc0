#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <semaphore>
#include <string>
#include <vector>

#include "benchmarks/presence/heap.h"
#include "storage/redis/auth/redis_rate_limiter.h"
#include "storage/redis/auth/redis_revocation_feed.h"
#include "storage/redis/redis_client.h"
#include "storage/redis/redis_subscriber.h"
#include "tests/support/child_process.h"
#include "tests/support/redis_cluster.h"
#include "tests/support/redis_server.h"

namespace oofgg::storage {
namespace {

using namespace std::chrono_literals;

/// One server, without a file, for all threads of a benchmark: it is the client that is measured.
struct Setting {
  oofgg::testing::RedisServer server{{"--appendonly", "no"}};
  RedisOptions options{.url = ParseRedisUrl(server.url()).value()};
  std::unique_ptr<RedisClient> client = RedisClient::Connect(options, Clock::System().Now() + 20s).value();
};
std::unique_ptr<Setting> setting;

void SetUp(const benchmark::State&) { setting = std::make_unique<Setting>(); }
void TearDown(const benchmark::State&) { setting.reset(); }

TimePoint Soon() { return Clock::System().Now() + 20s; }

// As many commands in flight as the argument says, all from one thread.
void Pipeline(benchmark::State& state, const RedisCommand& command) {
  std::counting_semaphore<> room(state.range(0));
  std::atomic<int> failed = 0;
  for (auto _ : state) {
    room.acquire();
    setting->client->Send(command, Soon(), [&](const StatusOr<RedisReply>& reply) {
      if (!reply.ok()) ++failed;
      room.release();
    });
  }
  for (std::int64_t i = 0; i < state.range(0); ++i) room.acquire();
  if (failed > 0) state.SkipWithError("a command failed");
  state.SetItemsProcessed(state.iterations());
}

void BM_PipelinedSet(benchmark::State& state) { Pipeline(state, {"SET", "key", "xxx"}); }
void BM_PipelinedGet(benchmark::State& state) { Pipeline(state, {"GET", "key"}); }
BENCHMARK(BM_PipelinedSet)
    ->Setup(SetUp)
    ->Teardown(TearDown)
    ->Arg(512)
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK(BM_PipelinedGet)
    ->Setup(SetUp)
    ->Teardown(TearDown)
    ->Arg(512)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

/// The same in a cluster whose three masters, and their replicas, share this machine's processors.
void BM_PipelinedGetInACluster(benchmark::State& state) {
  const oofgg::testing::RedisCluster cluster;
  const auto client =
      RedisClient::Connect({.url = ParseRedisUrl(cluster.url()).value()}, Clock::System().Now() + 20s)
          .value();
  std::vector<RedisCommand> commands;
  for (int i = 0; i < 64; ++i) commands.push_back({"GET", "key-" + std::to_string(i)});
  std::counting_semaphore<> room(state.range(0));
  std::atomic<int> failed = 0;
  std::size_t next = 0;
  for (auto _ : state) {
    room.acquire();
    client->Send(commands[++next % commands.size()], Soon(), [&](const StatusOr<RedisReply>& reply) {
      if (!reply.ok()) ++failed;
      room.release();
    });
  }
  for (std::int64_t i = 0; i < state.range(0); ++i) room.acquire();
  if (failed > 0) state.SkipWithError("a command failed");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_PipelinedGetInACluster)->Arg(1)->Arg(512)->MeasureProcessCPUTime()->UseRealTime();

/// The third column of `"SET","123456.78",…`.
double RateOf(const std::string& output, const std::string& test) {
  const std::size_t at = output.find("\"" + test + "\",\"");
  return at == std::string::npos ? 0.0 : std::strtod(output.c_str() + at + test.size() + 4, nullptr);
}

// Redis' own tool on the same server, with so many connections and so many in flight on each. It repeats one
// command that it has encoded beforehand, and nobody waits for an answer: what there is to reach.
void BM_RedisBenchmark(benchmark::State& state) {
  double set = 0.0;
  double get = 0.0;
  for (auto _ : state) {
    oofgg::testing::ChildProcess tool(
        "/usr/bin/redis-benchmark",
        {.arguments = {"-p", std::to_string(setting->server.port()), "-c", std::to_string(state.range(0)),
                       "-P", std::to_string(state.range(1)), "-n", "50000", "-t", "set,get", "--csv"},
         .environment = {}});
    if (tool.Wait(60s) != 0) state.SkipWithError("redis-benchmark failed");
    set = RateOf(tool.output(), "SET");
    get = RateOf(tool.output(), "GET");
  }
  state.counters["set_per_second"] = set;
  state.counters["get_per_second"] = get;
}
BENCHMARK(BM_RedisBenchmark)
    ->Setup(SetUp)
    ->Teardown(TearDown)
    ->Args({1, 512})
    ->Args({50, 1})
    ->Iterations(1)
    ->UseRealTime();

// One call after the other, alone and beside others that share the connection.
void BM_Call(benchmark::State& state) {
  for (auto _ : state) {
    if (!setting->client->Call({"GET", "key"}, Soon()).ok()) state.SkipWithError("a call failed");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Call)
    ->Setup(SetUp)
    ->Teardown(TearDown)
    ->Threads(1)
    ->Threads(8)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

// From PUBLISH to the subscriber's callback.
void BM_PubSubHop(benchmark::State& state) {
  std::binary_semaphore arrived(0);
  RedisSubscriber subscriber(setting->options);
  const auto subscription = subscriber.Subscribe(
      "bench", [&](std::string_view) { arrived.release(); }, [&](RedisChannelState) { arrived.release(); });
  arrived.acquire();
  for (auto _ : state) {
    setting->client->Send({"PUBLISH", "bench", "x"}, Soon(), [](const StatusOr<RedisReply>&) {});
    arrived.acquire();
  }
}
BENCHMARK(BM_PubSubHop)->Setup(SetUp)->Teardown(TearDown)->UseRealTime();

// A login's three buckets, in one round trip.
void BM_RateLimit(benchmark::State& state) {
  RedisRateLimiter limiter(*setting->client, {.timeout = 5s});
  constexpr RateLimit kPlenty{.per_second = 1e6, .burst = 1e6};
  const auth::LimitedKey keys[] = {
      {"account/ann", kPlenty}, {"address/127.0.0.1", kPlenty}, {"all", kPlenty}};
  for (auto _ : state) benchmark::DoNotOptimize(limiter.TryTake(keys));
}
BENCHMARK(BM_RateLimit)->Setup(SetUp)->Teardown(TearDown)->UseRealTime();

// From Publish to the watcher's callback, the next one only when the last has arrived.
void BM_RevocationHop(benchmark::State& state) {
  RedisRevocationFeed feed(*setting->client);
  std::counting_semaphore<> arrived(0);
  const auto watch = feed.WatchAfter("", [&](const auth::RevocationNewsPage& page) {
    arrived.release(page.reset ? 1 : static_cast<std::ptrdiff_t>(page.entries.size()));
  });
  arrived.acquire();
  const auth::RevocationNews revocation{.id = "b3c1f1de-2f0f-4a3e-9f57-6d3d1a0f0c55"};
  for (auto _ : state) {
    if (!feed.Publish(revocation).ok()) state.SkipWithError("publishing failed");
    arrived.acquire();
  }
}
BENCHMARK(BM_RevocationHop)->Setup(SetUp)->Teardown(TearDown)->UseRealTime();

// What a client holds, and what a command that waits for its answer holds.
void BM_Memory(benchmark::State& state) {
  constexpr int kClients = 20;
  constexpr int kCommands = 20'000;
  double client_bytes = 0.0;
  double command_bytes = 0.0;
  for (auto _ : state) {
    std::vector<std::unique_ptr<RedisClient>> clients;
    double before = HeapBytes();
    for (int i = 0; i < kClients; ++i)
      clients.push_back(RedisClient::Connect(setting->options, Soon()).value());
    client_bytes = (HeapBytes() - before) / kClients;

    setting->server.Pause();
    before = HeapBytes();
    for (int i = 0; i < kCommands; ++i) {
      clients[0]->Send({"SET", "key", "xxx"}, Soon(), [](const StatusOr<RedisReply>&) {});
    }
    command_bytes = (HeapBytes() - before) / kCommands;
    setting->server.Resume();
  }
  state.counters["bytes_per_client"] = client_bytes;
  state.counters["bytes_per_command"] = command_bytes;
}
BENCHMARK(BM_Memory)->Setup(SetUp)->Teardown(TearDown)->Iterations(1)->UseRealTime();

}  // namespace
}  // namespace oofgg::storage
