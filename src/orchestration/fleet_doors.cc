#include "orchestration/fleet_doors.h"

namespace oofgg::orchestration {

void FleetDoors::Add(FleetDoor& door) {
  const std::lock_guard lock(mutex_);
  const auto [found, fresh] = by_name_.try_emplace(door.name(), entries_.size());
  if (fresh) entries_.emplace_back();
  entries_[found->second] = {.door = &door};
}

void FleetDoors::Close(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) entries_[found->second].open = false;
}

StatusOr<FleetDoor*> FleetDoors::Find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return MakeStatus(StatusCode::kNotFound, "there is no such fleet");
  return entries_[found->second].door;
}

StatusOr<FleetDoor*> FleetDoors::FindOpen(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return MakeStatus(StatusCode::kNotFound, "there is no such fleet");
  const Entry& entry = entries_[found->second];
  if (entry.open) return entry.door;
  return MakeStatus(StatusCode::kNotFound, "there is no such fleet any more");
}

std::vector<FleetDoor*> FleetDoors::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<FleetDoor*> all;
  all.reserve(entries_.size());
  for (const Entry& entry : entries_) all.push_back(entry.door);
  return all;
}

}  // namespace oofgg::orchestration
