#pragma once

#include <functional>
#include <memory>

#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/model/match.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

/// Tickets in, matches with a seat on a game server out. Errors, threads and lifetime as of Client.
class MatchmakingClient {
 public:
  using OnTicket = std::function<void(StatusOr<Ticket>)>;

  explicit MatchmakingClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  /// Enters the queue. Carried out once, by idempotency key. The ticket stays while it is watched or asked
  /// for, and 30 s after that: who leaves the queue says so with CancelTicket. kAlreadyExists: a player of it
  /// is in a ticket already. The game is not looked up: an unknown one has a queue too.
  StatusOr<Ticket> CreateTicket(const CreateTicketRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call CreateTicket(const CreateTicketRequest& request, OnTicket on_done,
                                  const CallOptions& options = {});

  /// kNotFound: unknown, or not this player's.
  StatusOr<Ticket> GetTicket(const TicketId& request, const CallOptions& options = {});
  [[nodiscard]] Call GetTicket(const TicketId& request, OnTicket on_done, const CallOptions& options = {});

  /// Leaves the queue. kFailedPrecondition: already assigned.
  StatusOr<Ticket> CancelTicket(const TicketId& request, const CallOptions& options = {});
  [[nodiscard]] Call CancelTicket(const TicketId& request, OnTicket on_done, const CallOptions& options = {});

  /// Reports the ticket now and on change, newest only between ticks, over reconnects. Ends after a final
  /// state or an error. Dropping the Call does not leave the queue.
  [[nodiscard]] Call WatchTicket(const TicketId& request, OnTicket on_ticket);

  /// Waits on a watch until the ticket is in a final state, and returns that. The timeout is the patience of
  /// the player: kDeadlineExceeded leaves the ticket in the queue, as CreateTicket says.
  StatusOr<Ticket> AwaitTicket(const TicketId& request, const CallOptions& options);

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
