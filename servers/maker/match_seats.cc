#include "servers/maker/match_seats.h"

#include <utility>
#include <vector>

#include "oofgg/log.h"

namespace oofgg::servers {
namespace {

std::vector<std::string> PlayersOf(const matchmaking::MatchRequest& request) {
  std::vector<std::string> players;
  for (const auto& team : request.teams) players.insert(players.end(), team.begin(), team.end());
  return players;
}

}  // namespace

MatchSeatsAllocator::~MatchSeatsAllocator() {
  std::unique_lock lock(mutex_);
  none_posted_.wait(lock, [this] { return posted_ == 0; });
  lock.unlock();
  gate_->Close();
}

void MatchSeatsAllocator::Post(Task body) {
  {
    const std::lock_guard lock(mutex_);
    ++posted_;
  }
  workers_.Post([this, body = std::move(body)]() mutable {
    body();
    const std::lock_guard lock(mutex_);
    if (--posted_ == 0) none_posted_.notify_all();
  });
}

void MatchSeatsAllocator::Allocate(matchmaking::MatchRequest request, Done done) {
  {
    const std::lock_guard lock(mutex_);
    enqueuing_.emplace(request.match_id, false);
  }
  Post([this, request = std::move(request), done = std::make_shared<Done>(std::move(done))] {
    Enqueue(request, done);
    if (EnqueuedAfterCancel(request.match_id)) Release(request.match_id);
  });
}

void MatchSeatsAllocator::Enqueue(const matchmaking::MatchRequest& request,
                                  const std::shared_ptr<Done>& done) {
  const auto fleets = fleets_.now();
  const auto* fleet = orchestration::ChooseFleet(*fleets, {request.game_id, request.mode, request.region});
  if (fleet == nullptr) {
    return (*done)(MakeStatus(StatusCode::kUnavailable, "there is no fleet for this game"));
  }
  seats_.ReserveGroup(
      fleet->options.name, request.match_id, PlayersOf(request),
      [this, gate = gate_, request, done](const StatusOr<orchestration::ReservedSeats>& seats) {
        gate->Pass([&] {
          if (seats.ok()) Record(request, *seats);
          (*done)(seats.ok() ? Sign(request, *seats) : StatusOr<matchmaking::MatchSeats>(seats.status()));
        });
      });
}

void MatchSeatsAllocator::Record(const matchmaking::MatchRequest& request,
                                 const orchestration::ReservedSeats& seats) {
  AppendOrTell(log_, {clock_.WallNow(),
                      "match.placed",
                      request.match_id,
                      {{"game_id", request.game_id},
                       {"players", static_cast<std::int64_t>(PlayersOf(request).size())},
                       {"address", seats.address},
                       {"server_id", seats.server_id}},
                      "match.placed:" + request.match_id});
}

bool MatchSeatsAllocator::EnqueuedAfterCancel(const std::string& match_id) {
  const std::lock_guard lock(mutex_);
  const auto node = enqueuing_.extract(match_id);
  return !node.empty() && node.mapped();
}

void MatchSeatsAllocator::Cancel(const std::string& match_id) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto match = enqueuing_.find(match_id); match != enqueuing_.end()) {
      match->second = true;
      return;
    }
  }
  Post([this, match_id] { Release(match_id); });
}

void MatchSeatsAllocator::Release(const std::string& match_id) {
  // Which one it was may have been another question then: the fleets file changes.
  const auto fleets = fleets_.now();
  for (const auto& fleet : *fleets) {
    const Status status = seats_.ReleaseGroup(fleet.options.name, match_id);
    if (status.ok()) continue;
    Log(LogLevel::kWarning, "maker", "match " + match_id + " keeps its seats: " + status.ToString());
  }
}

StatusOr<matchmaking::MatchSeats> MatchSeatsAllocator::Sign(const matchmaking::MatchRequest& request,
                                                            const orchestration::ReservedSeats& seats) const {
  matchmaking::MatchSeats signed_seats{.address = seats.address, .join_tickets = {}};
  for (const std::string& player : PlayersOf(request)) {
    OOFGG_ASSIGN_OR_RETURN(
        signed_seats.join_tickets[player],
        signer_.Sign({.player_id = player, .match_id = request.match_id, .server_id = seats.server_id}));
  }
  return signed_seats;
}

}  // namespace oofgg::servers
