#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "game/erased_players.h"
#include "game/match_queue.h"
#include "game/match_recorder.h"
#include "game/session_notifier.h"
#include "game/session_store.h"
#include "game/string_map.h"
#include "oofgg/caller.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// Watches the tickets of places in the queue and writes what becomes of them: the match's session, or why
/// there is none. Players whose accounts were deleted are left out of it. All of it can be done twice, so a
/// ticket may be reported again after a restart. Threads: safe; made by std::make_shared.
class TicketFollower : public std::enable_shared_from_this<TicketFollower> {
 public:
  TicketFollower(SessionStore& sessions, const ErasedPlayers& erased, SessionNotifier& notifier,
                 MatchRecorder& matches)
      : sessions_(sessions), erased_(erased), notifier_(notifier), matches_(matches) {}

  /// Keeps `place` in step with its ticket; nothing new if it is followed already, nor if the queue has no
  /// credential to follow it with: a later call of its owner does.
  void Follow(MatchQueue& queue, const CallContext& context, const SessionRecord& place);

  void Unfollow(const std::string& place_id);

  /// Has the ticket of a place that is followed cancelled, with the credential that it is followed with; the
  /// place is over when the maker has answered, unless it was matched before. False: it is not followed.
  bool GiveUp(const std::string& place_id);

  /// The same for those whose rows say, written by somebody else, that they are over. What fails is tried
  /// again by the next call.
  Status GiveUpDeleted();

  /// Ends all watches and waits for callbacks that run.
  void Stop();

 private:
  class RowWatcher;
  struct Followed {
    std::shared_ptr<SessionNotifier::Watcher> row;
    std::shared_ptr<MatchWatch> watch;  // Null while `Watch` is being called.
  };

  bool Enter();
  void Leave();
  void NoteChanged(const std::string& place_id);
  [[nodiscard]] std::shared_ptr<MatchWatch> WatchOf(const std::string& place_id);
  void OnCancelled(const std::string& place_id, const Status& cancelled);
  void OnTicket(const std::string& place_id, const StatusOr<Ticket>& ticket);
  Status Apply(const std::string& place_id, const StatusOr<Ticket>& ticket);
  Status Settle(const std::string& place_id, const Ticket& ticket);
  Status EnsureMatch(const SessionRecord& place, const Ticket& ticket);
  Status Begin(const SessionRecord& place, const SessionRecord& match);
  Status ShowMatch(const std::string& place_id, const Ticket& ticket);
  Status End(const std::string& place_id, SessionState state, const std::string& error);

  SessionStore& sessions_;
  const ErasedPlayers& erased_;
  SessionNotifier& notifier_;
  MatchRecorder& matches_;

  std::mutex mutex_;  // Never held while a watch, a store or a watcher is called.
  std::condition_variable idle_;
  StringMap<Followed> followed_;
  std::set<std::string> changed_;  // Of those followed, whose rows may say something new.
  int running_ = 0;
  bool stopped_ = false;
};

}  // namespace oofgg::game
