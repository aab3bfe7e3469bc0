#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/model/fleet.h"
#include "oofgg/status.h"

namespace oofgg::orchestration {

/// A fleet as those who ask for seats see it, whichever process works on it. What is told here is only a
/// hint to look: the truth is in the `RequestStore`. Threads: safe.
class FleetDoor {
 public:
  using OnListed = std::function<void(StatusOr<std::vector<GameServerInfo>>)>;

  virtual ~FleetDoor() = default;

  [[nodiscard]] virtual const std::string& name() const = 0;

  /// There is a new request, or the old ones should be looked at again.
  virtual void Wake() = 0;

  /// Seats were released in the store: their game servers are to let go of them.
  virtual void SeatsReleased() = 0;

  /// The same, because this game server denied them.
  virtual void SeatDenied(std::string_view server_id) = 0;

  /// An operator has ordered something of the fleet, or its configuration has changed: both are read again.
  /// Whoever passes no word on leaves it to the worker's look now and then.
  virtual void OrdersChanged() {}

  /// The servers as the worker of the fleet knows them. kUnavailable if there is none now.
  virtual void ListServers(OnListed on_listed) = 0;
};

}  // namespace oofgg::orchestration
