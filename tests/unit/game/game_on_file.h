#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "base/event_log.h"
#include "game/game_room.h"
#include "oofgg/random.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/game/game_schema.h"
#include "storage/sqlite/game/sqlite_entity_store.h"
#include "storage/sqlite/game/sqlite_game_store.h"
#include "storage/sqlite/game/sqlite_match_store.h"
#include "storage/sqlite/game/sqlite_player_store.h"
#include "storage/sqlite/game/sqlite_score_store.h"
#include "storage/sqlite/game/sqlite_session_store.h"

namespace oofgg::game {

/// The game room of a server on a file.
struct GameOnFile {
  /// What the room is given for its `matches`.
  using WrapMatches = std::function<MatchStore&(MatchStore&)>;

  explicit GameOnFile(
      const std::string& path,
      const WrapMatches& wrap = [](MatchStore& store) -> MatchStore& { return store; },
      EventLog* log = nullptr)
      : database(*storage::Database::Open(path)) {
    EXPECT_TRUE(storage::MigrateGameTables(*database).ok());
    GameRoomOptions options;
    Game arena;
    arena.id = "arena";
    arena.name = "Arena";
    options.operators_games = {arena};
    room = *GameRoom::Open({.players = players,
                            .games = games,
                            .sessions = sessions,
                            .entities = entities,
                            .scores = scores,
                            .matches = wrap(matches)},
                           nullptr, Clock::System(), RandomSource::System(), log != nullptr ? *log : no_log,
                           options);
  }

  std::unique_ptr<storage::Database> database;
  storage::SqlitePlayerStore players{*database};
  storage::SqliteGameStore games{*database};
  storage::SqliteEntityStore entities{*database};
  storage::SqliteSessionStore sessions{*database};
  storage::SqliteScoreStore scores{*database};
  storage::SqliteMatchStore matches{*database};
  NullEventLog no_log;
  std::unique_ptr<GameRoom> room;
};

}  // namespace oofgg::game
