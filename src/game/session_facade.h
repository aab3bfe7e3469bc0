#pragma once

#include <absl/functional/function_ref.h>

#include <memory>
#include <optional>
#include <string>

#include "base/event_log.h"
#include "game/attendance.h"
#include "game/authorization.h"
#include "game/entity_store.h"
#include "game/erased_players.h"
#include "game/event_allowance.h"
#include "game/game_store.h"
#include "game/match_recorder.h"
#include "game/session_access.h"
#include "game/session_events.h"
#include "game/session_notifier.h"
#include "game/session_queue.h"
#include "game/session_store.h"
#include "game/session_turns.h"
#include "game/trends.h"
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
    EntityStore& entities;
    SessionNotifier& notifier;
    SessionEvents& events;
    EventAllowance& allowance;
    SessionTurns& turns;
    Attendance& attendance;
    Trends& trends;
    MatchRecorder& matches;
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
  /// What `GetSession` answers, if that is known without waiting for the store; never blocks.
  std::optional<StatusOr<Sessions>> GetSessionAtHand(const CallContext& context,
                                                     const GetSessionRequest& request);

  /// Changes what the request names, for its host, servers and admins. Who is no longer named in `user_ids`
  /// is out. Everybody on its stream hears of it. kAborted: it is no longer the version that the request
  /// names, or others kept writing at the same time. kNotFound: no such session. kFailedPrecondition: the
  /// state cannot follow the present one (reason STATE_TRANSITION, game/session_state.h), the members are
  /// more than the game allows (SESSION_FULL), or a place in the queue.
  StatusOr<Session> UpdateSession(const CallContext& context, const UpdateSessionRequest& request);

  /// Ends a session for good: its streams end, its entities go, and after a while the row. Again does no
  /// harm. kNotFound: no such session, or it is gone already. kFailedPrecondition: a place in the queue.
  StatusOr<Session> DeleteSession(const CallContext& context, const DeleteSessionRequest& request);

  /// JOIN with a session id joins that session; without one it takes a place in the queue of the game, whose
  /// session, in state kQueued, becomes the match's. LEAVE undoes either; without a session id it leaves the
  /// caller's place in the queue of the game, else the newest session. Idempotent.
  /// kNotFound: no such game or session. kFailedPrecondition: the session is full (reason SESSION_FULL), or
  /// the place to leave was matched meanwhile. Otherwise the maker's errors.
  StatusOr<Session> JoinLeave(const CallContext& context, const JoinLeaveRequest& request);

  /// Streams the session with `request.id` now and on each change, newest only, and ends with OK behind the
  /// state kStarted, kFinished or kDeleted; a session that failed to find a match ends in kFinished with an
  /// attribute `error`. Once started it has the attributes `address`, `match_id` and the caller's
  /// `join_ticket`. Of a place in the queue its owner's streams are what holds it: once the last has been
  /// closed for `QueueGraceOf` the disconnect grace, the place is given up.
  StatusOr<StreamHandlerPtr<Session, Session>> WatchQueue(const CallContext& context, const Session& request,
                                                          std::shared_ptr<StreamHost> host);

  /// The player, who has gone without a word, leaves a session that a player made, or their place in the
  /// queue, without waiting for the maker; as good if it is over or gone, if it is a match, if they left, or
  /// if it was a game server.
  Status TakeOut(const std::string& session_id, const std::string& player_id);

  /// Ends a live session, if nobody attends it when it is written; as good if there is none.
  Status FinishIf(absl::FunctionRef<bool()> nobody_attends, const std::string& session_id);

  /// Takes the player out of all sessions and the queue: what they were in alone goes, what they owned goes
  /// to the next member. Again does no harm.
  Status ErasePlayer(const std::string& id);

 private:
  Status EraseFrom(const SessionRecord& session, const std::string& player);
  Status EraseEntitiesOf(const SessionRecord& session, const std::string& player);
  /// `if_last`: how a match ends that nobody is left in then.
  StatusOr<Session> LeaveSession(const SessionRecord& session, const std::string& id,
                                 const std::string& player, MatchEnd if_last);
  void NoteMatch(SessionState before, const SessionRecord& after, MatchEnd how);
  StatusOr<ResolvedSession> FindToChange(const CallContext& context, Act act, const std::string& id,
                                         const std::string& game_id);
  StatusOr<bool> Change(SessionRecord& stored, const UpdateSessionRequest& request, const Game& game);
  StatusOr<Sessions> ListSessions(const CallContext& context, const std::string& game_id);
  StatusOr<Session> JoinQueue(const CallContext& context, const JoinLeaveRequest& request);
  StatusOr<Session> JoinSession(const CallContext& context, const JoinLeaveRequest& request);
  StatusOr<Session> Leave(const CallContext& context, const JoinLeaveRequest& request);

  const Parts parts_;
};

}  // namespace oofgg::game
