#include "storage/sqlite/orchestration/sqlite_request_store.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <limits>
#include <utility>

#include "storage/sqlite/orchestration/request_rows.h"

namespace oofgg::storage {
namespace {

using orchestration::FleetTerm;
using orchestration::NewRequest;
using orchestration::RequestLease;
using orchestration::RequestRecord;
using orchestration::RequestState;
using orchestration::Seat;
using orchestration::SeatServer;
using orchestration::ServerMark;
using orchestration::Sweep;
using enum orchestration::RequestState;

constexpr std::array<std::string_view, 3> kMigrations = {R"sql(
  CREATE TABLE maker_requests (
    fleet TEXT NOT NULL, id TEXT NOT NULL, players BLOB NOT NULL, state INTEGER NOT NULL,
    sequence INTEGER NOT NULL, fence INTEGER NOT NULL, lease_until INTEGER NOT NULL, deadline INTEGER NOT NULL,
    server_id TEXT NOT NULL, server_host TEXT NOT NULL, server_port INTEGER NOT NULL,
    server_control TEXT NOT NULL, error TEXT NOT NULL, failures INTEGER NOT NULL,
    PRIMARY KEY (fleet, id)) WITHOUT ROWID;
  CREATE INDEX maker_requests_line ON maker_requests (fleet, state, sequence);
  CREATE INDEX maker_requests_sequence ON maker_requests (fleet, sequence);
  CREATE INDEX maker_requests_server ON maker_requests (fleet, server_id) WHERE server_id <> '';
  CREATE TABLE maker_seats (
    fleet TEXT NOT NULL, player TEXT NOT NULL, request_id TEXT NOT NULL, server_id TEXT NOT NULL,
    PRIMARY KEY (fleet, player)) WITHOUT ROWID;
  CREATE INDEX maker_seats_server ON maker_seats (fleet, server_id);
  CREATE INDEX maker_seats_request ON maker_seats (fleet, request_id);
  CREATE TABLE maker_released (
    fleet TEXT NOT NULL, server_id TEXT NOT NULL, player TEXT NOT NULL,
    PRIMARY KEY (fleet, server_id, player)) WITHOUT ROWID;
)sql",
                                                         R"sql(
  -- The last fence of each fleet: it goes on when the rows that had one are gone.
  CREATE TABLE maker_fences (fleet TEXT NOT NULL PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO maker_fences (fleet, last) SELECT fleet, max(fence) FROM maker_requests GROUP BY fleet;
  -- How many `players` (`5:alice3:bob`) there are, so that the line is counted without being read.
  ALTER TABLE maker_requests ADD COLUMN seats INTEGER NOT NULL DEFAULT 1;
  UPDATE maker_requests SET seats = (
    WITH RECURSIVE rest (tail) AS (
      SELECT maker_requests.players
      UNION ALL
      SELECT substr(tail, instr(tail, x'3a') + 1 + CAST(tail AS INTEGER)) FROM rest WHERE instr(tail, x'3a') > 0)
    SELECT count(*) - 1 FROM rest);
  CREATE INDEX maker_requests_waiting ON maker_requests (fleet, seats) WHERE state = 0;
)sql",
                                                         R"sql(
  -- The term of each fleet's worker is one of its fences.
  ALTER TABLE maker_fences ADD COLUMN term INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE maker_servers (
    fleet TEXT NOT NULL, server_id TEXT NOT NULL, closed INTEGER NOT NULL,
    PRIMARY KEY (fleet, server_id)) WITHOUT ROWID;
)sql"};

constexpr std::chrono::hours kRememberFailures{1};
constexpr std::size_t kAll = std::numeric_limits<std::int32_t>::max();

Status NotYours() { return MakeStatus(StatusCode::kAborted, "the lease on the request is no longer yours"); }
Status LineIsFull() { return MakeStatus(StatusCode::kResourceExhausted, "the line for this fleet is full"); }
Status NoSuchRequest() { return MakeStatus(StatusCode::kNotFound, "there is no such request"); }

Status CheckTerm(RequestRows& rows, const FleetTerm& term) {
  OOFGG_ASSIGN_OR_RETURN(const std::uint64_t newest, rows.Term(term.fleet));
  if (newest <= term.number) return absl::OkStatus();
  return MakeStatus(StatusCode::kAborted, "another worker has taken the fleet over");
}

void Move(RequestRecord& record, RequestState to) {
  assert(CanMove(record.state, to));
  record.state = to;
}

StatusOr<RequestRecord> Leased(RequestRows& rows, const RequestLease& lease, bool occupied_too) {
  OOFGG_ASSIGN_OR_RETURN(auto record, rows.Find(lease.key));
  if (!record) return NoSuchRequest();
  const bool held = record->state == kInProgress || (occupied_too && record->state == kOccupied);
  if (!held || record->fence != lease.fence) return NotYours();
  return *std::move(record);
}

/// Takes a leased request back from whoever held it.
Status TakeBack(RequestRows& rows, RequestRecord& record) {
  OOFGG_ASSIGN_OR_RETURN(record.fence, rows.NextFence(record.key.fleet));
  Move(record, record.state == kInProgress ? kCreated : kDone);
  return rows.Save(record);
}

Status FailWith(RequestRows& rows, RequestRecord& record, std::string_view error) {
  OOFGG_RETURN_IF_ERROR(rows.ReleaseSeats(record));
  record.error = std::string(error);
  Move(record, kFailed);
  return rows.Save(record);
}

}  // namespace

StatusOr<std::unique_ptr<SqliteRequestStore>> SqliteRequestStore::Make(Database& database) {
  OOFGG_RETURN_IF_ERROR(database.Migrate("maker_requests", kMigrations));
  return std::unique_ptr<SqliteRequestStore>(new SqliteRequestStore(database));
}

StatusOr<RequestRecord> SqliteRequestStore::Enqueue(const NewRequest& request) {
  RequestRecord result;
  const Status status = database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_ASSIGN_OR_RETURN(auto found, rows.Find(request.key));
    RequestRecord record;
    if (found) {
      record = *std::move(found);
    } else {
      record.key = request.key;
      record.state = kFailed;  // Of nothing yet; the step into the line is the same.
    }
    if (record.state == kFailed) {
      if (request.prolong_only) return NoSuchRequest();
      if (request.max_line != 0) {
        OOFGG_ASSIGN_OR_RETURN(const Line line, rows.CountLine(request.key.fleet));
        if (line.requests >= request.max_line) return LineIsFull();
      }
      record.players = request.players;
      OOFGG_ASSIGN_OR_RETURN(record.sequence, rows.NextSequence(request.key.fleet));
      record.deadline = request.deadline;
      record.error.clear();
      Move(record, kCreated);
      OOFGG_RETURN_IF_ERROR(rows.Save(record));
    } else if (record.deadline < request.deadline) {
      record.deadline = request.deadline;
      OOFGG_RETURN_IF_ERROR(rows.Save(record));
    }
    result = std::move(record);
    return absl::OkStatus();
  });
  known_seats_.Forget(request.key);
  OOFGG_RETURN_IF_ERROR(status);
  return result;
}

StatusOr<std::optional<RequestRecord>> SqliteRequestStore::Find(const RequestKey& key) {
  std::optional<RequestRecord> result;
  const KnownSeats::Reading reading = known_seats_.BeginToRead(key);
  const Status status = database_.Read([&](Connection& connection) -> Status {
    OOFGG_ASSIGN_OR_RETURN(result, RequestRows(connection).Find(key));
    return absl::OkStatus();
  });
  OOFGG_RETURN_IF_ERROR(status);
  if (result && result->state == kDone) known_seats_.Learn(reading, key, {result->server, result->deadline});
  return result;
}

bool SqliteRequestStore::SeatAtHand(const RequestKey& key, OnSeat on_seat) {
  auto seat = known_seats_.Find(key);
  if (!seat) return false;
  on_seat(std::move(seat));
  return true;
}

StatusOr<std::uint64_t> SqliteRequestStore::Position(const RequestKey& key) {
  std::uint64_t position = 0;
  const Status status = database_.Read([&](Connection& connection) -> Status {
    OOFGG_ASSIGN_OR_RETURN(const auto record, RequestRows(connection).Find(key));
    if (!record || record->state != kCreated) return absl::OkStatus();
    auto count = connection.Prepare(
        "SELECT count(*) FROM maker_requests WHERE fleet = ? AND state = 0 AND sequence <= ?");
    count.Bind(1, std::string_view(key.fleet)).Bind(2, record->sequence);
    OOFGG_RETURN_IF_ERROR(count.Step().status());
    position = static_cast<std::uint64_t>(count.Int(0));
    return absl::OkStatus();
  });
  OOFGG_RETURN_IF_ERROR(status);
  return position;
}

StatusOr<SqliteRequestStore::Line> SqliteRequestStore::Waiting(std::string_view fleet) {
  Line line;
  const Status status = database_.Read([&](Connection& connection) -> Status {
    OOFGG_ASSIGN_OR_RETURN(line, RequestRows(connection).CountLine(fleet));
    return absl::OkStatus();
  });
  OOFGG_RETURN_IF_ERROR(status);
  return line;
}

StatusOr<std::vector<RequestRecord>> SqliteRequestStore::LeaseOldest(const FleetTerm& term, std::size_t most,
                                                                     WallTime until) {
  std::vector<RequestRecord> leased;
  const Status status = database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_RETURN_IF_ERROR(CheckTerm(rows, term));
    OOFGG_ASSIGN_OR_RETURN(leased, rows.InState(term.fleet, kCreated, (std::min)(most, kAll)));
    for (RequestRecord& record : leased) {
      Move(record, kInProgress);
      OOFGG_ASSIGN_OR_RETURN(record.fence, rows.NextFence(term.fleet));
      record.lease_until = until;
      OOFGG_RETURN_IF_ERROR(rows.Save(record));
    }
    return absl::OkStatus();
  });
  OOFGG_RETURN_IF_ERROR(status);
  return leased;
}

Status SqliteRequestStore::Renew(const RequestLease& lease, WallTime until) {
  return database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_ASSIGN_OR_RETURN(auto record, Leased(rows, lease, /*occupied_too=*/true));
    record.lease_until = until;
    return rows.Save(record);
  });
}

Status SqliteRequestStore::TakeSeats(const RequestLease& lease, const SeatServer& server,
                                     std::uint32_t slots) {
  return database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_ASSIGN_OR_RETURN(auto record, Leased(rows, lease, /*occupied_too=*/false));
    std::vector<std::string> missing;
    for (const std::string& player : record.players) {
      OOFGG_ASSIGN_OR_RETURN(const std::string holder, rows.SeatHolder(record.key.fleet, player));
      if (holder.empty()) {
        missing.push_back(player);
      } else if (holder != record.key.id || record.server.id != server.id) {
        return MakeStatus(StatusCode::kAlreadyExists, "a player of this request holds a seat elsewhere");
      }
    }
    OOFGG_ASSIGN_OR_RETURN(const bool closed, rows.IsClosed(record.key.fleet, server.id));
    if (closed) return MakeStatus(StatusCode::kResourceExhausted, "the game server is about to be stopped");
    OOFGG_ASSIGN_OR_RETURN(const std::int64_t used, rows.SeatsOnServer(record.key.fleet, server.id));
    if (slots != 0 && static_cast<std::size_t>(used) + missing.size() > slots) {
      return MakeStatus(StatusCode::kResourceExhausted, "the game server has not enough free slots");
    }
    record.server = server;
    for (const std::string& player : missing) OOFGG_RETURN_IF_ERROR(rows.AddSeat(record, player));
    return rows.Save(record);
  });
}

Status SqliteRequestStore::Complete(const RequestLease& lease) {
  return database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_ASSIGN_OR_RETURN(auto record, Leased(rows, lease, /*occupied_too=*/false));
    OOFGG_ASSIGN_OR_RETURN(const bool seated, rows.HoldsSeats(record));
    if (!seated) return MakeStatus(StatusCode::kFailedPrecondition, "the request holds no seats to confirm");
    record.failures = 0;
    Move(record, kDone);
    return rows.Save(record);
  });
}

Status SqliteRequestStore::Fail(const RequestLease& lease, std::string_view error, bool start_failed) {
  return database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_ASSIGN_OR_RETURN(auto record, Leased(rows, lease, /*occupied_too=*/false));
    if (start_failed) ++record.failures;
    return FailWith(rows, record, error);
  });
}

Status SqliteRequestStore::GiveBack(const RequestLease& lease) {
  return database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_ASSIGN_OR_RETURN(auto record, Leased(rows, lease, /*occupied_too=*/true));
    OOFGG_RETURN_IF_ERROR(rows.ReleaseSeats(record));
    Move(record, kCreated);
    return rows.Save(record);
  });
}

StatusOr<RequestRecord> SqliteRequestStore::Occupy(const RequestKey& key, WallTime until) {
  RequestRecord result;
  const Status status = database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_ASSIGN_OR_RETURN(auto record, rows.Find(key));
    if (!record) return NoSuchRequest();
    if (record->state != kDone) {
      return MakeStatus(StatusCode::kFailedPrecondition,
                        "the request is not done, so there is nothing to repair");
    }
    Move(*record, kOccupied);
    OOFGG_ASSIGN_OR_RETURN(record->fence, rows.NextFence(key.fleet));
    record->lease_until = until;
    result = *record;
    return rows.Save(result);
  });
  known_seats_.Forget(key);
  OOFGG_RETURN_IF_ERROR(status);
  return result;
}

Status SqliteRequestStore::Release(const RequestLease& lease) {
  return database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_ASSIGN_OR_RETURN(auto record, Leased(rows, lease, /*occupied_too=*/true));
    if (record.state != kOccupied) return NotYours();
    Move(record, kDone);
    return rows.Save(record);
  });
}

StatusOr<std::optional<RequestRecord>> SqliteRequestStore::Withdraw(const RequestKey& key) {
  std::optional<RequestRecord> removed;
  const Status status = database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_ASSIGN_OR_RETURN(removed, rows.Find(key));
    if (!removed) return absl::OkStatus();
    RequestRecord record = *removed;
    OOFGG_RETURN_IF_ERROR(rows.ReleaseSeats(record));
    return rows.Erase(key);
  });
  known_seats_.Forget(key);
  OOFGG_RETURN_IF_ERROR(status);
  return removed;
}

Status SqliteRequestStore::ForgiveFailures(const RequestKey& key) {
  return database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_ASSIGN_OR_RETURN(auto record, rows.Find(key));
    if (!record) return NoSuchRequest();
    record->failures = 0;
    return rows.Save(*record);
  });
}

StatusOr<std::vector<Seat>> SqliteRequestStore::Seats(std::string_view fleet) {
  std::vector<Seat> seats;
  const Status status = database_.Read([&](Connection& connection) -> Status {
    auto select = connection.Prepare(
        "SELECT s.player, r.id, r.server_id, r.server_host, r.server_port, r.server_control "
        "FROM maker_seats s JOIN maker_requests r ON r.fleet = s.fleet AND r.id = s.request_id "
        "WHERE s.fleet = ? ORDER BY s.player");
    select.Bind(1, fleet);
    while (true) {
      OOFGG_ASSIGN_OR_RETURN(const bool row, select.Step());
      if (!row) return absl::OkStatus();
      seats.push_back(
          {select.Text(0),
           {std::string(fleet), select.Text(1)},
           {select.Text(2), select.Text(3), static_cast<std::uint16_t>(select.Int(4)), select.Text(5)}});
    }
  });
  OOFGG_RETURN_IF_ERROR(status);
  return seats;
}

StatusOr<std::vector<Seat>> SqliteRequestStore::Released(std::string_view fleet) {
  std::vector<Seat> seats;
  const Status status = database_.Read([&](Connection& connection) -> Status {
    auto select = connection.Prepare(
        "SELECT server_id, player FROM maker_released WHERE fleet = ? ORDER BY server_id, player");
    select.Bind(1, fleet);
    while (true) {
      OOFGG_ASSIGN_OR_RETURN(const bool row, select.Step());
      if (!row) return absl::OkStatus();
      Seat seat;
      seat.server.id = select.Text(0);
      seat.player = select.Text(1);
      seats.push_back(std::move(seat));
    }
  });
  OOFGG_RETURN_IF_ERROR(status);
  return seats;
}

Status SqliteRequestStore::Forget(const FleetTerm& term, std::string_view server_id,
                                  std::string_view player) {
  return database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_RETURN_IF_ERROR(CheckTerm(rows, term));
    auto erase =
        connection.Prepare("DELETE FROM maker_released WHERE fleet = ? AND server_id = ? AND player = ?");
    return erase.Bind(1, std::string_view(term.fleet)).Bind(2, server_id).Bind(3, player).Run();
  });
}

StatusOr<std::vector<RequestRecord>> SqliteRequestStore::FreeSeats(const FleetTerm& term,
                                                                   std::string_view server_id,
                                                                   const std::vector<std::string>& players,
                                                                   std::string_view reason) {
  std::vector<RequestRecord> failed;
  const Status status = database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_RETURN_IF_ERROR(CheckTerm(rows, term));
    for (const std::string& player : players) {
      OOFGG_ASSIGN_OR_RETURN(const std::string holder, rows.SeatHolder(term.fleet, player));
      if (holder.empty()) continue;
      OOFGG_ASSIGN_OR_RETURN(auto record, rows.Find({term.fleet, holder}));
      if (!record || record->state != kDone || record->server.id != server_id) continue;
      OOFGG_RETURN_IF_ERROR(rows.ReleaseSeat(term.fleet, player));
      OOFGG_ASSIGN_OR_RETURN(const bool seated, rows.HoldsSeats(*record));
      if (seated) continue;
      OOFGG_RETURN_IF_ERROR(FailWith(rows, *record, reason));
      failed.push_back(*std::move(record));
    }
    return absl::OkStatus();
  });
  for (const RequestRecord& record : failed) known_seats_.Forget(record.key);
  OOFGG_RETURN_IF_ERROR(status);
  return failed;
}

Status SqliteRequestStore::CloseServer(const FleetTerm& term, std::string_view server_id, Closing how) {
  return database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_RETURN_IF_ERROR(CheckTerm(rows, term));
    OOFGG_ASSIGN_OR_RETURN(const bool closed, rows.IsClosed(term.fleet, server_id));
    if (closed) return absl::OkStatus();
    OOFGG_ASSIGN_OR_RETURN(const std::int64_t seats, rows.SeatsOnServer(term.fleet, server_id));
    if (how == Closing::kIfEmpty && seats > 0) {
      return MakeStatus(StatusCode::kFailedPrecondition, "there are seats on the game server");
    }
    return rows.Close(term.fleet, server_id);
  });
}

Status SqliteRequestStore::MarkServer(const FleetTerm& term, std::string_view server_id) {
  return database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_RETURN_IF_ERROR(CheckTerm(rows, term));
    return rows.MarkServer(term.fleet, server_id);
  });
}

StatusOr<std::vector<ServerMark>> SqliteRequestStore::MarkedServers(std::string_view fleet) {
  std::vector<ServerMark> marks;
  const Status status = database_.Read([&](Connection& connection) -> Status {
    OOFGG_ASSIGN_OR_RETURN(marks, RequestRows(connection).MarkedServers(fleet));
    return absl::OkStatus();
  });
  OOFGG_RETURN_IF_ERROR(status);
  return marks;
}

StatusOr<std::vector<RequestRecord>> SqliteRequestStore::DropServer(const FleetTerm& term,
                                                                    std::string_view server_id,
                                                                    std::string_view reason) {
  std::vector<RequestRecord> failed;
  const Status status = database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_RETURN_IF_ERROR(CheckTerm(rows, term));
    OOFGG_ASSIGN_OR_RETURN(auto seated, rows.OnServer(term.fleet, server_id));
    for (RequestRecord& record : seated) {
      if (record.state == kDone || record.state == kOccupied) {
        OOFGG_RETURN_IF_ERROR(FailWith(rows, record, reason));
        failed.push_back(std::move(record));
      } else {
        OOFGG_RETURN_IF_ERROR(rows.ReleaseSeats(record));
        OOFGG_RETURN_IF_ERROR(rows.Save(record));
      }
    }
    return rows.ForgetServer(term.fleet, server_id);
  });
  for (const RequestRecord& record : failed) known_seats_.Forget(record.key);
  OOFGG_RETURN_IF_ERROR(status);
  return failed;
}

StatusOr<Sweep> SqliteRequestStore::SweepLapsed(const FleetTerm& term, WallTime now) {
  Sweep sweep;
  const Status status = database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_RETURN_IF_ERROR(CheckTerm(rows, term));
    OOFGG_RETURN_IF_ERROR(rows.EraseFailedBefore(term.fleet, now - kRememberFailures));
    OOFGG_ASSIGN_OR_RETURN(auto lapsed, rows.LapsedBy(term.fleet, now));
    for (RequestRecord& record : lapsed) {
      OOFGG_RETURN_IF_ERROR(TakeBack(rows, record));
      const bool overdue = record.state == kCreated && record.deadline <= now;
      if (!overdue) sweep.changed.push_back(std::move(record));  // The others come up once more below.
    }
    OOFGG_ASSIGN_OR_RETURN(auto overdue, rows.OverdueBy(term.fleet, now));
    for (RequestRecord& record : overdue) {
      OOFGG_RETURN_IF_ERROR(FailWith(rows, record, orchestration::kOverdue));
      sweep.changed.push_back(std::move(record));
    }
    OOFGG_ASSIGN_OR_RETURN(sweep.next, rows.NextMoment(term.fleet));
    return absl::OkStatus();
  });
  OOFGG_RETURN_IF_ERROR(status);
  return sweep;
}

StatusOr<FleetTerm> SqliteRequestStore::TakeOver(std::string_view fleet, std::string_view /*holder*/) {
  FleetTerm term{.fleet = std::string(fleet)};
  const Status status = database_.Write([&](Connection& connection) -> Status {
    RequestRows rows(connection);
    OOFGG_ASSIGN_OR_RETURN(
        auto leased, rows.LapsedBy(fleet, FromMillis(std::numeric_limits<std::int64_t>::max() / 1'000'000)));
    for (RequestRecord& record : leased) OOFGG_RETURN_IF_ERROR(TakeBack(rows, record));
    OOFGG_ASSIGN_OR_RETURN(term.number, rows.BeginTerm(fleet));
    return absl::OkStatus();
  });
  OOFGG_RETURN_IF_ERROR(status);
  return term;
}

}  // namespace oofgg::storage
