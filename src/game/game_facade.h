#pragma once

#include <cstdint>
#include <optional>

#include "base/event_log.h"
#include "game/cursor.h"
#include "game/game_store.h"
#include "game/leaderboards.h"
#include "game/score_store.h"
#include "game/trends.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"
#include "oofgg/uuid.h"

namespace oofgg::game {

struct GameOptions {
  std::uint32_t games_per_user = 10;  ///< For role `user` and `developer`; 0: no limit.
};

/// The games that are played here.
/// Threads: safe; methods block on the store. Errors besides those named: kUnauthenticated without a caller,
/// kPermissionDenied, kInvalidArgument, kUnavailable when the store cannot be used.
class GameFacade {
 public:
  GameFacade(GameStore& games, ScoreStore& scores, Trends& trends, Leaderboards& boards,
             const Cursors& cursors, UuidGenerator& ids, const Clock& clock, EventLog& log,
             GameOptions options)
      : games_(games),
        scores_(scores),
        trends_(trends),
        boards_(boards),
        cursors_(cursors),
        ids_(ids),
        clock_(clock),
        log_(log),
        options_(options) {}

  /// Idempotent under an idempotency key. kResourceExhausted: the caller's quota is used up.
  StatusOr<Game> CreateGame(const CallContext& context, const CreateGameRequest& request);

  /// One game by its id, or, without one, a page of all, the oldest first. kNotFound: no such game.
  StatusOr<GamesPage> GetGame(const CallContext& context, const GetGameRequest& request);
  /// What `GetGame` answers, if that is known without waiting for the store; never blocks.
  std::optional<StatusOr<GamesPage>> GetGameAtHand(const CallContext& context, const GetGameRequest& request);

  /// Changes what the request names, for its owner and admins. kNotFound: no such game. kAborted: it is no
  /// longer the version that the request names, or others kept writing at the same time. kFailedPrecondition
  /// with reason SCORE_RULE_FIXED: how a score type ranks cannot change once it has scores.
  StatusOr<Game> UpdateGame(const CallContext& context, const UpdateGameRequest& request);

  /// A page of the games that most players joined of late, a join counting half after six hours.
  StatusOr<GamesPage> TrendingGames(const CallContext& context, const TrendingGamesRequest& request);

  /// For the operator, who may choose the id: makes the game unless it is there already.
  Status EnsureGame(const Game& game);

 private:
  Status CheckKeepsRanking(const Game& game, const ScoreRules& rules);
  StatusOr<GamesPage> ListGames(const GetGameRequest& request);

  GameStore& games_;
  ScoreStore& scores_;
  Trends& trends_;
  Leaderboards& boards_;
  const Cursors& cursors_;
  UuidGenerator& ids_;
  const Clock& clock_;
  EventLog& log_;
  const GameOptions options_;
};

}  // namespace oofgg::game
