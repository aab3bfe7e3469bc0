#include "storage/redis/orchestration/redis_request_store.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

#include "oofgg/parse.h"
#include "storage/redis/orchestration/request_keys.h"
#include "storage/redis/orchestration/request_row.h"
#include "storage/redis/orchestration/request_scripts.h"
#include "storage/redis/orchestration/seat_scripts.h"
#include "storage/redis/packed.h"

namespace oofgg::storage {
namespace {

using orchestration::FleetTerm;
using orchestration::RequestKey;
using orchestration::RequestRecord;
using orchestration::Seat;
using orchestration::SeatServer;
using orchestration::ServerMark;
using orchestration::Sweep;

constexpr std::chrono::hours kRememberFailures{1};
/// Of one kind in one step, so that Redis is never long at one.
constexpr std::size_t kSweptAtOnce = 500;
constexpr std::size_t kLeasedAtOnce = 1'000;

/// What scripts answer where they did nothing.
Status StatusOf(std::string_view outcome) {
  if (outcome == "done") return absl::OkStatus();
  if (outcome == "gone") return MakeStatus(StatusCode::kNotFound, "there is no such request");
  if (outcome == "lost") {
    return MakeStatus(StatusCode::kAborted, "the lease on the request is no longer yours");
  }
  if (outcome == "late") return MakeStatus(StatusCode::kAborted, "another worker has taken the fleet over");
  if (outcome == "seated") {
    return MakeStatus(StatusCode::kFailedPrecondition, "there are seats on the game server");
  }
  if (outcome == "full") {
    return MakeStatus(StatusCode::kResourceExhausted, "there is no room left for the request");
  }
  if (outcome == "elsewhere") {
    return MakeStatus(StatusCode::kAlreadyExists, "a player of this request holds a seat elsewhere");
  }
  if (outcome == "unseated") {
    return MakeStatus(StatusCode::kFailedPrecondition, "the request holds no seats to confirm");
  }
  if (outcome == "not_done") {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "the request is not done, so there is nothing to repair");
  }
  return MakeStatus(StatusCode::kInternal, "Redis answered a step with '" + std::string(outcome) + "'");
}

std::string_view OutcomeOf(const RedisReply& reply) {
  return reply.elements.empty() ? std::string_view(reply.text) : reply.elements.front().text;
}

/// The pairs of id and row from `first` on; or why there are none, in a word.
StatusOr<std::vector<RequestRecord>> RecordsIn(const RedisReply& reply, std::string_view fleet,
                                               std::size_t first = 0) {
  if (!reply.text.empty()) return StatusOf(reply.text);
  std::vector<RequestRecord> records;
  for (std::size_t i = first; i + 1 < reply.elements.size(); i += 2) {
    OOFGG_ASSIGN_OR_RETURN(RequestRecord record, RequestOf({std::string(fleet), reply.elements[i].text},
                                                           reply.elements[i + 1].text));
    records.push_back(std::move(record));
  }
  return records;
}

RedisCommand RowCommand(const RequestKey& key) {
  return RedisCommand({"HGET", request_keys::Rows(key.fleet), key.id}).Idempotent();
}

StatusOr<std::optional<RequestRecord>> RowOf(const RequestKey& key, StatusOr<RedisReply> row) {
  OOFGG_RETURN_IF_ERROR(row.status());
  if (row->is_nil()) return std::nullopt;
  OOFGG_ASSIGN_OR_RETURN(RequestRecord record, RequestOf(key, row->text));
  return record;
}

/// As the other stores list what a server takes along.
StatusOr<std::vector<RequestRecord>> ById(StatusOr<std::vector<RequestRecord>> records) {
  if (!records.ok()) return records;
  std::sort(records->begin(), records->end(),
            [](const RequestRecord& a, const RequestRecord& b) { return a.key < b.key; });
  return records;
}

}  // namespace

StatusOr<RedisReply> RedisRequestStore::Run(const RedisScript& script, std::string_view fleet,
                                            std::vector<std::string> arguments, Again again) const {
  arguments.push_back(publish_);
  return link_.Run(script, {.keys = request_keys::Of(fleet),
                            .arguments = std::move(arguments),
                            .idempotent = again == Again::kYes});
}

Status RedisRequestStore::Step(const RedisScript& script, const RequestLease& lease,
                               std::vector<std::string> more) const {
  std::vector<std::string> arguments = {lease.key.id, link_.NewMark(), std::to_string(lease.fence)};
  std::move(more.begin(), more.end(), std::back_inserter(arguments));
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply, Run(script, lease.key.fleet, std::move(arguments)));
  return StatusOf(OutcomeOf(reply));
}

StatusOr<RequestRecord> RedisRequestStore::RowFrom(const RedisScript& script, std::string_view fleet,
                                                   std::vector<std::string> arguments) const {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply, Run(script, fleet, std::move(arguments)));
  if (OutcomeOf(reply) != "row" || reply.elements.size() != 3) return StatusOf(OutcomeOf(reply));
  return RequestOf({std::string(fleet), reply.elements[1].text}, reply.elements[2].text);
}

StatusOr<RequestRecord> RedisRequestStore::Enqueue(const orchestration::NewRequest& request) {
  auto queued =
      RowFrom(request_scripts::Enqueue(), request.key.fleet,
              {request.key.id, link_.NewMark(), PackPlayers(request.players), MillisText(request.deadline),
               std::to_string(request.max_line), request.prolong_only ? "1" : "0"});
  if (!absl::IsResourceExhausted(queued.status())) return queued;
  return MakeStatus(StatusCode::kResourceExhausted, "the line for this fleet is full");
}

StatusOr<std::optional<RequestRecord>> RedisRequestStore::Find(const RequestKey& key) {
  return RowOf(key, link_.Call(RowCommand(key)));
}

bool RedisRequestStore::SeatAtHand(const RequestKey& key, OnSeat on_seat) {
  link_.Send(RowCommand(key), [key, on_seat = std::move(on_seat)](StatusOr<RedisReply> reply) mutable {
    const auto found = RowOf(key, std::move(reply));
    if (!found.ok()) return on_seat(found.status());
    const bool seated = *found && (*found)->state == orchestration::RequestState::kDone;
    on_seat(seated ? std::optional(SeatFound{(*found)->server, (*found)->deadline}) : std::nullopt);
  });
  return true;
}

StatusOr<std::uint64_t> RedisRequestStore::Position(const RequestKey& key) {
  OOFGG_ASSIGN_OR_RETURN(
      const RedisReply rank,
      link_.Call(RedisCommand({"ZRANK", request_keys::Line(key.fleet), key.id}).Idempotent()));
  if (rank.is_nil()) return 0;
  OOFGG_ASSIGN_OR_RETURN(const std::int64_t before, rank.AsInteger());
  return static_cast<std::uint64_t>(before) + 1;
}

StatusOr<RedisRequestStore::Line> RedisRequestStore::Waiting(std::string_view fleet) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply, Run(request_scripts::Waiting(), fleet, {}));
  if (reply.elements.size() != 2) return StatusOf("no line");
  OOFGG_ASSIGN_OR_RETURN(const std::int64_t requests, reply.elements[0].AsInteger());
  OOFGG_ASSIGN_OR_RETURN(const std::int64_t seats, reply.elements[1].AsInteger());
  return Line{static_cast<std::size_t>(requests), static_cast<std::size_t>(seats)};
}

StatusOr<std::vector<RequestRecord>> RedisRequestStore::LeaseOldest(const FleetTerm& term, std::size_t most,
                                                                    WallTime until) {
  std::vector<RequestRecord> leased;
  while (leased.size() < most) {
    const std::size_t count = (std::min)(most - leased.size(), kLeasedAtOnce);
    const auto reply =
        Run(request_scripts::LeaseOldest(), term.fleet,
            {std::to_string(count), MillisText(until), std::to_string(term.number)}, Again::kNo);
    if (!reply.ok() && !leased.empty()) break;  // These are ours, whatever became of the others.
    OOFGG_RETURN_IF_ERROR(reply.status());
    OOFGG_ASSIGN_OR_RETURN(auto page, RecordsIn(*reply, term.fleet));
    std::move(page.begin(), page.end(), std::back_inserter(leased));
    if (page.size() < count) break;
  }
  return leased;
}

Status RedisRequestStore::Renew(const RequestLease& lease, WallTime until) {
  return Step(request_scripts::Renew(), lease, {MillisText(until)});
}

Status RedisRequestStore::TakeSeats(const RequestLease& lease, const SeatServer& server,
                                    std::uint32_t slots) {
  return Step(seat_scripts::Take(), lease,
              {std::to_string(slots), server.id, server.host, std::to_string(server.port), server.control});
}

Status RedisRequestStore::Complete(const RequestLease& lease) {
  return Step(request_scripts::Complete(), lease);
}

Status RedisRequestStore::Fail(const RequestLease& lease, std::string_view error, bool start_failed) {
  return Step(request_scripts::Fail(), lease, {std::string(error), start_failed ? "1" : "0"});
}

Status RedisRequestStore::GiveBack(const RequestLease& lease) {
  return Step(request_scripts::GiveBack(), lease);
}

StatusOr<RequestRecord> RedisRequestStore::Occupy(const RequestKey& key, WallTime until) {
  return RowFrom(request_scripts::Occupy(), key.fleet, {key.id, link_.NewMark(), MillisText(until)});
}

Status RedisRequestStore::Release(const RequestLease& lease) {
  return Step(request_scripts::Release(), lease);
}

StatusOr<std::optional<RequestRecord>> RedisRequestStore::Withdraw(const RequestKey& key) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         Run(request_scripts::Withdraw(), key.fleet, {key.id}, Again::kNo));
  OOFGG_ASSIGN_OR_RETURN(auto removed, RecordsIn(reply, key.fleet));
  if (removed.empty()) return std::nullopt;
  return std::move(removed.front());
}

Status RedisRequestStore::ForgiveFailures(const RequestKey& key) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         Run(request_scripts::ForgiveFailures(), key.fleet, {key.id, link_.NewMark()}));
  return StatusOf(OutcomeOf(reply));
}

StatusOr<std::vector<Seat>> RedisRequestStore::Seats(std::string_view fleet) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply, Run(seat_scripts::List(), fleet, {}));
  std::vector<Seat> seats;
  for (std::size_t i = 0; i + 2 < reply.elements.size(); i += 3) {
    RequestKey key{std::string(fleet), reply.elements[i + 1].text};
    OOFGG_ASSIGN_OR_RETURN(RequestRecord record, RequestOf(key, reply.elements[i + 2].text));
    seats.push_back({reply.elements[i].text, std::move(key), std::move(record.server)});
  }
  std::sort(seats.begin(), seats.end(), [](const Seat& a, const Seat& b) { return a.player < b.player; });
  return seats;
}

StatusOr<std::vector<Seat>> RedisRequestStore::Released(std::string_view fleet) {
  OOFGG_ASSIGN_OR_RETURN(
      const RedisReply reply,
      link_.Call(RedisCommand({"ZRANGE", request_keys::Released(fleet), "0", "-1"}).Idempotent()));
  std::vector<Seat> seats;
  for (const RedisReply& name : reply.elements) {
    OwnedParts parts = PartsOfOwned(name.text);
    Seat seat;
    seat.server.id = std::move(parts.owner);
    seat.player = std::move(parts.id);
    seats.push_back(std::move(seat));
  }
  return seats;
}

Status RedisRequestStore::InTerm(const RedisScript& script, const FleetTerm& term,
                                 std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), std::to_string(term.number));
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply, Run(script, term.fleet, std::move(arguments)));
  return StatusOf(reply.text);
}

Status RedisRequestStore::Forget(const FleetTerm& term, std::string_view server_id, std::string_view player) {
  return InTerm(seat_scripts::Forget(), term, {std::string(server_id), std::string(player)});
}

StatusOr<std::vector<RequestRecord>> RedisRequestStore::FreeSeats(const FleetTerm& term,
                                                                  std::string_view server_id,
                                                                  const std::vector<std::string>& players,
                                                                  std::string_view reason) {
  std::vector<std::string> arguments = {std::to_string(term.number), std::string(server_id),
                                        std::string(reason)};
  arguments.insert(arguments.end(), players.begin(), players.end());
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         Run(seat_scripts::Free(), term.fleet, std::move(arguments), Again::kNo));
  return RecordsIn(reply, term.fleet);
}

Status RedisRequestStore::CloseServer(const FleetTerm& term, std::string_view server_id, Closing how) {
  return InTerm(seat_scripts::Close(), term, {std::string(server_id), how == Closing::kIfEmpty ? "1" : "0"});
}

Status RedisRequestStore::MarkServer(const FleetTerm& term, std::string_view server_id) {
  return InTerm(seat_scripts::Mark(), term, {std::string(server_id)});
}

StatusOr<std::vector<ServerMark>> RedisRequestStore::MarkedServers(std::string_view fleet) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         link_.Call(RedisCommand({"HGETALL", request_keys::Servers(fleet)}).Idempotent()));
  std::vector<ServerMark> marks;
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    marks.push_back({reply.elements[i].text, reply.elements[i + 1].text == "closed"});
  }
  std::sort(marks.begin(), marks.end(), [](const ServerMark& a, const ServerMark& b) { return a.id < b.id; });
  return marks;
}

StatusOr<std::vector<RequestRecord>> RedisRequestStore::DropServer(const FleetTerm& term,
                                                                   std::string_view server_id,
                                                                   std::string_view reason) {
  OOFGG_ASSIGN_OR_RETURN(
      const RedisReply reply,
      Run(seat_scripts::DropServer(), term.fleet,
          {std::to_string(term.number), std::string(server_id), std::string(reason)}, Again::kNo));
  return ById(RecordsIn(reply, term.fleet));
}

StatusOr<Sweep> RedisRequestStore::SweepLapsed(const FleetTerm& term, WallTime now) {
  Sweep sweep;
  bool more = true;
  while (more) {
    OOFGG_ASSIGN_OR_RETURN(
        const RedisReply reply,
        Run(request_scripts::SweepLapsed(), term.fleet,
            {MillisText(now), MillisText(now - kRememberFailures), std::string(orchestration::kOverdue),
             std::to_string(kSweptAtOnce), std::to_string(term.number)},
            Again::kNo));
    OOFGG_ASSIGN_OR_RETURN(auto changed, RecordsIn(reply, term.fleet, 2));
    if (reply.elements.size() < 2) return StatusOf("no sweep");
    std::move(changed.begin(), changed.end(), std::back_inserter(sweep.changed));
    more = reply.elements[1].integer != 0;
    sweep.next.reset();
    if (reply.elements[0].text.empty()) continue;
    OOFGG_ASSIGN_OR_RETURN(sweep.next, MomentOf(reply.elements[0].text));
  }
  return sweep;
}

StatusOr<FleetTerm> RedisRequestStore::TakeOver(std::string_view fleet, std::string_view holder) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         Run(request_scripts::TakeOver(), fleet, {link_.NewMark(), std::string(holder)}));
  if (reply.text == "late") return StatusOf(reply.text);
  OOFGG_ASSIGN_OR_RETURN(const std::uint64_t number, ParseInteger<std::uint64_t>(reply.text));
  return FleetTerm{std::string(fleet), number};
}

}  // namespace oofgg::storage
