#include "storage/memory/orchestration/memory_fleet_leases.h"

namespace oofgg::storage {

MemoryFleetLeases::Lease* MemoryFleetLeases::Running(std::string_view fleet) {
  const auto found = leases_.find(fleet);
  if (found == leases_.end() || found->second.until <= clock_.Now()) return nullptr;
  return &found->second;
}

StatusOr<bool> MemoryFleetLeases::Hold(std::string_view fleet, std::string_view holder,
                                       std::chrono::milliseconds lease) {
  const std::lock_guard lock(mutex_);
  Lease* running = Running(fleet);
  if (running != nullptr && running->holder != holder) return false;
  if (running == nullptr) {
    running = &leases_[std::string(fleet)];
    *running = {.holder = std::string(holder), .word = {}};
  }
  running->until = DeadlineAfter(clock_.Now(), lease);
  return true;
}

Status MemoryFleetLeases::LetGo(std::string_view fleet, std::string_view holder) {
  const std::lock_guard lock(mutex_);
  const Lease* running = Running(fleet);
  if (running != nullptr && running->holder == holder) leases_.erase(leases_.find(fleet));
  return absl::OkStatus();
}

Status MemoryFleetLeases::Tell(std::string_view fleet, std::string_view holder, std::string_view word) {
  const std::lock_guard lock(mutex_);
  Lease* running = Running(fleet);
  if (running != nullptr && running->holder == holder) running->word = word;
  return absl::OkStatus();
}

StatusOr<std::optional<std::string>> MemoryFleetLeases::Word(std::string_view fleet) {
  const std::lock_guard lock(mutex_);
  const Lease* running = Running(fleet);
  if (running == nullptr) return std::nullopt;
  return running->word;
}

}  // namespace oofgg::storage
