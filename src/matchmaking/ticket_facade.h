#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "matchmaking/match_allocator.h"
#include "matchmaking/rule_set_source.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/model/match.h"
#include "oofgg/random.h"
#include "oofgg/status.h"
#include "oofgg/stream.h"

namespace oofgg::matchmaking {

class TicketDesk;

/// What the facade stands on; all of it outlives the facade and its streams.
struct MatchmakingParts {
  Clock& clock;
  RandomSource& random;  ///< Only for ids.
  Executor& executor;    ///< Only for timers.
  const RuleSetSource& rules;
  MatchAllocator& allocator;
};

struct MatchmakingOptions {
  /// How long a waiting ticket lives while nobody watches it. `GetTicket` counts as a short look.
  Duration lease = std::chrono::seconds(30);
  /// How long a final ticket can still be asked for.
  Duration retention = std::chrono::seconds(60);
  /// A match without a server by then fails.
  Duration allocation_timeout = std::chrono::minutes(2);
  std::size_t max_waiting_per_game = 100'000;
  std::size_t max_live = 500'000;   ///< Tickets over all games.
  std::size_t max_final = 100'000;  ///< Tickets kept for those who ask late; 1,000 at least.
  std::size_t max_watches = 4;      ///< Open streams of one player on one ticket.
};

/// What has become of the tickets of all games since the start.
struct TicketCounts {
  /// Upper ends of the buckets of `waited_within`, in seconds; who waited longer is in none.
  static constexpr std::array<double, 10> kBuckets{0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300};

  std::uint64_t created = 0;
  std::uint64_t assigned = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t failed = 0;
  std::uint64_t live = 0;  ///< Not final, now.
  /// Of the assigned ones, from their creation until they had a server; each bucket by itself.
  std::array<std::uint64_t, kBuckets.size()> waited_within{};
  double waited_seconds = 0;
};

/// MatchmakingService: tickets in, matches with a seat on a game server out.
///
/// A ticket is seen, watched and cancelled by its players, and by the roles `admin` and `service`; to others
/// it does not exist. All calls: kUnauthenticated without a caller, kNotFound for an unknown ticket.
///
/// Threads: safe. A call does what it causes before it returns: the ticket that completes a match comes back
/// as kMatched. The allocator and stream hosts are called from the calling thread with no lock held.
/// Lifetime: streams it gave out may outlive it, and then end with kUnavailable; matches under way are
/// cancelled with the allocator. It must not be destroyed from within a call that it makes.
class MatchmakingFacade {
 public:
  explicit MatchmakingFacade(const MatchmakingParts& parts, const MatchmakingOptions& options = {});
  ~MatchmakingFacade();
  MatchmakingFacade(const MatchmakingFacade&) = delete;
  MatchmakingFacade& operator=(const MatchmakingFacade&) = delete;

  /// Queues a party. Idempotent by `idempotency_key`: as long as the ticket is kept, the caller's same
  /// request gets the same ticket again, whatever became of it.
  /// Players other than the caller may be named by the roles `admin` and `service` only.
  /// Errors: kInvalidArgument and kPermissionDenied naming the field; kNotFound for a game without rules;
  /// kAlreadyExists with reason PLAYER_IN_TICKET where a player is in another live ticket, of whatever game;
  /// kResourceExhausted with a retry delay.
  [[nodiscard]] StatusOr<Ticket> CreateTicket(const CallContext& context, const CreateTicketRequest& request);

  [[nodiscard]] StatusOr<Ticket> GetTicket(const CallContext& context, const TicketId& request);

  /// Takes a party out. If it was matched already, its match is given up and the other tickets wait on with
  /// the time they have waited. Cancelling a cancelled ticket changes nothing. kFailedPrecondition once the
  /// ticket is assigned or has failed.
  [[nodiscard]] StatusOr<Ticket> CancelTicket(const CallContext& context, const TicketId& request);

  /// The ticket now and after each change, only the newest state for a slow reader, with the watcher's own
  /// join ticket; ends with OK after a final state. kResourceExhausted over `max_watches`.
  [[nodiscard]] StatusOr<StreamHandlerPtr<TicketId, Ticket>> WatchTicket(const CallContext& context,
                                                                         const TicketId& request,
                                                                         std::shared_ptr<StreamHost> host);

  [[nodiscard]] TicketCounts counts() const;

  /// Takes the ticket of somebody whose account was deleted out, if they wait on one.
  void ForgetPlayer(const std::string& id);

 private:
  std::shared_ptr<TicketDesk> desk_;
};

}  // namespace oofgg::matchmaking
