#include "orchestration/seat_service.h"

#include <set>
#include <utility>

#include "oofgg/parse.h"
#include "orchestration/reservation_client.h"

namespace oofgg::orchestration {
namespace {

Status CheckGroup(std::string_view match_id, const std::vector<std::string>& players) {
  if (match_id.empty()) return InvalidField("match_id", "must not be empty");
  if (players.empty()) return InvalidField("players", "must name at least one player");
  for (const std::string& player : players) OOFGG_RETURN_IF_ERROR(CheckClientId(player));
  if (std::set<std::string>(players.begin(), players.end()).size() != players.size()) {
    return InvalidField("players", "must not name a player twice");
  }
  return absl::OkStatus();
}

bool IsPending(const RequestRecord& record) {
  return record.state != RequestState::kDone && record.state != RequestState::kFailed;
}

}  // namespace

void SeatService::ReserveGroup(std::string_view fleet_name, std::string_view match_id,
                               std::vector<std::string> players, const OnReserved& done) {
  if (const Status valid = CheckGroup(match_id, players); !valid.ok()) return done(valid);
  const auto fleet = fleets_.FindOpen(fleet_name);
  if (!fleet.ok()) return done(fleet.status());
  const RequestKey key = MatchKey(fleet_name, match_id);
  const auto queued = store_.Enqueue({key, std::move(players), clock_.WallNow() + options_.patience});
  if (!queued.ok()) return done(queued.status());
  (*fleet)->Wake();
  // The fleet fails an overdue request itself; the margin is for the case that it does not run.
  Await(key, DeadlineAfter(clock_.Now(), options_.patience + std::chrono::seconds(15)), done);
}

void SeatService::Await(const RequestKey& key, TimePoint until, const OnReserved& done) {
  const auto waiter = waiters_.Wait(key, until, [gate = gate_, this, key, until, done] {
    gate->Pass([&] { Conclude(key, until, done); });
  });
  if (!IsOpen(key) && waiters_.Remove(waiter)) Conclude(key, until, done);
}

bool SeatService::IsOpen(const RequestKey& key) const {
  const auto found = store_.Find(key);
  return found.ok() && *found && IsPending(**found);
}

void SeatService::Conclude(const RequestKey& key, TimePoint until, const OnReserved& done) {
  const auto found = store_.Find(key);
  if (!found.ok()) return done(found.status());
  if (!*found) return done(MakeStatus(StatusCode::kUnavailable, "the seats were given up meanwhile"));
  const RequestRecord& record = **found;
  if (record.state == RequestState::kDone) {
    const std::string& host = record.server.host.empty() ? options_.public_host : record.server.host;
    return done(ReservedSeats{record.server.id, FormatHostPort({host, record.server.port})});
  }
  if (record.state == RequestState::kFailed) return done(MakeStatus(StatusCode::kUnavailable, record.error));
  if (clock_.Now() < until) return Await(key, until, done);
  done(MakeStatus(StatusCode::kDeadlineExceeded, kOverdue));
}

Status SeatService::ReleaseGroup(std::string_view fleet_name, std::string_view match_id) {
  OOFGG_ASSIGN_OR_RETURN(FleetDoor* const fleet, fleets_.Find(fleet_name));
  const RequestKey key = MatchKey(fleet_name, match_id);
  OOFGG_ASSIGN_OR_RETURN(const auto removed, store_.Withdraw(key));
  if (!removed) return absl::OkStatus();
  fleet->SeatsReleased();
  waiters_.Notify(key);
  return absl::OkStatus();
}

}  // namespace oofgg::orchestration
