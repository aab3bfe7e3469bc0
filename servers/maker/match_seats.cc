#include "servers/maker/match_seats.h"

#include <memory>
#include <utility>
#include <vector>

#include "oofgg/log.h"

namespace oofgg::servers {
namespace {

constexpr std::string_view kFleet = "default";

std::vector<std::string> PlayersOf(const matchmaking::MatchRequest& request) {
  std::vector<std::string> players;
  for (const auto& team : request.teams) players.insert(players.end(), team.begin(), team.end());
  return players;
}

}  // namespace

void MatchSeatsAllocator::Allocate(matchmaking::MatchRequest request, Done done) {
  workers_.Post([this, request = std::move(request), done = std::make_shared<Done>(std::move(done))] {
    seats_.ReserveGroup(
        kFleet, request.match_id, PlayersOf(request),
        [this, request, done](const StatusOr<orchestration::ReservedSeats>& seats) {
          (*done)(seats.ok() ? Sign(request, *seats) : StatusOr<matchmaking::MatchSeats>(seats.status()));
        });
  });
}

void MatchSeatsAllocator::Cancel(const std::string& match_id) {
  workers_.Post([this, match_id] {
    if (const Status status = seats_.ReleaseGroup(kFleet, match_id); !status.ok()) {
      Log(LogLevel::kWarning, "maker", "match " + match_id + " keeps its seats: " + status.ToString());
    }
  });
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
