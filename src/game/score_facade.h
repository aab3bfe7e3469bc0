#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/event_log.h"
#include "game/board_page.h"
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

  /// The same for several calls, each by itself; what came of each, in their order.
  struct SubmitCall {
    const CallContext& context;
    const ScoreSubmission& submission;
  };
  std::vector<StatusOr<LeaderboardEntry>> SubmitScores(std::span<const SubmitCall> calls);
  /// Whether this one is better submitted together with others: it would hold them up for nothing but the
  /// store's one commit for all. Never blocks.
  bool SubmitsTogether(const CallContext& context, const ScoreSubmission& submission);

  /// A player's scores of one game or of all, newest first.
  StatusOr<PlayerScores> GetPlayerScores(const CallContext& context, const PlayerScoresRequest& request);

  /// A page of a list, from the top, behind a cursor or around a player; or the named players' places on it.
  /// Of equal scores the earlier ranks first. kNotFound also: the player to page around is not on the list.
  StatusOr<Leaderboard> GetLeaderboard(const CallContext& context, const LeaderboardRequest& request);
  /// The same, not written down yet.
  StatusOr<BoardPage> ReadLeaderboard(const CallContext& context, const LeaderboardRequest& request);
  /// What `ReadLeaderboard` answers, if that is known without waiting for the store; never blocks.
  std::optional<StatusOr<BoardPage>> ReadLeaderboardAtHand(const CallContext& context,
                                                           const LeaderboardRequest& request);

  /// kNotFound: the player is not on the list.
  StatusOr<PlayerRank> GetPlayerRank(const CallContext& context, const PlayerRankRequest& request);
  /// What `GetPlayerRank` answers, if that is known without waiting for the store; never blocks.
  std::optional<StatusOr<PlayerRank>> GetPlayerRankAtHand(const CallContext& context,
                                                          const PlayerRankRequest& request);

  /// Deletes all scores of the player and takes them off the lists. Again does no harm.
  Status ErasePlayer(std::string_view id);

 private:
  struct Submitted;
  StatusOr<Submitted> Prepare(const SubmitCall& call);
  StatusOr<LeaderboardEntry> Conclude(const Submitted& submitted, StatusOr<StoredScore> stored);
  struct BoardQuery;
  StatusOr<BoardQuery> CheckQuery(const CallContext& context, const LeaderboardRequest& request);
  StatusOr<BoardPage> PageOf(const BoardQuery& query, const LeaderboardRequest& request);
  Status Describe(BoardPage& page);
  bool DescribeAtHand(BoardPage& page);
  StatusOr<std::shared_ptr<const Game>> ShareGame(std::string_view id);
  StatusOr<PlayerRank> RankOf(const CallContext& context, const PlayerRankRequest& request);

  const Parts parts_;
};

}  // namespace oofgg::game
