#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"

namespace oofgg::orchestration {

/// The life of a request for a seat. docs/maker.md has the picture.
enum class RequestState : std::uint8_t {
  kCreated = 0,     ///< In line.
  kInProgress = 1,  ///< Leased by a worker that takes seats for it.
  kDone = 2,        ///< Seated; the game server confirmed it.
  kFailed = 3,      ///< `error` says why. Asking again puts it in line anew.
  kOccupied = 4,    ///< Was done; leased by the API, which repairs its seat.
};

[[nodiscard]] std::string_view NameOf(RequestState state);

/// Whether one step may lead from `from` to `to`. Every store keeps to this table.
[[nodiscard]] bool CanMove(RequestState from, RequestState to);

/// A request is known by its fleet and an id that is the same whenever the same is asked again.
struct RequestKey {
  std::string fleet;
  std::string id;

  friend bool operator==(const RequestKey&, const RequestKey&) = default;
  friend auto operator<=>(const RequestKey&, const RequestKey&) = default;
};

/// The one seat of a client of the HTTP API, and the seats of a match: two kinds that never meet.
[[nodiscard]] RequestKey ClientKey(std::string_view fleet, std::string_view client_id);
[[nodiscard]] RequestKey MatchKey(std::string_view fleet, std::string_view match_id);

[[nodiscard]] bool IsClientKey(const RequestKey& key);

/// Where seats were taken.
struct SeatServer {
  std::string id;    ///< Empty: nowhere.
  std::string host;  ///< For players; empty: as the caller reached the maker.
  std::uint16_t port = 0;
  std::string control;  ///< `host:port` of the Reservation API.

  friend bool operator==(const SeatServer&, const SeatServer&) = default;
};

/// One row of the queue.
struct RequestRecord {
  RequestKey key;
  std::vector<std::string> players;  ///< Who needs a seat: all on one server, or none.
  RequestState state = RequestState::kCreated;
  std::uint64_t sequence = 0;  ///< Place in the fleet's line; smaller is earlier.
  std::uint64_t fence = 0;     ///< Of the newest lease; writes with an older one are refused.
  WallTime lease_until{};      ///< When kInProgress or kOccupied.
  WallTime deadline{};         ///< When kCreated: fails then.
  SeatServer server;           ///< While seats are held: for sure when kDone, perhaps before.
  std::string error;           ///< When kFailed.
  std::uint32_t failures = 0;  ///< Starts that failed in a row.

  friend bool operator==(const RequestRecord&, const RequestRecord&) = default;
};

/// The right to write to a leased request, until somebody else has leased it.
struct RequestLease {
  RequestKey key;
  std::uint64_t fence = 0;
};

[[nodiscard]] inline RequestLease LeaseOf(const RequestRecord& record) { return {record.key, record.fence}; }

/// The time for which one worker has a fleet. Each has a number larger than all before it; the store refuses
/// what a worker of an earlier one writes.
struct FleetTerm {
  std::string fleet;
  std::uint64_t number = 0;  ///< 0: before the first.
};

/// What the store knows of a server, whatever seats there are on it.
struct ServerMark {
  std::string id;
  bool closed = false;  ///< Nobody is seated on it any more.

  friend bool operator==(const ServerMark&, const ServerMark&) = default;
};

/// One seat that is held, or perhaps held, on a game server.
struct Seat {
  std::string player;
  RequestKey request;
  SeatServer server;
};

}  // namespace oofgg::orchestration
