#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http_client.h"
#include "oofgg/random.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "orchestration/container_backend.h"
#include "orchestration/fleet.h"
#include "orchestration/request_facade.h"
#include "orchestration/seat_service.h"
#include "storage/memory/orchestration/memory_fleet_order_store.h"
#include "storage/memory/orchestration/memory_request_store.h"

namespace oofgg::orchestration {

/// A game server as the Reservation API shows it.
struct SimulatedServer {
  RunningServer running;
  std::size_t slots = 3;
  bool tells_status = true;
  bool knows_delete = true;
  bool refuses = false;         ///< 403 for everybody.
  bool paused = false;          ///< Takes calls and never answers.
  bool refuses_repeat = false;  ///< 403 to a client it has, when full.
  std::set<std::string> clients;
  std::map<std::string, int> calls;  ///< By method and kind of path.
};

/// Game servers, what runs them and how they are reached: all in one, under virtual time.
class SimulatedFleet final : public ContainerBackend, public HttpClient {
 public:
  SimulatedFleet(testing::FakeClock& clock, testing::ManualExecutor& executor)
      : clock_(clock), executor_(executor) {}

  void Start(ServerSpec spec, OnStarted on_started) override;
  void Stop(std::string_view id, std::chrono::milliseconds grace, OnStopped on_stopped) override;
  void List(std::string_view fleet, OnListed on_listed) override;
  void WatchExits(std::string_view fleet, OnExit on_exit) override;
  void WatchNews(std::string_view fleet, OnNews on_news) override;
  void Send(HttpCall call, OnReply on_reply) override;

  /// A server like `model` comes by itself, to the fleet `default`.
  void Arrive(const std::string& id);
  /// It says how it is.
  void Say(const std::string& id, GameServerState state, std::uint32_t slots = 0, std::uint32_t reserved = 0);
  /// Ends a server at once, as `kill -9` does.
  void Kill(const std::string& id);
  [[nodiscard]] SimulatedServer& Server(const std::string& id) { return servers_.at(id); }
  [[nodiscard]] std::map<std::string, SimulatedServer>& servers() { return servers_; }
  /// On how many running servers the client holds a seat.
  [[nodiscard]] std::size_t SeatsOf(const std::string& client) const;

  SimulatedServer model;             ///< New servers are like this one.
  std::vector<ServerSpec> started;   ///< All that were asked for, in order.
  std::vector<std::string> stopped;  ///< All that were stopped by us.
  std::size_t failing_starts = 0;    ///< The next so many cannot be started.
  std::size_t dying_starts = 0;      ///< The next so many end before they answer.
  std::chrono::milliseconds start_time{20};
  std::chrono::milliseconds boot_time{50};  ///< From running to answering.
  /// Asked about each call: true loses the reply after the server has acted.
  std::function<bool(const HttpCall&)> loses_reply;
  std::size_t http_calls = 0;

 private:
  HttpReply Answer(SimulatedServer& server, const HttpCall& call);
  int Reserve(SimulatedServer& server, const std::string& method, const std::string& client);
  SimulatedServer* AtControl(const std::string& control);

  testing::FakeClock& clock_;
  testing::ManualExecutor& executor_;
  std::map<std::string, SimulatedServer> servers_;
  std::map<std::string, std::string> by_control_;
  std::map<std::string, TimePoint> answers_from_;
  std::map<std::string, OnExit, std::less<>> on_exit_;
  std::map<std::string, OnNews, std::less<>> on_news_;
  std::uint16_t last_port_ = 10'000;
};

/// The HTTP client of one maker: when the maker dies, it sends nothing more.
class MortalHttp final : public HttpClient {
 public:
  explicit MortalHttp(HttpClient& network) : network_(network) {}
  void Send(HttpCall call, OnReply on_reply) override {
    if (alive) network_.Send(std::move(call), std::move(on_reply));
  }
  bool alive = true;

 private:
  HttpClient& network_;
};

/// A maker with one fleet, without sockets, processes or waiting.
class World {
 public:
  /// `ordered`: its makers look at `orders`, and at `fleet_options` as they are then.
  explicit World(FleetOptions options = {}, RequestOptions request_options = {}, bool ordered = false);
  ~World();

  /// Starts the fleet; a second call is what a new maker does after the first was killed.
  void StartMaker();
  void KillMaker();

  /// Orders something of the fleet, which is told.
  void Order(const std::function<void(FleetOrders&)>& change);

  /// One call each of the HTTP API, run to its answer.
  StatusOr<RequestView> Post(const std::string& client);
  StatusOr<RequestView> Get(const std::string& client);
  /// What is said without waiting for the store; nothing where something else is to be said.
  std::optional<RequestView> AnswerSeated(const std::string& client);
  /// Asks until there is an address or an error, moving time on; nothing after `patience`.
  std::optional<RequestView> PostUntilReady(const std::string& client,
                                            Duration patience = std::chrono::minutes(2));

  void Advance(Duration by) { executor.AdvanceBy(by); }
  [[nodiscard]] RequestRecord Record(const std::string& client);
  [[nodiscard]] std::vector<GameServerInfo> Servers();
  [[nodiscard]] std::size_t CountInState(GameServerState state);

  const bool with_orders;
  FleetOptions fleet_options;
  RequestOptions request_options;
  testing::FakeClock clock;
  testing::ManualExecutor executor{clock};
  SeededRandom random{7};
  SimulatedFleet sim{clock, executor};
  storage::MemoryRequestStore store;
  storage::MemoryFleetOrderStore orders;

  std::vector<std::unique_ptr<MortalHttp>> clients;  ///< Of this maker and all dead ones.
  std::unique_ptr<RequestWaiters> waiters;
  std::unique_ptr<ReservationClient> reservations;
  std::unique_ptr<ReservationClient> verifier;
  std::unique_ptr<RequestFacade> facade;
  std::unique_ptr<SeatService> seats;
  std::unique_ptr<Fleet> fleet;
  FleetCounts counts;    ///< Of all makers.
  bool is_lost = false;  ///< The fleet was told that another worker has it.
};

}  // namespace oofgg::orchestration
