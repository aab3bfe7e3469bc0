#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "game/erased_players.h"
#include "game/match_queue.h"
#include "game/session_notifier.h"
#include "game/session_store.h"
#include "oofgg/caller.h"
#include "oofgg/status.h"
#include "oofgg/uuid.h"

namespace oofgg::game {

class MatchRecorder;
class TicketFollower;
class Trends;

/// Places in the queue: sessions of one player in state kQueued, each kept in step with a ticket at the
/// maker. When the ticket has its server, the match's session exists under the match's id, with all its
/// players, and the place is an alias of it.
///
/// The place is stored before the maker is asked, and its id is the idempotency key there: whatever dies in
/// between, asking again finds the same ticket, and nobody stands in the queue twice.
/// Threads: safe; methods block on the store and the maker.
class SessionQueue {
 public:
  /// `queue` may be null: this server has no maker, and `Join` says so.
  SessionQueue(SessionStore& sessions, const ErasedPlayers& erased, MatchQueue* queue,
               SessionNotifier& notifier, Trends& trends, UuidGenerator& ids, MatchRecorder& matches);
  ~SessionQueue();

  /// The caller's place in the queue of the game, made if there is none. Errors are the maker's; after
  /// kUnavailable and kDeadlineExceeded the place may have been taken: join again, or leave.
  StatusOr<SessionRecord> Join(const CallContext& context, std::string_view game_id, std::int32_t region);

  /// Gives the place up. kFailedPrecondition: the ticket was matched meanwhile.
  StatusOr<SessionRecord> Leave(const CallContext& context, const SessionRecord& place);

  /// The owner has gone without a word: the place is given up in their stead. Does not wait for the maker: if
  /// that has matched them meanwhile they are in the match; if it cannot be told, it cancels tickets that
  /// nobody watches by itself.
  Status Abandon(const SessionRecord& place);

  /// Tells the maker of places that are followed here and were abandoned at another instance; to be called
  /// every second or so.
  Status CancelAbandoned();

  /// The place is being erased: nothing more becomes of its ticket here. The maker hears by itself.
  void Forget(const SessionRecord& place);

  /// The owner looks at a place: from now on it is kept in step with its ticket, if it was not.
  void Attend(const CallContext& context, const SessionRecord& place);

  /// After a start: takes up again what waited when the process ended, as far as there is a credential for
  /// it; the rest when its owner asks.
  Status Resume();

 private:
  StatusOr<SessionRecord> PlaceOf(const std::string& player, std::string_view game_id, std::int32_t region);
  StatusOr<std::string> Enqueue(const CallContext& context, const SessionRecord& place);
  StatusOr<SessionRecord> TakeTicket(const CallContext& context, const SessionRecord& place);

  SessionStore& sessions_;
  MatchQueue* const queue_;
  SessionNotifier& notifier_;
  Trends& trends_;
  UuidGenerator& ids_;
  std::shared_ptr<TicketFollower> follower_;  // Shared with the callbacks of watches.
};

}  // namespace oofgg::game
