#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/status.h"
#include "orchestration/fleet_door.h"

namespace oofgg::orchestration {

/// The doors of the fleets that somebody serves, by name. Fleets come, close and open again while others ask.
/// Threads: safe. Each door outlives this.
class FleetDoors {
 public:
  /// Open from now on, if it was closed too.
  void Add(FleetDoor& door);

  /// Nobody new is let in; who is in finds it all the same.
  void Close(std::string_view name);

  /// kNotFound.
  [[nodiscard]] StatusOr<FleetDoor*> Find(std::string_view name) const;

  /// The same for somebody new: kNotFound, too, if it is closed.
  [[nodiscard]] StatusOr<FleetDoor*> FindOpen(std::string_view name) const;

  [[nodiscard]] bool IsOpen(std::string_view name) const { return FindOpen(name).ok(); }

  /// In the order in which they came.
  [[nodiscard]] std::vector<FleetDoor*> All() const;

 private:
  struct Entry {
    FleetDoor* door = nullptr;
    bool open = true;
  };

  mutable std::mutex mutex_;  // Guards all below.
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
};

}  // namespace oofgg::orchestration
