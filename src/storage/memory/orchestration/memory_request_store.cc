#include "storage/memory/orchestration/memory_request_store.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace oofgg::storage {

using orchestration::NewRequest;
using orchestration::Seat;
using orchestration::SeatServer;
using orchestration::ServerMark;
using orchestration::Sweep;
using enum orchestration::RequestState;

namespace {

constexpr std::chrono::hours kRememberFailures{1};

Status NotYours() { return MakeStatus(StatusCode::kAborted, "the lease on the request is no longer yours"); }
Status LineIsFull() { return MakeStatus(StatusCode::kResourceExhausted, "the line for this fleet is full"); }
Status NotYourFleet() { return MakeStatus(StatusCode::kAborted, "another worker has taken the fleet over"); }
Status NoSuchRequest() { return MakeStatus(StatusCode::kNotFound, "there is no such request"); }

bool IsLeased(const orchestration::RequestRecord& record) {
  return record.state == kInProgress || record.state == kOccupied;
}

}  // namespace

MemoryRequestStore::Fleet& MemoryRequestStore::Of(std::string_view fleet) {
  const auto found = fleets_.find(fleet);
  return found != fleets_.end() ? found->second : fleets_[std::string(fleet)];
}

bool MemoryRequestStore::IsClosed(const Fleet& fleet, const std::string& server_id) {
  const auto found = fleet.servers.find(server_id);
  return found != fleet.servers.end() && found->second;
}

StatusOr<MemoryRequestStore::Fleet*> MemoryRequestStore::In(const FleetTerm& term) {
  Fleet& fleet = Of(term.fleet);
  if (fleet.term > term.number) return NotYourFleet();
  return &fleet;
}

void MemoryRequestStore::LeaveLine(Fleet& fleet, const RequestRecord& record) {
  fleet.line.erase(record.sequence);
  fleet.line_seats -= record.players.size();
}

void MemoryRequestStore::Move(Fleet& fleet, RequestRecord& record, orchestration::RequestState to) {
  assert(CanMove(record.state, to));
  if (record.state == kCreated) LeaveLine(fleet, record);
  if (to == kCreated) {
    fleet.line.emplace(record.sequence, record.key.id);
    fleet.line_seats += record.players.size();
  }
  record.state = to;
}

StatusOr<MemoryRequestStore::RequestRecord*> MemoryRequestStore::Leased(const RequestLease& lease,
                                                                        bool occupied_too) {
  Fleet& fleet = Of(lease.key.fleet);
  const auto found = fleet.requests.find(lease.key.id);
  if (found == fleet.requests.end()) return NoSuchRequest();
  RequestRecord& record = found->second;
  const bool held = record.state == kInProgress || (occupied_too && record.state == kOccupied);
  if (!held || record.fence != lease.fence) return NotYours();
  return &record;
}

bool MemoryRequestStore::HoldsSeats(const Fleet& fleet, const RequestRecord& record) {
  return std::any_of(record.players.begin(), record.players.end(), [&](const std::string& player) {
    const auto seat = fleet.seats.find(player);
    return seat != fleet.seats.end() && seat->second == record.key.id;
  });
}

void MemoryRequestStore::ReleaseSeat(Fleet& fleet, RequestRecord& record, const std::string& player) {
  const auto seat = fleet.seats.find(player);
  if (seat == fleet.seats.end() || seat->second != record.key.id) return;
  fleet.seats.erase(seat);
  fleet.released.emplace(record.server.id, player);
  const auto count = fleet.seats_of_server.find(record.server.id);
  if (--count->second == 0) fleet.seats_of_server.erase(count);
}

void MemoryRequestStore::ReleaseSeats(Fleet& fleet, RequestRecord& record) {
  for (const std::string& player : record.players) ReleaseSeat(fleet, record, player);
  record.server = {};
}

void MemoryRequestStore::TakeBack(Fleet& fleet, RequestRecord& record) {
  record.fence = ++fleet.last_fence;
  Move(fleet, record, record.state == kInProgress ? kCreated : kDone);
}

StatusOr<MemoryRequestStore::RequestRecord> MemoryRequestStore::Enqueue(const NewRequest& request) {
  const std::lock_guard lock(mutex_);
  Fleet& fleet = Of(request.key.fleet);
  const auto known = fleet.requests.find(request.key.id);
  const bool joins = known == fleet.requests.end() || known->second.state == kFailed;
  if (joins && request.prolong_only) return NoSuchRequest();
  if (joins && request.max_line != 0 && fleet.line.size() >= request.max_line) return LineIsFull();
  const auto [found, fresh] = fleet.requests.try_emplace(request.key.id);
  RequestRecord& record = found->second;
  if (fresh) {
    record.key = request.key;
    record.state = kFailed;  // Of nothing yet; the step into the line is the same.
  }
  if (record.state == kFailed) {
    record.players = request.players;
    record.sequence = ++fleet.last_sequence;
    record.deadline = request.deadline;
    record.error.clear();
    Move(fleet, record, kCreated);
  } else {
    record.deadline = std::max(record.deadline, request.deadline);
  }
  return record;
}

StatusOr<std::optional<MemoryRequestStore::RequestRecord>> MemoryRequestStore::Find(const RequestKey& key) {
  const std::lock_guard lock(mutex_);
  const Fleet& fleet = Of(key.fleet);
  const auto found = fleet.requests.find(key.id);
  if (found == fleet.requests.end()) return std::nullopt;
  return found->second;
}

bool MemoryRequestStore::SeatAtHand(const RequestKey& key, OnSeat on_seat) {
  const auto found = Find(key);
  const bool seated = *found && (*found)->state == kDone;
  on_seat(seated ? std::optional(SeatFound{(*found)->server, (*found)->deadline}) : std::nullopt);
  return true;
}

StatusOr<std::uint64_t> MemoryRequestStore::Position(const RequestKey& key) {
  const std::lock_guard lock(mutex_);
  const Fleet& fleet = Of(key.fleet);
  const auto found = fleet.requests.find(key.id);
  if (found == fleet.requests.end() || found->second.state != kCreated) return 0;
  const auto place = fleet.line.find(found->second.sequence);
  return static_cast<std::uint64_t>(std::distance(fleet.line.begin(), place)) + 1;
}

StatusOr<MemoryRequestStore::Line> MemoryRequestStore::Waiting(std::string_view fleet_name) {
  const std::lock_guard lock(mutex_);
  const Fleet& fleet = Of(fleet_name);
  return Line{fleet.line.size(), fleet.line_seats};
}

StatusOr<std::vector<MemoryRequestStore::RequestRecord>> MemoryRequestStore::LeaseOldest(
    const FleetTerm& term, std::size_t most, WallTime until) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(Fleet* const in, In(term));
  Fleet& fleet = *in;
  std::vector<RequestRecord> leased;
  while (leased.size() < most && !fleet.line.empty()) {
    RequestRecord& record = fleet.requests.at(fleet.line.begin()->second);
    Move(fleet, record, kInProgress);
    record.fence = ++fleet.last_fence;
    record.lease_until = until;
    leased.push_back(record);
  }
  return leased;
}

Status MemoryRequestStore::Renew(const RequestLease& lease, WallTime until) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(RequestRecord* const record, Leased(lease, /*occupied_too=*/true));
  record->lease_until = until;
  return absl::OkStatus();
}

Status MemoryRequestStore::TakeSeats(const RequestLease& lease, const SeatServer& server,
                                     std::uint32_t slots) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(RequestRecord* const record, Leased(lease, /*occupied_too=*/false));
  Fleet& fleet = Of(lease.key.fleet);
  std::vector<std::string> missing;
  for (const std::string& player : record->players) {
    const auto seat = fleet.seats.find(player);
    if (seat == fleet.seats.end()) {
      missing.push_back(player);
    } else if (seat->second != record->key.id || record->server.id != server.id) {
      return MakeStatus(StatusCode::kAlreadyExists, "a player of this request holds a seat elsewhere");
    }
  }
  const auto taken = fleet.seats_of_server.find(server.id);
  const std::size_t used = taken == fleet.seats_of_server.end() ? 0 : taken->second;
  if (IsClosed(fleet, server.id)) {
    return MakeStatus(StatusCode::kResourceExhausted, "the game server is about to be stopped");
  }
  if (slots != 0 && used + missing.size() > slots) {
    return MakeStatus(StatusCode::kResourceExhausted, "the game server has not enough free slots");
  }
  for (const std::string& player : missing) {
    fleet.seats.emplace(player, record->key.id);
    fleet.released.erase({server.id, player});
  }
  if (!missing.empty()) fleet.seats_of_server[server.id] = used + missing.size();
  record->server = server;
  return absl::OkStatus();
}

Status MemoryRequestStore::Complete(const RequestLease& lease) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(RequestRecord* const record, Leased(lease, /*occupied_too=*/false));
  Fleet& fleet = Of(lease.key.fleet);
  if (!HoldsSeats(fleet, *record)) {
    return MakeStatus(StatusCode::kFailedPrecondition, "the request holds no seats to confirm");
  }
  record->failures = 0;
  Move(fleet, *record, kDone);
  return absl::OkStatus();
}

Status MemoryRequestStore::Fail(const RequestLease& lease, std::string_view error, bool start_failed) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(RequestRecord* const record, Leased(lease, /*occupied_too=*/false));
  Fleet& fleet = Of(lease.key.fleet);
  ReleaseSeats(fleet, *record);
  record->error = std::string(error);
  if (start_failed) ++record->failures;
  Move(fleet, *record, kFailed);
  return absl::OkStatus();
}

Status MemoryRequestStore::GiveBack(const RequestLease& lease) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(RequestRecord* const record, Leased(lease, /*occupied_too=*/true));
  Fleet& fleet = Of(lease.key.fleet);
  ReleaseSeats(fleet, *record);
  Move(fleet, *record, kCreated);
  return absl::OkStatus();
}

StatusOr<MemoryRequestStore::RequestRecord> MemoryRequestStore::Occupy(const RequestKey& key,
                                                                       WallTime until) {
  const std::lock_guard lock(mutex_);
  Fleet& fleet = Of(key.fleet);
  const auto found = fleet.requests.find(key.id);
  if (found == fleet.requests.end()) return NoSuchRequest();
  RequestRecord& record = found->second;
  if (record.state != kDone) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "the request is not done, so there is nothing to repair");
  }
  Move(fleet, record, kOccupied);
  record.fence = ++fleet.last_fence;
  record.lease_until = until;
  return record;
}

Status MemoryRequestStore::Release(const RequestLease& lease) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(RequestRecord* const record, Leased(lease, /*occupied_too=*/true));
  if (record->state != kOccupied) return NotYours();
  Move(Of(lease.key.fleet), *record, kDone);
  return absl::OkStatus();
}

StatusOr<std::optional<MemoryRequestStore::RequestRecord>> MemoryRequestStore::Withdraw(
    const RequestKey& key) {
  const std::lock_guard lock(mutex_);
  Fleet& fleet = Of(key.fleet);
  const auto found = fleet.requests.find(key.id);
  if (found == fleet.requests.end()) return std::nullopt;
  const RequestRecord removed = found->second;
  ReleaseSeats(fleet, found->second);
  if (removed.state == kCreated) LeaveLine(fleet, removed);
  fleet.requests.erase(found);
  return removed;
}

Status MemoryRequestStore::ForgiveFailures(const RequestKey& key) {
  const std::lock_guard lock(mutex_);
  Fleet& fleet = Of(key.fleet);
  const auto found = fleet.requests.find(key.id);
  if (found == fleet.requests.end()) return NoSuchRequest();
  found->second.failures = 0;
  return absl::OkStatus();
}

StatusOr<std::vector<Seat>> MemoryRequestStore::Seats(std::string_view fleet_name) {
  const std::lock_guard lock(mutex_);
  const Fleet& fleet = Of(fleet_name);
  std::vector<Seat> seats;
  for (const auto& [player, id] : fleet.seats) {
    const RequestRecord& record = fleet.requests.at(id);
    seats.push_back({player, record.key, record.server});
  }
  return seats;
}

StatusOr<std::vector<Seat>> MemoryRequestStore::Released(std::string_view fleet_name) {
  const std::lock_guard lock(mutex_);
  std::vector<Seat> seats;
  for (const auto& [server_id, player] : Of(fleet_name).released) {
    Seat seat;
    seat.player = player;
    seat.server.id = server_id;
    seats.push_back(std::move(seat));
  }
  return seats;
}

Status MemoryRequestStore::Forget(const FleetTerm& term, std::string_view server_id,
                                  std::string_view player) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(Fleet* const fleet, In(term));
  fleet->released.erase({std::string(server_id), std::string(player)});
  return absl::OkStatus();
}

StatusOr<std::vector<MemoryRequestStore::RequestRecord>> MemoryRequestStore::FreeSeats(
    const FleetTerm& term, std::string_view server_id, const std::vector<std::string>& players,
    std::string_view reason) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(Fleet* const in, In(term));
  Fleet& fleet = *in;
  std::vector<RequestRecord> failed;
  for (const std::string& player : players) {
    const auto seat = fleet.seats.find(player);
    if (seat == fleet.seats.end()) continue;
    RequestRecord& record = fleet.requests.at(seat->second);
    if (record.state != kDone || record.server.id != server_id) continue;
    ReleaseSeat(fleet, record, player);
    if (HoldsSeats(fleet, record)) continue;
    record.server = {};
    record.error = std::string(reason);
    Move(fleet, record, kFailed);
    failed.push_back(record);
  }
  return failed;
}

Status MemoryRequestStore::CloseServer(const FleetTerm& term, std::string_view server_id, Closing how) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(Fleet* const in, In(term));
  Fleet& fleet = *in;
  const std::string id(server_id);
  if (how == Closing::kIfEmpty && fleet.seats_of_server.contains(id) && !IsClosed(fleet, id)) {
    return MakeStatus(StatusCode::kFailedPrecondition, "there are seats on the game server");
  }
  fleet.servers[id] = true;
  return absl::OkStatus();
}

Status MemoryRequestStore::MarkServer(const FleetTerm& term, std::string_view server_id) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(Fleet* const fleet, In(term));
  fleet->servers.try_emplace(std::string(server_id), false);
  return absl::OkStatus();
}

StatusOr<std::vector<ServerMark>> MemoryRequestStore::MarkedServers(std::string_view fleet) {
  const std::lock_guard lock(mutex_);
  std::vector<ServerMark> marks;
  for (const auto& [id, closed] : Of(fleet).servers) marks.push_back({id, closed});
  return marks;
}

StatusOr<std::vector<MemoryRequestStore::RequestRecord>> MemoryRequestStore::DropServer(
    const FleetTerm& term, std::string_view server_id, std::string_view reason) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(Fleet* const in, In(term));
  Fleet& fleet = *in;
  std::vector<RequestRecord> failed;
  for (auto& [id, record] : fleet.requests) {
    if (record.server.id != server_id) continue;
    ReleaseSeats(fleet, record);
    if (record.state != kDone && record.state != kOccupied) continue;
    record.error = std::string(reason);
    Move(fleet, record, kFailed);
    failed.push_back(record);
  }
  fleet.servers.erase(std::string(server_id));
  std::erase_if(fleet.released, [&](const auto& released) { return released.first == server_id; });
  return failed;
}

StatusOr<Sweep> MemoryRequestStore::SweepLapsed(const FleetTerm& term, WallTime now) {
  const std::lock_guard lock(mutex_);
  OOFGG_ASSIGN_OR_RETURN(Fleet* const in, In(term));
  Fleet& fleet = *in;
  Sweep sweep;
  const auto consider = [&sweep](WallTime when) { sweep.next = std::min(sweep.next.value_or(when), when); };
  for (auto next = fleet.requests.begin(); next != fleet.requests.end();) {
    RequestRecord& record = next->second;
    if (record.state == kFailed && record.deadline + kRememberFailures <= now) {
      next = fleet.requests.erase(next);
      continue;
    }
    ++next;
    bool changed = false;
    if (IsLeased(record) && record.lease_until <= now) {
      TakeBack(fleet, record);
      changed = true;
    }
    if (record.state == kCreated && record.deadline <= now) {
      ReleaseSeats(fleet, record);
      record.error = std::string(orchestration::kOverdue);
      Move(fleet, record, kFailed);
      changed = true;
    }
    if (changed) sweep.changed.push_back(record);
    if (IsLeased(record)) consider(record.lease_until);
    if (record.state == kCreated) consider(record.deadline);
  }
  return sweep;
}

StatusOr<MemoryRequestStore::FleetTerm> MemoryRequestStore::TakeOver(std::string_view fleet_name,
                                                                     std::string_view /*holder*/) {
  const std::lock_guard lock(mutex_);
  Fleet& fleet = Of(fleet_name);
  for (auto& [id, record] : fleet.requests) {
    if (IsLeased(record)) TakeBack(fleet, record);
  }
  fleet.term = ++fleet.last_fence;
  return FleetTerm{std::string(fleet_name), fleet.term};
}

}  // namespace oofgg::storage
