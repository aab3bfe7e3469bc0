#pragma once

#include <memory>
#include <string>

#include "base/event_log.h"
#include "game/erased_players.h"
#include "game/event_hub.h"
#include "game/game_store.h"
#include "game/session_access.h"
#include "game/session_notifier.h"
#include "game/session_queue.h"
#include "game/session_store.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"
#include "oofgg/stream.h"
#include "oofgg/uuid.h"

namespace oofgg::game {

/// Sessions, and the way into them by id or by the queue. A session that came out of the queue may be named
/// by the id that JOIN answered or by the match's: answers carry the one that was asked by. Threads: safe;
/// methods block on the store, JoinLeave also on the maker. Errors besides those named: kUnauthenticated
/// without a caller, kPermissionDenied, kInvalidArgument, kUnavailable, kNotFound with reason ACCOUNT_DELETED
/// where somebody whose account was deleted would come into a session or the queue.
class SessionFacade {
 public:
  struct Parts {
    GameStore& games;
    SessionStore& sessions;
    const ErasedPlayers& erased;
    SessionQueue& queue;
    SessionNotifier& notifier;
    EventHub& hub;
    UuidGenerator& ids;
    const Clock& clock;
    EventLog& log;
  };

  explicit SessionFacade(const Parts& parts) : parts_(parts) {}

  /// A session of the named players, of whom the caller must be one. Idempotent under an idempotency key.
  /// kNotFound: no such game. kResourceExhausted: the game's limit of sessions is reached.
  StatusOr<Session> CreateSession(const CallContext& context, const CreateSessionRequest& request);

  /// One session by its id, or, without one, those of the game that the caller is in or could join; the
  /// newest 100. kNotFound: no such session.
  StatusOr<Sessions> GetSession(const CallContext& context, const GetSessionRequest& request);

  /// JOIN with a session id joins that session; without one it takes a place in the queue of the game, whose
  /// session, in state kQueued, becomes the match's. LEAVE undoes either; without a session id it leaves the
  /// caller's place in the queue of the game, else the newest session. Idempotent.
  /// kNotFound: no such game or session. kFailedPrecondition: the session is full (reason SESSION_FULL), or
  /// the place to leave was matched meanwhile. Otherwise the maker's errors.
  StatusOr<Session> JoinLeave(const CallContext& context, const JoinLeaveRequest& request);

  /// Streams the session with `request.id` now and on each change, newest only, and ends with OK behind the
  /// state kStarted, kFinished or kDeleted; a session that failed to find a match ends in kFinished with an
  /// attribute `error`. Once started it has the attributes `address`, `match_id` and the caller's
  /// `join_ticket`.
  StatusOr<StreamHandlerPtr<Session, Session>> WatchQueue(const CallContext& context, const Session& request,
                                                          std::shared_ptr<StreamHost> host);

  /// Takes the player out of all sessions and the queue: what they were in alone goes, what they owned goes
  /// to the next member. Again does no harm.
  Status ErasePlayer(const std::string& id);

 private:
  Status EraseFrom(const SessionRecord& session, const std::string& player);
  void Kick(const SessionRecord& session, const std::string& player, const Status& why);
  StatusOr<Sessions> ListSessions(const CallContext& context, const std::string& game_id);
  StatusOr<Session> JoinQueue(const CallContext& context, const JoinLeaveRequest& request);
  StatusOr<Session> JoinSession(const CallContext& context, const JoinLeaveRequest& request);
  StatusOr<Session> Leave(const CallContext& context, const JoinLeaveRequest& request);
  void Announce(const SessionRecord& session, const std::string& player, const std::string& event_name);

  const Parts parts_;
};

}  // namespace oofgg::game
