// Events through the WebSocket port on loopback, over a game room on memory stores: what one costs the
// server, a relayed one and one of many deliveries, and how long there and back takes. The clients are this
// thread, whose CPU is not counted.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "game/game_room.h"
#include "net/websocket/websocket_listener.h"
#include "oofgg/thread_pool.h"
#include "storage/memory/game/memory_entity_store.h"
#include "storage/memory/game/memory_game_store.h"
#include "storage/memory/game/memory_match_store.h"
#include "storage/memory/game/memory_player_store.h"
#include "storage/memory/game/memory_score_store.h"
#include "storage/memory/game/memory_session_store.h"
#include "tests/support/websocket_peer.h"

namespace oofgg {
namespace {

using SteadyClock = std::chrono::steady_clock;
using testing::WebSocketPeer;

constexpr int kSocketThreads = 2;  // As oofgg-game has.
constexpr int kWorkers = 4;
constexpr int kBurst = 100;
constexpr double kNoLimit = 1e9;
const std::string kMove = R"({"type":"move","data":{"x":12.5,"y":-3,"z":101.25,"heading":90}})";

double CpuSeconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Of the process without this thread.
double ServerSeconds() { return CpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - CpuSeconds(CLOCK_THREAD_CPUTIME_ID); }

/// The room and its port, and a session of players `p0`, `p1`, … each with a WebSocket.
class Table {
 public:
  explicit Table(int players) {
    game::GameRoomOptions options;
    options.operators_games.push_back({.id = "arena", .name = "Arena"});
    options.events.rate = {.per_second = kNoLimit, .burst = kNoLimit};
    room_ = game::GameRoom::Open({.players = players_,
                                  .games = games_,
                                  .sessions = sessions_,
                                  .entities = entities_,
                                  .scores = scores_,
                                  .matches = matches_},
                                 nullptr, Clock::System(), RandomSource::System(), log_, options)
                .value();
    const auto caller = [](std::string_view token) -> StatusOr<Caller> {
      return Caller{.user_id = std::string(token), .role = "user", .session_id = {}};
    };
    net::WebSocketOptions limits;
    limits.messages = {.per_second = kNoLimit, .burst = kNoLimit};
    listener_ = net::WebSocketListener::Listen(
                    io_, "127.0.0.1:0",
                    [this](const CallContext& context, std::shared_ptr<StreamHost> host,
                           std::function<void(const Status&)> on_refused) {
                      return room_->events().Open(context, std::move(host), std::move(on_refused));
                    },
                    Clock::System(), workers_, caller, std::move(limits))
                    .value();
    for (int i = 0; i < kSocketThreads; ++i) threads_.emplace_back([this] { io_.run(); });
    Seat(players);
  }
  ~Table() {
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
    listener_.reset();
  }

  [[nodiscard]] WebSocketPeer& player(std::size_t i) { return *peers_[i]; }
  [[nodiscard]] std::size_t size() const { return peers_.size(); }

 private:
  void Seat(int players) {
    CreateSessionRequest request;
    request.game_id = "arena";
    for (int i = 0; i < players; ++i) request.user_ids.push_back("p" + std::to_string(i));
    CallContext context;
    context.caller = Caller{.user_id = "p0", .role = "user", .session_id = {}};
    const std::string session = room_->sessions().CreateSession(context, request).value().id;
    const std::string address = "127.0.0.1:" + std::to_string(listener_->port());
    for (const std::string& player : request.user_ids) {
      peers_.push_back(std::make_unique<WebSocketPeer>(address));
      peers_.back()->Upgrade("/" + session + "?token=" + player);
      peers_.back()->SendText(R"({"type":"subscribe","instance_id":")" + session + "\"}");
      if (peers_.back()->Message().find("subscribed") == std::string::npos) std::abort();
    }
  }

  NullEventLog log_;
  storage::MemoryPlayerStore players_;
  storage::MemoryGameStore games_;
  storage::MemorySessionStore sessions_;
  storage::MemoryEntityStore entities_{sessions_};
  storage::MemoryScoreStore scores_;
  storage::MemoryMatchStore matches_;
  std::unique_ptr<game::GameRoom> room_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  ThreadPool workers_{kWorkers};
  std::unique_ptr<net::WebSocketListener> listener_;
  std::vector<std::thread> threads_;
  std::vector<std::unique_ptr<WebSocketPeer>> peers_;
};

/// One event there, one back.
void BM_WebSocketRoundTrip(benchmark::State& state) {
  Table table(2);
  std::vector<double> micros;
  const double before = ServerSeconds();
  for (auto _ : state) {
    const auto begin = SteadyClock::now();
    table.player(0).SendText(kMove);
    table.player(1).Next();
    table.player(1).SendText(kMove);
    table.player(0).Next();
    micros.push_back(std::chrono::duration<double, std::micro>(SteadyClock::now() - begin).count());
  }
  const double cpu = ServerSeconds() - before;
  std::sort(micros.begin(), micros.end());
  state.counters["p50_us"] = micros[micros.size() / 2];
  state.counters["p99_us"] = micros[micros.size() * 99 / 100];
  state.counters["server_us_per_event"] = cpu * 1e6 / static_cast<double>(2 * micros.size());
}
BENCHMARK(BM_WebSocketRoundTrip)->UseRealTime();

/// Bursts of events from one player to all others.
void BM_WebSocketFanOut(benchmark::State& state) {
  Table table(static_cast<int>(state.range(0)));
  std::string burst;
  for (int i = 0; i < kBurst; ++i) burst += testing::MaskedFrame(0x81, kMove);
  const double before = ServerSeconds();
  std::size_t delivered = 0;
  for (auto _ : state) {
    table.player(0).Send(burst);
    for (std::size_t i = 1; i < table.size(); ++i) {
      for (int event = 0; event < kBurst; ++event) delivered += table.player(i).Next().has_value() ? 1U : 0U;
    }
  }
  const double cpu = ServerSeconds() - before;
  state.SetItemsProcessed(static_cast<std::int64_t>(delivered));
  state.counters["server_us_per_delivery"] = cpu * 1e6 / static_cast<double>(delivered);
}
BENCHMARK(BM_WebSocketFanOut)->Arg(2)->Arg(10)->Arg(100)->UseRealTime();

}  // namespace
}  // namespace oofgg
