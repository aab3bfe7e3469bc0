#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>

#include "storage/redis/game/redis_entity_store.h"
#include "storage/redis/game/redis_session_store.h"
#include "storage/redis/redis_client.h"
#include "tests/support/redis_server.h"

namespace oofgg::storage {
namespace {

using namespace std::chrono_literals;

/// One server with an append-only file, as it is run, for all threads of a benchmark.
struct RowSetting {
  oofgg::testing::RedisServer server;
  std::unique_ptr<RedisClient> client =
      RedisClient::Connect({.url = ParseRedisUrl(server.url()).value()}, Clock::System().Now() + 20s).value();
  RedisSessionStore sessions{*client, {.timeout = 20s}};
  RedisEntityStore entities{*client, {.timeout = 20s}};
};
std::unique_ptr<RowSetting> rows;

/// A session of four players, such as many are.
game::SessionRecord SessionOfFour(const std::string& id) {
  game::SessionRecord session;
  session.id = id;
  session.game_id = "arena";
  session.owner_id = "player-0-of-" + id;
  session.state = SessionState::kWaiting;
  session.attributes = {{"map", std::string("desert")}, {"level", 3}};
  for (int i = 0; i < 4; ++i) {
    session.members.push_back(
        {.user_id = "player-" + std::to_string(i) + "-of-" + id, .team_id = "red", .join_ticket = {}});
  }
  return session;
}

std::string OwnId(const benchmark::State& state) { return "session-" + std::to_string(state.thread_index()); }

/// In the microseconds that the server itself has worked.
double ServerCpu() {
  const std::string facts = rows->server.AskAll("INFO CPU");
  const auto seconds = [&facts](const std::string& name) {
    const std::size_t at = facts.find(name + ":");
    return at == std::string::npos ? 0.0 : std::strtod(facts.c_str() + at + name.size() + 1, nullptr);
  };
  return (seconds("used_cpu_sys") + seconds("used_cpu_user")) * 1e6;
}

/// Runs `call` on all threads, each with a session of its own.
template <typename Call>
void OnRows(benchmark::State& state, Call call) {
  if (!rows->sessions.CreateSession(SessionOfFour(OwnId(state)), {}, 0).ok() ||
      !rows->entities.CreateEntity({.id = "door", .session_id = OwnId(state)}, {}, 10).ok()) {
    state.SkipWithError("the rows could not be made");
  }
  const double before = state.thread_index() == 0 ? ServerCpu() : 0.0;
  for (auto _ : state) {
    if (!call()) state.SkipWithError("a call failed");
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() != 0) return;
  state.counters["redis_cpu_us"] =
      (ServerCpu() - before) / static_cast<double>(state.iterations() * state.threads());
}

void BM_FindSession(benchmark::State& state) {
  OnRows(state, [id = OwnId(state)] { return rows->sessions.FindSession(id).ok(); });
}

/// What changes only what the row says.
void BM_UpdateSession(benchmark::State& state) {
  game::SessionRecord session = SessionOfFour(OwnId(state));
  session.version = 1;
  OnRows(state, [&session] {
    session.data = std::to_string(session.version);
    return rows->sessions.UpdateSession(session).ok() && ++session.version > 0;
  });
}

/// What changes in which lists it stands: somebody comes, and goes again.
void BM_JoinOrLeave(benchmark::State& state) {
  game::SessionRecord session = SessionOfFour(OwnId(state));
  session.version = 1;
  OnRows(state, [&session] {
    if (session.members.size() > 4) {
      session.members.pop_back();
    } else {
      session.members.push_back({.user_id = "guest", .team_id = {}, .join_ticket = {}});
    }
    return rows->sessions.UpdateSession(session).ok() && ++session.version > 0;
  });
}

void BM_UpdateEntity(benchmark::State& state) {
  Entity door{.id = "door", .session_id = OwnId(state), .version = 1};
  OnRows(state, [&door] {
    door.data = std::to_string(door.version);
    return rows->entities.UpdateEntity(door).ok() && ++door.version > 0;
  });
}

void RowsSetUp(const benchmark::State&) { rows = std::make_unique<RowSetting>(); }
void RowsTearDown(const benchmark::State&) { rows.reset(); }
void OneAndMany(benchmark::internal::Benchmark* bench) {
  bench->Setup(RowsSetUp)->Teardown(RowsTearDown)->Threads(1)->Threads(16)->UseRealTime();
}
BENCHMARK(BM_FindSession)->Apply(OneAndMany);
BENCHMARK(BM_UpdateSession)->Apply(OneAndMany);
BENCHMARK(BM_JoinOrLeave)->Apply(OneAndMany);
BENCHMARK(BM_UpdateEntity)->Apply(OneAndMany);

}  // namespace
}  // namespace oofgg::storage
