#pragma once

#include <map>
#include <mutex>
#include <string>

#include "oofgg/clock.h"
#include "orchestration/fleet_lease_store.h"

namespace oofgg::storage {

/// Leases among the workers of one process: where there is one, it always has them. Threads: safe.
class MemoryFleetLeases final : public orchestration::FleetLeaseStore {
 public:
  explicit MemoryFleetLeases(const Clock& clock) : clock_(clock) {}

  StatusOr<bool> Hold(std::string_view fleet, std::string_view holder,
                      std::chrono::milliseconds lease) override;
  Status LetGo(std::string_view fleet, std::string_view holder) override;
  Status Tell(std::string_view fleet, std::string_view holder, std::string_view word) override;
  StatusOr<std::optional<std::string>> Word(std::string_view fleet) override;

 private:
  struct Lease {
    std::string holder;
    TimePoint until{};
    std::string word;
  };
  /// Of a fleet, if it runs; under the mutex.
  Lease* Running(std::string_view fleet);

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Lease, std::less<>> leases_;  // Guarded by mutex_.
};

}  // namespace oofgg::storage
