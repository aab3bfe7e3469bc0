#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/event_log.h"
#include "matchmaking/match_allocator.h"
#include "oofgg/auth/join_ticket.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "orchestration/call_gate.h"
#include "orchestration/seat_service.h"
#include "servers/maker/fleets.h"

namespace oofgg::servers {

/// Match, seat, server and signed join tickets in one step: what matchmaking asks for, made of orchestration
/// and auth. The catalog says on which fleet a match is played.
/// Threads: safe. Lifetime: outlived by what it is given; its end waits for what it has begun.
class MatchSeatsAllocator final : public matchmaking::MatchAllocator {
 public:
  /// The store behind `seats` blocks, so it is called on `workers`.
  MatchSeatsAllocator(orchestration::SeatService& seats, const FleetCatalog& fleets,
                      const auth::JoinTicketSigner& signer, Executor& workers, EventLog& log,
                      const Clock& clock)
      : seats_(seats), fleets_(fleets), signer_(signer), workers_(workers), log_(log), clock_(clock) {}
  ~MatchSeatsAllocator() override;

  void Allocate(matchmaking::MatchRequest request, Done done) override;
  void Cancel(const std::string& match_id) override;

 private:
  void Post(Task body);
  void Enqueue(const matchmaking::MatchRequest& request, const std::shared_ptr<Done>& done);
  void Release(const std::string& match_id);
  void Record(const matchmaking::MatchRequest& request, const orchestration::ReservedSeats& seats);
  /// Forgets that the match is being enqueued; true if it was cancelled meanwhile.
  bool EnqueuedAfterCancel(const std::string& match_id);
  [[nodiscard]] StatusOr<matchmaking::MatchSeats> Sign(const matchmaking::MatchRequest& request,
                                                       const orchestration::ReservedSeats& seats) const;

  orchestration::SeatService& seats_;
  const FleetCatalog& fleets_;
  const auth::JoinTicketSigner& signer_;
  Executor& workers_;
  EventLog& log_;
  const Clock& clock_;
  const std::shared_ptr<orchestration::CallGate> gate_ = std::make_shared<orchestration::CallGate>();

  std::mutex mutex_;                       // Guards all below; held for moments.
  std::map<std::string, bool> enqueuing_;  // Tasks may run in any order. True: cancelled meanwhile.
  std::size_t posted_ = 0;
  std::condition_variable none_posted_;
};

}  // namespace oofgg::servers
