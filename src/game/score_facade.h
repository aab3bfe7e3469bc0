#pragma once

#include <cstddef>

#include "base/event_log.h"
#include "game/game_store.h"
#include "game/leaderboards.h"
#include "game/player_facade.h"
#include "game/score_store.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/model/score.h"
#include "oofgg/status.h"
#include "oofgg/uuid.h"

namespace oofgg::game {

/// Scores and the lists they make: for each game and score type one of all time, by every player's best.
/// Threads: safe; methods block on the store. Errors besides those named: kUnauthenticated without a caller,
/// kPermissionDenied, kInvalidArgument, kNotFound (no such game), kUnavailable.
class ScoreFacade {
 public:
  struct Parts {
    ScoreStore& scores;
    GameStore& games;
    PlayerFacade& players;
    Leaderboards& boards;
    UuidGenerator& ids;
    const Clock& clock;
    EventLog& log;
  };

  explicit ScoreFacade(const Parts& parts) : parts_(parts) {}

  /// Stores a score, durably before this returns, and tells it with the player's rank by their best. Users
  /// submit their own; `service` and `admin` anybody's. Idempotent under an idempotency key.
  /// kResourceExhausted: the game has too many score types.
  StatusOr<LeaderboardEntry> SubmitScore(const CallContext& context, const ScoreSubmission& submission);

  /// A player's scores of one game or of all, newest first.
  StatusOr<PlayerScores> GetPlayerScores(const CallContext& context, const PlayerScoresRequest& request);

  /// A page of a list, or the named players' places on it. Of equal scores the earlier ranks first.
  StatusOr<Leaderboard> GetLeaderboard(const CallContext& context, const LeaderboardRequest& request);

  /// kNotFound: the player is not on the list.
  StatusOr<PlayerRank> GetPlayerRank(const CallContext& context, const PlayerRankRequest& request);

  /// Deletes all scores of the player and takes them off the lists. Again does no harm.
  Status ErasePlayer(std::string_view id);

 private:
  StatusOr<Leaderboard> Describe(const LeaderboardRequest& request, const Leaderboards::Page& page);

  const Parts parts_;
};

}  // namespace oofgg::game
