#include "tests/conformance/game/store_set.h"

#include "storage/memory/game/memory_entity_store.h"
#include "storage/memory/game/memory_game_store.h"
#include "storage/memory/game/memory_player_store.h"
#include "storage/memory/game/memory_score_store.h"
#include "storage/memory/game/memory_session_store.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/game/game_schema.h"
#include "storage/sqlite/game/sqlite_entity_store.h"
#include "storage/sqlite/game/sqlite_game_store.h"
#include "storage/sqlite/game/sqlite_player_store.h"
#include "storage/sqlite/game/sqlite_score_store.h"
#include "storage/sqlite/game/sqlite_session_store.h"

namespace oofgg::storage {
namespace {

class MemoryStores final : public StoreSet {
 public:
  game::PlayerStore& players() override { return players_; }
  game::GameStore& games() override { return games_; }
  game::SessionStore& sessions() override { return sessions_; }
  game::EntityStore& entities() override { return entities_; }
  game::ScoreStore& scores() override { return scores_; }

 private:
  MemoryPlayerStore players_;
  MemoryGameStore games_;
  MemorySessionStore sessions_;
  MemoryEntityStore entities_{sessions_};
  MemoryScoreStore scores_;
};

class SqliteStores final : public StoreSet {
 public:
  SqliteStores() : database_(*Database::Open(":memory:")) { EXPECT_TRUE(MigrateGameTables(*database_).ok()); }
  game::PlayerStore& players() override { return players_; }
  game::GameStore& games() override { return games_; }
  game::SessionStore& sessions() override { return sessions_; }
  game::EntityStore& entities() override { return entities_; }
  game::ScoreStore& scores() override { return scores_; }

 private:
  std::unique_ptr<Database> database_;
  SqlitePlayerStore players_{*database_};
  SqliteGameStore games_{*database_};
  SqliteSessionStore sessions_{*database_};
  SqliteEntityStore entities_{*database_};
  SqliteScoreStore scores_{*database_};
};

}  // namespace

std::unique_ptr<StoreSet> MakeStores(Engine engine) {
  if (engine == Engine::kMemory) return std::make_unique<MemoryStores>();
  return std::make_unique<SqliteStores>();
}

}  // namespace oofgg::storage
