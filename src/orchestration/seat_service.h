#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/executor.h"
#include "oofgg/status.h"
#include "orchestration/call_gate.h"
#include "orchestration/fleet_doors.h"
#include "orchestration/request_store.h"
#include "orchestration/request_waiters.h"

namespace oofgg::orchestration {

struct SeatServiceOptions {
  std::chrono::milliseconds patience{60'000};  ///< How long a match waits for its seats.
  std::string public_host = "127.0.0.1";       ///< Put where a server's address has no host of its own.
};

struct ReservedSeats {
  std::string server_id;
  std::string address;  ///< `host:port` for players.
};

/// Seats for a whole match: all players on one game server, or none.
///
/// Durable and idempotent by match id: after a crash, asking again for the same match gives the same seats,
/// or carries on where it was. Threads: safe; methods write to the store.
class SeatService {
 public:
  using OnReserved = std::function<void(StatusOr<ReservedSeats>)>;

  SeatService(const Clock& clock, RequestStore& store, RequestWaiters& waiters,
              SeatServiceOptions options = {})
      : clock_(clock), store_(store), waiters_(waiters), options_(std::move(options)) {}

  /// Waits for callbacks that run; none runs afterwards.
  ~SeatService() { gate_->Close(); }
  SeatService(const SeatService&) = delete;
  SeatService& operator=(const SeatService&) = delete;

  /// Serves this fleet too, or again. `fleet` must outlive the service.
  void AddFleet(FleetDoor& fleet) { fleets_.Add(fleet); }

  /// Reserves nothing on it any more: kNotFound. What is reserved may be released.
  void CloseFleet(std::string_view name) { fleets_.Close(name); }

  /// Reserves a seat for each of `players`. `done` runs once, inside the call or on the waiters' executor.
  /// Errors: kInvalidArgument (players, match id), kNotFound (fleet), kUnavailable (no server could be had;
  /// the message says why), kDeadlineExceeded (none was free in time).
  void ReserveGroup(std::string_view fleet, std::string_view match_id, std::vector<std::string> players,
                    const OnReserved& done);

  /// Gives the seats of a match up. Idempotent.
  [[nodiscard]] Status ReleaseGroup(std::string_view fleet, std::string_view match_id);

 private:
  void Await(const RequestKey& key, TimePoint until, const OnReserved& done);
  void Conclude(const RequestKey& key, TimePoint until, const OnReserved& done);
  [[nodiscard]] bool IsOpen(const RequestKey& key) const;

  const Clock& clock_;
  RequestStore& store_;
  RequestWaiters& waiters_;
  const SeatServiceOptions options_;
  FleetDoors fleets_;
  const std::shared_ptr<CallGate> gate_ = std::make_shared<CallGate>();
};

}  // namespace oofgg::orchestration
