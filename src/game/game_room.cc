#include "game/game_room.h"

namespace oofgg::game {

GameRoom::GameRoom(const Stores& stores, MatchQueue* queue, const Clock& clock, RandomSource& random,
                   EventLog& log, const GameRoomOptions& options)
    : ids_(clock, random),
      hub_(clock, options.hub),
      boards_(options.max_score_types),
      queue_(stores.sessions, queue, notifier_, ids_, clock, log),
      players_(stores.players),
      games_(stores.games, ids_, clock, log, options.games),
      sessions_({.games = stores.games,
                 .sessions = stores.sessions,
                 .queue = queue_,
                 .notifier = notifier_,
                 .hub = hub_,
                 .ids = ids_,
                 .clock = clock,
                 .log = log}),
      events_({.sessions = stores.sessions,
               .notifier = notifier_,
               .hub = hub_,
               .clock = clock,
               .options = options.events}),
      scores_({.scores = stores.scores,
               .games = stores.games,
               .players = players_,
               .boards = boards_,
               .ids = ids_,
               .clock = clock,
               .log = log}) {}

StatusOr<std::unique_ptr<GameRoom>> GameRoom::Open(const Stores& stores, MatchQueue* queue,
                                                   const Clock& clock, RandomSource& random, EventLog& log,
                                                   GameRoomOptions options) {
  std::unique_ptr<GameRoom> room(new GameRoom(stores, queue, clock, random, log, options));
  for (const Game& game : options.operators_games) OOFGG_RETURN_IF_ERROR(room->games_.EnsureGame(game));
  OOFGG_RETURN_IF_ERROR(room->boards_.Rebuild(stores.scores));
  OOFGG_RETURN_IF_ERROR(room->queue_.Resume());
  return room;
}

}  // namespace oofgg::game
