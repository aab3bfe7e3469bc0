#pragma once

#include <cstddef>

#include "base/event_log.h"
#include "game/cursor.h"
#include "game/game_store.h"
#include "game/leaderboard_sync.h"
#include "game/leaderboards.h"
#include "game/player_facade.h"
#include "game/score_store.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/model/score.h"
#include "oofgg/status.h"
#include "oofgg/uuid.h"

namespace oofgg::game {

/// Scores and the lists they make: for each game and score type one of all time and one each of the current
/// day, week and month, as the game's score rules have it (docs/leaderboards.md). Whoever owns the rules sees
/// to it that a score type does not change its order, nor what it keeps, once it has scores.
/// Threads: safe; methods block on the store. Errors besides those named: kUnauthenticated without a caller,
/// kPermissionDenied, kInvalidArgument, kNotFound (no such game), kUnavailable.
class ScoreFacade {
 public:
  struct Parts {
    ScoreStore& scores;
    GameStore& games;
    PlayerFacade& players;
    Leaderboards& boards;
    LeaderboardSync& sync;
    const Cursors& cursors;
    UuidGenerator& ids;
    const Clock& clock;
    EventLog& log;
  };

  explicit ScoreFacade(const Parts& parts) : parts_(parts) {}

  /// Fills the lists from the store. Once, before any other call.
  Status RebuildLeaderboards();

  /// Stores a score, durably before this returns, and tells it with the player's rank on the list of all
  /// time. Users submit their own, unless the rule leaves it to servers; `service` and `admin` anybody's.
  /// Idempotent under an idempotency key. kInvalidArgument also: the rule does not take that value.
  /// kResourceExhausted: the game has too many score types that its rules do not name. kOutOfRange: the
  /// player's sum would leave 64 bits.
  StatusOr<LeaderboardEntry> SubmitScore(const CallContext& context, const ScoreSubmission& submission);

  /// A player's scores of one game or of all, newest first.
  StatusOr<PlayerScores> GetPlayerScores(const CallContext& context, const PlayerScoresRequest& request);

  /// A page of a list, from the top, behind a cursor or around a player; or the named players' places on it.
  /// Of equal scores the earlier ranks first. kNotFound also: the player to page around is not on the list.
  StatusOr<Leaderboard> GetLeaderboard(const CallContext& context, const LeaderboardRequest& request);

  /// kNotFound: the player is not on the list.
  StatusOr<PlayerRank> GetPlayerRank(const CallContext& context, const PlayerRankRequest& request);

  /// Deletes all scores of the player and takes them off the lists. Again does no harm.
  Status ErasePlayer(std::string_view id);

 private:
  StatusOr<Leaderboard> Describe(const ListId& list, const Leaderboards::Page& page);

  const Parts parts_;
};

}  // namespace oofgg::game
