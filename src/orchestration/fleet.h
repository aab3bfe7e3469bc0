#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "oofgg/executor.h"
#include "oofgg/model/fleet.h"
#include "oofgg/random.h"
#include "orchestration/container_backend.h"
#include "orchestration/fleet_counts.h"
#include "orchestration/fleet_door.h"
#include "orchestration/fleet_order_store.h"
#include "orchestration/request_store.h"
#include "orchestration/reservation_client.h"
#include "orchestration/server_table.h"

namespace oofgg::orchestration {

struct FleetOptions {
  std::string name = "default";
  std::size_t min_ready = 0;           ///< FLEET_MIN_READY: servers with a free slot kept in reserve.
  std::optional<std::size_t> max{16};  ///< FLEET_MAX: servers at once; nothing: no limit.
  std::size_t max_starting = 3;        ///< MAX_CONCURRENT_JOBS.
  std::uint32_t slots = 0;             ///< SERVER_SLOTS; 0: what the server tells, or its first refusal.
  /// FLEET_IDLE_TIMEOUT. Without it 60 s, and only for servers that answer `GET /status`: others may drop a
  /// reservation when the player connects, and so look idle when they are not.
  std::optional<std::chrono::milliseconds> idle_timeout{};
  std::chrono::milliseconds start_timeout{60'000};   ///< From start to the first answer.
  std::chrono::milliseconds health_period{1000};     ///< Between two looks at each server.
  std::chrono::milliseconds health_timeout{2000};    ///< To answer one.
  std::chrono::milliseconds sick_timeout{30'000};    ///< Without an answer, until it is stopped.
  std::chrono::milliseconds stop_grace{10'000};      ///< To end by itself when stopped.
  std::chrono::milliseconds lease{10'000};           ///< Of a request; renewed while work goes on.
  std::map<std::string, std::string> environment{};  ///< For each server.
  std::string image{};                               ///< Docker and Swarm; empty: the backend's own.
  std::string command{};                             ///< Processes; empty: the backend's own.
  Packing packing = Packing::kPack;
  std::size_t update_batch = 1;  ///< Servers that a rolling update replaces at a time.
  bool closes = false;           ///< Nobody is seated any more, and its servers leave when they are empty.
  bool starts_servers = true;    ///< Else they only register themselves, and whatever it says, `max` is 0.
};

/// What a fleet works with; all of it must outlive the fleet and every task posted to `executor`. The
/// executor must also outlive `backend` and the HTTP client of `reservations`: what they owe the fleet may
/// come as they end.
struct FleetParts {
  const Clock& clock;
  Executor&
      executor;  ///< Runs tasks one at a time, such as a `SerialExecutor`: the fleet's state lives there.
  RequestStore& store;
  ContainerBackend& backend;
  ReservationClient& reservations;
  RandomSource& random;
  /// Asked before each task: while it says no, what is due is dropped, since the fleet is about to go. So a
  /// worker that was paused until another one took its fleet does nothing more to it. Empty: always.
  std::function<bool()> may_act{};
  /// Who this worker is, as the fleet's lease knows it.
  std::string holder{};
  /// Told, on the executor, when the store refuses what this worker writes since another one has taken the
  /// fleet over: the fleet does no good any more.
  std::function<void()> on_lost{};
  /// Told, on the executor, when a fleet that closes has no servers left but those that registered themselves
  /// and are empty; perhaps more than once.
  std::function<void()> on_over{};
  /// What operators order, and where the fleet tells of its pace. Null: nothing is ordered, nobody is told.
  FleetOrderStore* orders = nullptr;
  /// Where the fleet counts what it does. Null: nowhere.
  FleetCounts* counts = nullptr;
  /// The options as they are configured now, for a fleet whose configuration may change; its name never does.
  std::function<FleetOptions()> configured{};
};

/// The worker of one fleet: takes requests from the queue in order, knows which servers have free slots,
/// starts and stops servers, seats players and has the game server confirm it.
///
/// It has the fleet to itself: what others had leased when it starts is taken from them, and what they write
/// from then on is refused. Where there are several workers a `FleetKeeper` sees to that. A server is closed
/// in the store before it is stopped: so whoever was paused in between has nobody's seat on it when it goes
/// on.
///
/// Event-driven: it acts when a request arrives, a server starts, answers or ends, or a seat frees; the only
/// regular timer looks after the health of servers that run.
/// Threads: safe.
class Fleet final : public FleetDoor {
 public:
  /// `on_change` is told, on the executor, of each request whose state changed.
  using OnChange = std::function<void(const RequestKey&)>;

  Fleet(FleetOptions options, const FleetParts& parts, OnChange on_change);
  /// Leaves the servers running. What is under way is given back when its lease lapses, or at the next start.
  ~Fleet() override;
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  /// Adopts the servers that run and begins to work. `on_started` learns whether the backend could be asked.
  void Start(std::function<void(Status)> on_started);

  /// Any number of these calls until the fleet gets round to it cost one look.
  void Wake() override;
  void SeatsReleased() override;
  void SeatDenied(std::string_view server_id) override;
  void OrdersChanged() override;
  void ListServers(OnListed on_listed) override;
  [[nodiscard]] const std::string& name() const override { return name_; }

 private:
  class Core;
  template <typename Body>
  void Run(Body body);

  const std::string name_;
  std::shared_ptr<Core> core_;
  Executor& executor_;
  ContainerBackend& backend_;
};

}  // namespace oofgg::orchestration
