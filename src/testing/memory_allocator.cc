#include "testing/memory_allocator.h"

#include <utility>

namespace oofgg::testing {

void MemoryAllocator::Allocate(matchmaking::MatchRequest request, Done done) {
  StatusOr<matchmaking::MatchSeats> answer =
      matchmaking::MatchSeats{.address = "127.0.0.1:3101", .join_tickets = {}};
  if (next_failure_) {
    answer = *std::exchange(next_failure_, std::nullopt);
  } else {
    for (const auto& team : request.teams) {
      for (const std::string& player : team) answer->join_tickets[player] = request.match_id + "/" + player;
    }
  }
  executor_.PostAt(
      DeadlineAfter(clock_.Now(), server_start_),
      [done = std::move(done), answer = std::move(answer)]() mutable { done(std::move(answer)); });
}

void MemoryAllocator::Cancel(const std::string&) {}

}  // namespace oofgg::testing
