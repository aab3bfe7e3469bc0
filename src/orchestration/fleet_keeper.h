#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/log.h"
#include "orchestration/call_gate.h"
#include "orchestration/fleet.h"
#include "orchestration/fleet_door.h"
#include "orchestration/fleet_lease_store.h"

namespace oofgg::orchestration {

struct FleetKeeperOptions {
  std::string holder;                     ///< Names this worker among all; new at each start.
  std::chrono::milliseconds lease{3000};  ///< Of the fleet; asked for anew after each third of it.
  bool shared = false;                    ///< Others may ask about it: its servers are told in the store.
};

/// One of the workers of a fleet: the one that has its lease runs it, the others stand by. Who loses the
/// lease, or was paused for longer than it lasts, does nothing more to the fleet and stands by as well. A
/// fleet that could not begin, because the backend or the store is away, begins at a later turn.
///
/// Threads: safe. Lifetime: `parts`, `leases` and `executor` must outlive it; its end lets go of the lease
/// and leaves the servers running.
class FleetKeeper final : public FleetDoor {
 public:
  /// `executor` runs turns, one at a time, and is another than the fleet's own.
  FleetKeeper(FleetOptions fleet, FleetParts parts, FleetLeaseStore& leases, Executor& executor,
              FleetKeeperOptions options, Fleet::OnChange on_change);
  ~FleetKeeper() override;
  FleetKeeper(const FleetKeeper&) = delete;
  FleetKeeper& operator=(const FleetKeeper&) = delete;

  /// Takes the fleet, or stands by for it; until it closes and is over. Again: if it opened again.
  void Start();

  /// The lease was let go: no need to wait for the next turn.
  void LeaseFree();

  /// Whether this worker has the fleet now.
  [[nodiscard]] bool HasIt() const { return Current() != nullptr; }

  [[nodiscard]] const std::string& name() const override { return fleet_options_.name; }
  void Wake() override;
  void SeatsReleased() override;
  void SeatDenied(std::string_view server_id) override;
  void OrdersChanged() override;
  void ListServers(OnListed on_listed) override;

 private:
  /// The time for which this worker has the fleet without a break; known to all tasks of that time.
  struct Term {
    std::atomic<TimePoint> until{};
  };

  void Post(Task task);
  void Turn();
  void Begin(TimePoint until);
  void End(std::string_view why);
  void Over();
  void Tell(const std::vector<GameServerInfo>& servers);
  [[nodiscard]] std::shared_ptr<Fleet> Current() const;
  void Say(LogLevel level, std::string_view message) const;

  const FleetOptions fleet_options_;
  const FleetParts parts_;
  FleetLeaseStore& leases_;
  Executor& executor_;
  const FleetKeeperOptions options_;
  const Fleet::OnChange on_change_;
  const std::shared_ptr<CallGate> gate_ = std::make_shared<CallGate>();

  // Of the turns.
  bool takes_part_ = false;
  std::shared_ptr<Term> term_;
  std::string told_;
  ScopedTimer timer_;

  mutable std::mutex mutex_;
  std::shared_ptr<Fleet> fleet_;  // Guarded by mutex_; there while there is a term.
};

}  // namespace oofgg::orchestration
