#pragma once

#include <string>

#include "matchmaking/match_allocator.h"
#include "oofgg/auth/join_ticket.h"
#include "oofgg/executor.h"
#include "orchestration/seat_service.h"

namespace oofgg::servers {

/// Match, seat, server and signed join tickets in one step: what matchmaking asks for, made of orchestration
/// and auth. A game is played on the fleet `default`.
/// Threads: safe. Lifetime: outlived by what it is given, and by every task it posted.
class MatchSeatsAllocator final : public matchmaking::MatchAllocator {
 public:
  /// The store behind `seats` blocks, so it is called on `workers`.
  MatchSeatsAllocator(orchestration::SeatService& seats, const auth::JoinTicketSigner& signer,
                      Executor& workers)
      : seats_(seats), signer_(signer), workers_(workers) {}

  void Allocate(matchmaking::MatchRequest request, Done done) override;
  void Cancel(const std::string& match_id) override;

 private:
  [[nodiscard]] StatusOr<matchmaking::MatchSeats> Sign(const matchmaking::MatchRequest& request,
                                                       const orchestration::ReservedSeats& seats) const;

  orchestration::SeatService& seats_;
  const auth::JoinTicketSigner& signer_;
  Executor& workers_;
};

}  // namespace oofgg::servers
