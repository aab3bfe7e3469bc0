#pragma once

#include <absl/functional/any_invocable.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/status.h"
#include "orchestration/request.h"

namespace oofgg::orchestration {

struct NewRequest {
  RequestKey key;
  std::vector<std::string> players;  ///< At least one; none twice.
  WallTime deadline{};
  std::size_t max_line = 0;   ///< Only if fewer of the fleet are in line; 0: however many are.
  bool prolong_only = false;  ///< Joins no line: kNotFound where nothing was asked for, or it has failed.
};

/// What a sweep did, and when there is something to sweep next.
struct Sweep {
  std::vector<RequestRecord> changed;  ///< As they are now.
  std::optional<WallTime> next;
};

/// The durable queue of requests, with the seats that were taken for them.
///
/// A worker leases requests, oldest first, takes seats, and completes, fails or gives back. Each lease has
/// a fence, larger than all before it in the fleet, those of withdrawn requests included; every write of the
/// worker carries it, and is refused (kAborted) once somebody else has leased the request: so a worker that
/// was paused for longer than its lease does no harm. What it writes on the fleet as a whole carries its term
/// and is refused (kAborted) once another worker has taken the fleet over. Seats are kept here too, one a
/// player and fleet, so that nobody can be given two. A seat that is released here may still be held by the
/// game server: it is remembered as such until `Forget`, so that no crash leaves a slot taken for ever.
///
/// Threads: safe. Each call is atomic, and durable (if the store is) when it returns.
/// Errors: kAborted (the lease, or the fleet, is no longer yours), kNotFound (the request was withdrawn),
/// kUnavailable (the store cannot be reached or written; nothing happened).
class RequestStore {
 public:
  virtual ~RequestStore() = default;

  /// Asks for seats. Idempotent: what has not failed stays what and where it is and gets the later deadline;
  /// only a failed request goes to the end of the line, with its count of failures. kResourceExhausted if it
  /// would join a line of `max_line`.
  virtual StatusOr<RequestRecord> Enqueue(const NewRequest& request) = 0;

  virtual StatusOr<std::optional<RequestRecord>> Find(const RequestKey& key) = 0;

  /// Where a done request has its seats, for threads that must not wait: `on_seat` runs inside the call or on
  /// a thread of the store's, with what `Find` would have said then; nothing unless it is done. False: this
  /// cannot be told without waiting, and `on_seat` does not run; `Find` can tell.
  struct SeatFound {
    SeatServer server;
    WallTime deadline{};  ///< Of the request.
  };
  using OnSeat = absl::AnyInvocable<void(StatusOr<std::optional<SeatFound>>)>;
  [[nodiscard]] virtual bool SeatAtHand(const RequestKey& key, OnSeat on_seat) = 0;

  /// How many are in line before it, plus one; 0 unless it is in line.
  virtual StatusOr<std::uint64_t> Position(const RequestKey& key) = 0;

  /// How many requests, and seats for them, are in line (kCreated).
  struct Line {
    std::size_t requests = 0;
    std::size_t seats = 0;
  };
  virtual StatusOr<Line> Waiting(std::string_view fleet) = 0;

  /// Leases the `most` oldest in line: kCreated → kInProgress. A record may still hold seats, from a worker
  /// that died; then `server` says where they may be.
  virtual StatusOr<std::vector<RequestRecord>> LeaseOldest(const FleetTerm& term, std::size_t most,
                                                           WallTime until) = 0;

  /// Prolongs a lease (kInProgress or kOccupied).
  virtual Status Renew(const RequestLease& lease, WallTime until) = 0;

  /// Takes a seat on `server` for each player of the request (kInProgress), or none. `slots` is the server's
  /// capacity, 0 if unknown. Errors besides the usual: kResourceExhausted (not enough left, or closed),
  /// kAlreadyExists (a player holds a seat for another request, or this request holds some elsewhere).
  virtual Status TakeSeats(const RequestLease& lease, const SeatServer& server, std::uint32_t slots) = 0;

  /// The game server confirmed: kInProgress → kDone. kFailedPrecondition without seats.
  virtual Status Complete(const RequestLease& lease) = 0;

  /// kInProgress → kFailed, seats released. `start_failed` counts a start that failed.
  virtual Status Fail(const RequestLease& lease, std::string_view error, bool start_failed) = 0;

  /// kInProgress or kOccupied → kCreated, seats released, in its old place.
  virtual Status GiveBack(const RequestLease& lease) = 0;

  /// The API leases a done request to repair it: kDone → kOccupied. kFailedPrecondition in any other state.
  virtual StatusOr<RequestRecord> Occupy(const RequestKey& key, WallTime until) = 0;

  /// Repaired: kOccupied → kDone.
  virtual Status Release(const RequestLease& lease) = 0;

  /// Removes it with its seats; returns what was removed, if anything was.
  virtual StatusOr<std::optional<RequestRecord>> Withdraw(const RequestKey& key) = 0;

  /// Forgets the failures of a request, so that they are counted from zero.
  virtual Status ForgiveFailures(const RequestKey& key) = 0;

  /// All seats of a fleet.
  virtual StatusOr<std::vector<Seat>> Seats(std::string_view fleet) = 0;

  /// Seats of the fleet that were released here, by whatever call, and that their game servers may still
  /// hold. Only `player` and `server.id` are set.
  virtual StatusOr<std::vector<Seat>> Released(std::string_view fleet) = 0;

  /// The game server no longer holds a released seat.
  virtual Status Forget(const FleetTerm& term, std::string_view server_id, std::string_view player) = 0;

  /// These players no longer hold seats on the server. A done request that lost its last seat fails with
  /// `reason` and is returned; seats of requests in any other state are left alone.
  virtual StatusOr<std::vector<RequestRecord>> FreeSeats(const FleetTerm& term, std::string_view server_id,
                                                         const std::vector<std::string>& players,
                                                         std::string_view reason) = 0;

  /// The server is about to be started: it is known to be the fleet's, even if nobody hears of it again.
  virtual Status MarkServer(const FleetTerm& term, std::string_view server_id) = 0;

  /// The server is about to be stopped: from now on nobody is seated on it. With `kIfEmpty`
  /// kFailedPrecondition while seats are held there, unless it is closed already. Idempotent.
  enum class Closing { kIfEmpty, kAnyhow };
  virtual Status CloseServer(const FleetTerm& term, std::string_view server_id, Closing how) = 0;

  /// Those that were marked or closed, until they are dropped; by id.
  virtual StatusOr<std::vector<ServerMark>> MarkedServers(std::string_view fleet) = 0;

  /// The server is gone, with all its seats, released ones included: kDone and kOccupied → kFailed with
  /// `reason`, returned.
  virtual StatusOr<std::vector<RequestRecord>> DropServer(const FleetTerm& term, std::string_view server_id,
                                                          std::string_view reason) = 0;

  /// Takes leases that lapsed by `now` back (kInProgress → kCreated and kOccupied → kDone, seats kept,
  /// fence moved on), fails what is overdue in line, and forgets failures whose deadline is an hour past.
  virtual StatusOr<Sweep> SweepLapsed(const FleetTerm& term, WallTime now) = 0;

  /// Begins a term of `holder`, the only worker of the fleet from now on: as if every lease of a request had
  /// lapsed. Where the store knows who has the fleet's lease (fleet_lease_store.h), kAborted for anybody
  /// else.
  virtual StatusOr<FleetTerm> TakeOver(std::string_view fleet, std::string_view holder) = 0;
};

/// Why an overdue request failed.
inline constexpr std::string_view kOverdue = "no game server was free in time; ask again";

}  // namespace oofgg::orchestration
