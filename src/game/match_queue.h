#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "oofgg/caller.h"
#include "oofgg/model/match.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// A watch under way. Dropping it ends the watch; a call of its callbacks may still be running then. The
/// callbacks may drop their own watch. Threads: safe.
class MatchWatch {
 public:
  virtual ~MatchWatch() = default;

  using OnCancelled = std::function<void(const Status& cancelled)>;
  /// As `MatchQueue::Cancel`, on behalf of whom the ticket is watched for and without waiting; `on_done` may
  /// be called inside. Again does nothing.
  virtual void Cancel(OnCancelled on_done) = 0;
};

/// Where players wait for a match: the maker, seen from here.
///
/// Calls are made on behalf of `context.caller`, whose `bearer_token` is forwarded; where that is empty,
/// after a restart, with the server's own credential if it has one.
/// Threads: safe. `Enqueue` and `Cancel` may block until `context.deadline`.
class MatchQueue {
 public:
  struct Entry {
    std::string game_id;
    std::string player_id;        ///< The caller.
    std::int32_t region = 0;      ///< The contract's RegionEnum.
    std::string idempotency_key;  ///< The same key, the same ticket.
  };
  using OnTicket = std::function<void(StatusOr<Ticket> ticket)>;

  virtual ~MatchQueue() = default;

  /// Queues the caller alone and returns the ticket's id.
  virtual StatusOr<std::string> Enqueue(const CallContext& context, const Entry& entry) = 0;

  /// Reports the ticket now and after each change, with the caller's own join ticket in it, and ends after
  /// a final state. An error is final too: link failures are mended underneath. `on_ticket` is never called
  /// inside `Watch`, never twice at a time, and may call anything here. Null: there is neither a token nor
  /// an own credential to watch with.
  [[nodiscard]] virtual std::unique_ptr<MatchWatch> Watch(const CallContext& context,
                                                          const std::string& ticket_id,
                                                          OnTicket on_ticket) = 0;

  /// Takes the ticket out of the queue; again changes nothing. kFailedPrecondition: it has its server.
  virtual Status Cancel(const CallContext& context, const std::string& ticket_id) = 0;
};

}  // namespace oofgg::game
