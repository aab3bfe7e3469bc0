#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "oofgg/serial_executor.h"
#include "orchestration/fleet_keeper.h"
#include "orchestration/remote_fleet.h"
#include "orchestration/request_waiters.h"
#include "orchestration/reservation_client.h"
#include "servers/maker/stores.h"

namespace oofgg::servers {

/// The mailboxes of fleets. They outlive the HTTP client and the backend, which tell a fleet what has come of
/// its calls until they end.
class FleetMailboxes {
 public:
  explicit FleetMailboxes(Executor& workers) : workers_(workers) {}
  SerialExecutor& Add() { return executors_.emplace_back(workers_); }

 private:
  Executor& workers_;
  std::deque<SerialExecutor> executors_;
};

/// What fleets work with, beside their stores. Outlives the crew.
struct FleetCrewParts {
  const Clock& clock;
  RandomSource& random;
  HttpClient& http;
  orchestration::ContainerBackend* backend;  ///< Null: this process works on no fleet.
  FleetMailboxes& mailboxes;
  orchestration::RequestWaiters& waiters;
  orchestration::ReservationOptions reservations;
  std::chrono::milliseconds lease;  ///< Of a fleet, where stores are shared.
};

/// The fleets as this process has them: doors for who asks, and where it is a worker, those who stand ready
/// to work on each. Threads: one at a time, but for `Works`.
class FleetCrew {
 public:
  FleetCrew(MakerStores& stores, const FleetCrewParts& parts);
  FleetCrew(const FleetCrew&) = delete;
  FleetCrew& operator=(const FleetCrew&) = delete;

  /// Returns the door, which lives as long as the crew; the same one where there is a fleet of that name
  /// already. Nobody works on it until the next `Start`. `configured` gives the options as they are by then,
  /// of the same name; empty: they never change. It is called on the fleet's executor.
  orchestration::FleetDoor& Add(orchestration::FleetOptions options,
                                std::function<orchestration::FleetOptions()> configured = {});

  /// Only when nothing can go wrong any more: from here on game servers are started. Again: for fleets that
  /// were added since, or that have opened again.
  void Start();

  /// What `configured` gives has changed.
  void Configured();

  /// What this process does of a fleet as its worker, and has done.
  struct Work {
    std::string fleet;
    bool has_it = false;                                 ///< Now; else it stands by.
    const orchestration::FleetCounts* counts = nullptr;  ///< As long as the crew.
  };
  /// Of all fleets, by name; none where this process is no worker. Threads: any.
  [[nodiscard]] std::vector<Work> Works() const;

 private:
  struct Member {
    orchestration::FleetCounts counts;
    std::function<orchestration::FleetOptions()> configured;
    std::unique_ptr<orchestration::ReservationClient> reservations;
    std::unique_ptr<orchestration::FleetKeeper> keeper;     // Where this process is a worker.
    std::unique_ptr<orchestration::RemoteFleet> elsewhere;  // Where stores are shared.
    storage::RedisSubscription news;
  };
  [[nodiscard]] static orchestration::FleetDoor& DoorOf(Member& member);
  void Keep(Member& member, orchestration::FleetOptions options,
            std::function<orchestration::FleetOptions()> configured);

  MakerStores& stores_;
  const FleetCrewParts parts_;
  const std::string holder_;
  mutable std::mutex mutex_;               // While `members_` grows, or is read by another thread.
  std::map<std::string, Member> members_;  // By the name of the fleet.
};

}  // namespace oofgg::servers
