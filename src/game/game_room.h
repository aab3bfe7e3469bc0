#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "base/event_log.h"
#include "game/cursor.h"
#include "game/entity_facade.h"
#include "game/erased_players.h"
#include "game/event_allowance.h"
#include "game/event_facade.h"
#include "game/event_hub.h"
#include "game/event_relay.h"
#include "game/game_facade.h"
#include "game/global_facade.h"
#include "game/leaderboard_sync.h"
#include "game/leaderboards.h"
#include "game/match_facade.h"
#include "game/match_queue.h"
#include "game/match_recorder.h"
#include "game/match_store.h"
#include "game/player_facade.h"
#include "game/relay_home.h"
#include "game/score_facade.h"
#include "game/session_caretaker.h"
#include "game/session_events.h"
#include "game/session_facade.h"
#include "game/session_notifier.h"
#include "game/session_queue.h"
#include "game/standing_channel.h"
#include "game/trends.h"
#include "oofgg/clock.h"
#include "oofgg/random.h"
#include "oofgg/status.h"
#include "oofgg/uuid.h"

namespace oofgg::game {

struct GameRoomOptions {
  GameOptions games;
  EventHubOptions hub;
  EventOptions events;
  SessionOptions sessions;
  std::size_t max_score_types = 32;  ///< Per game, beside those that its score rules name.
  std::vector<Game>
      operators_games;  ///< There from the start under ids the operator chose; `owner_id` empty.
  /// To other instances on the same stores, which have leaderboards too; may be null. It outlives the room.
  StandingChannel* standing_channel = nullptr;
  /// How long sessions that have ended can be looked at, and a creation can be repeated under its key.
  std::chrono::milliseconds keep_ended = std::chrono::hours(24);
  /// How long the history has a match after its end.
  std::chrono::milliseconds keep_matches = std::chrono::hours(24) * 90;
  /// To the other instances on the same stores; null: there are none. Outlives the room.
  EventRelay* relay = nullptr;
};

/// All of this room, wired: what a server and testing::Backend put between stores and listeners.
/// Threads: safe once opened. Lifetime: outlives every handler and call; outlived by what it was given.
class GameRoom {
 public:
  struct Stores {
    PlayerStore& players;
    GameStore& games;
    SessionStore& sessions;
    EntityStore& entities;
    ScoreStore& scores;
    MatchStore& matches;
    /// Who attends sessions at which instance; null: this is the only one.
    AttendanceBoard* attendance = nullptr;
  };

  /// Makes the operator's games, rebuilds the leaderboards and follows again what waits in the queue.
  /// `queue` may be null: no maker, so nobody can queue. Errors are the stores'.
  static StatusOr<std::unique_ptr<GameRoom>> Open(const Stores& stores, MatchQueue* queue, const Clock& clock,
                                                  RandomSource& random, EventLog& log,
                                                  const GameRoomOptions& options);

  /// Forgets what is older than `keep_ended` and `keep_matches`, ends sessions that nobody attends, closes
  /// matches whose end nobody could note, and finishes what `ErasePlayer` could not; to be called now and
  /// then. Does all that it can: the first error is told at the end.
  Status PurgeEnded();

  /// Who has been away for longer than the grace leaves their session, or their place in the queue; to be
  /// called every second or so.
  Status LeaveAbsent();

  /// Takes onto the leaderboards what other instances on the same stores kept; to be called every second or
  /// so where there may be others.
  Status FollowScores() { return sync_.CatchUpIfDue(); }

  /// The process ends: a `PurgeEnded` under way returns behind the player it is at, and later ones at once.
  /// Whose streams end from now on are not taken for absent.
  void Drain();

  /// Somebody's account was deleted: deletes their profile and scores, takes them out of sessions, queue and
  /// lists, leaves them without a name in the history of matches, and keeps nothing new of them until
  /// `user.until`. Games that they made stay. Again does no harm, and costs a few look-ups; what fails is
  /// tried again by `PurgeEnded`. Blocks on the stores.
  Status ErasePlayer(const DeletedUser& user);

  /// Brings to the store what was gathered for it.
  ~GameRoom();
  GameRoom(const GameRoom&) = delete;
  GameRoom& operator=(const GameRoom&) = delete;

  PlayerFacade& players() { return players_; }
  GameFacade& games() { return games_; }
  SessionFacade& sessions() { return sessions_; }
  EntityFacade& entities() { return entities_; }
  EventFacade& events() { return events_; }
  GlobalFacade& global() { return global_; }
  ScoreFacade& scores() { return scores_; }
  MatchFacade& matches() { return matches_; }

 private:
  GameRoom(const Stores& stores, MatchQueue* queue, const Clock& clock, RandomSource& random, EventLog& log,
           const GameRoomOptions& options, std::string_view cursor_secret);

  Status Erase(const std::string& player_id);

  Stores stores_;
  const Clock& clock_;
  EventLog& log_;
  const std::chrono::milliseconds keep_ended_;
  const std::chrono::milliseconds keep_matches_;
  std::atomic<bool> stopped_ = false;
  UuidGenerator ids_;
  SessionNotifier notifier_;
  const std::shared_ptr<RelayHome> relay_home_;  // Null without a relay.
  EventHub hub_;
  EventAllowance allowance_;
  Attendance attendance_;
  SessionEvents session_events_;
  Trends trends_;
  SessionTurns turns_;
  const Cursors cursors_;
  Leaderboards boards_;
  ErasedPlayers erased_;
  LeaderboardSync sync_;
  MatchRecorder recorder_;
  SessionQueue queue_;
  PlayerFacade players_;
  GameFacade games_;
  SessionFacade sessions_;
  SessionCaretaker caretaker_;
  EntityFacade entities_;
  EventFacade events_;
  GlobalFacade global_;
  ScoreFacade scores_;
  MatchFacade matches_;
};

}  // namespace oofgg::game
