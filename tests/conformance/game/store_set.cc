#include "tests/conformance/game/store_set.h"

#include <chrono>
#include <utility>
#include "storage/cached/game/cached_game_store.h"
#include "storage/cached/game/cached_player_store.h"
#include "storage/cached/game/cached_score_store.h"
#include "storage/cached/game/cached_session_store.h"
#include "storage/memory/game/memory_entity_store.h"
#include "storage/memory/game/memory_game_store.h"
#include "storage/memory/game/memory_match_store.h"
#include "storage/memory/game/memory_player_store.h"
#include "storage/memory/game/memory_score_store.h"
#include "storage/memory/game/memory_session_store.h"
#include "storage/postgres/database.h"
#include "storage/postgres/game/postgres_entity_store.h"
#include "storage/postgres/game/postgres_game_store.h"
#include "storage/postgres/game/postgres_match_store.h"
#include "storage/postgres/game/postgres_player_store.h"
#include "storage/postgres/game/postgres_score_store.h"
#include "storage/postgres/game/postgres_session_store.h"
#include "storage/redis/game/redis_entity_store.h"
#include "storage/redis/game/redis_session_store.h"
#include "storage/redis/game/row_keys.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/game/game_schema.h"
#include "storage/sqlite/game/sqlite_entity_store.h"
#include "storage/sqlite/game/sqlite_game_store.h"
#include "storage/sqlite/game/sqlite_match_store.h"
#include "storage/sqlite/game/sqlite_player_store.h"
#include "storage/sqlite/game/sqlite_score_store.h"
#include "storage/sqlite/game/sqlite_session_store.h"
#include "tests/support/patience.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redis_cluster.h"
#include "tests/support/redis_server.h"

namespace oofgg::storage {
namespace {

class MemoryStores final : public StoreSet {
 public:
  game::PlayerStore& players() override { return players_; }
  game::GameStore& games() override { return games_; }
  game::SessionStore& sessions() override { return sessions_; }
  game::EntityStore& entities() override { return entities_; }
  game::ScoreStore& scores() override { return scores_; }
  game::MatchStore& matches() override { return matches_; }

 private:
  MemoryPlayerStore players_;
  MemoryGameStore games_;
  MemorySessionStore sessions_;
  MemoryEntityStore entities_{sessions_};
  MemoryScoreStore scores_;
  MemoryMatchStore matches_;
};

class SqliteStores final : public StoreSet {
 public:
  SqliteStores() : database_(*Database::Open(":memory:")) { EXPECT_TRUE(MigrateGameTables(*database_).ok()); }
  game::PlayerStore& players() override { return players_; }
  game::GameStore& games() override { return games_; }
  game::SessionStore& sessions() override { return sessions_; }
  game::EntityStore& entities() override { return entities_; }
  game::ScoreStore& scores() override { return scores_; }
  game::MatchStore& matches() override { return matches_; }

 private:
  std::unique_ptr<Database> database_;
  SqlitePlayerStore players_{*database_};
  SqliteGameStore games_{*database_};
  SqliteSessionStore sessions_{*database_};
  SqliteEntityStore entities_{*database_};
  SqliteScoreStore scores_{*database_};
  SqliteMatchStore matches_{*database_};
};

/// A schema of its own of the server that all tests share.
std::unique_ptr<PostgresDatabase> OpenPostgres() {
  return PostgresDatabase::Open(
             testing::PostgresServer::Shared().NewSchemaUrl(),
             {.timeout = oofgg::testing::kPatience, .connect_timeout = oofgg::testing::kPatience})
      .value();
}

class PostgresStores final : public StoreSet {
 public:
  game::PlayerStore& players() override { return *players_; }
  game::GameStore& games() override { return *games_; }
  game::SessionStore& sessions() override { return *sessions_; }
  game::EntityStore& entities() override { return *entities_; }
  game::ScoreStore& scores() override { return *scores_; }
  game::MatchStore& matches() override { return *matches_; }

 private:
  std::unique_ptr<PostgresDatabase> database_ = OpenPostgres();
  std::unique_ptr<PostgresPlayerStore> players_ = PostgresPlayerStore::Make(*database_).value();
  std::unique_ptr<PostgresGameStore> games_ = PostgresGameStore::Make(*database_).value();
  std::unique_ptr<PostgresSessionStore> sessions_ = PostgresSessionStore::Make(*database_).value();
  std::unique_ptr<PostgresEntityStore> entities_ = PostgresEntityStore::Make(*database_).value();
  std::unique_ptr<PostgresScoreStore> scores_ = PostgresScoreStore::Make(*database_).value();
  std::unique_ptr<PostgresMatchStore> matches_ = PostgresMatchStore::Make(*database_).value();
};

/// As oofgg-game has them on SQLite, behind storage/cached.
class CachedSqliteStores final : public StoreSet {
 public:
  CachedSqliteStores() { EXPECT_TRUE(MigrateGameTables(*database_).ok()); }
  game::PlayerStore& players() override { return players_; }
  game::GameStore& games() override { return games_; }
  game::SessionStore& sessions() override { return sessions_; }
  game::EntityStore& entities() override { return entities_; }
  game::ScoreStore& scores() override { return scores_; }
  game::MatchStore& matches() override { return matches_; }

 private:
  std::unique_ptr<Database> database_ = *Database::Open(":memory:");
  CachedPlayerStore players_{std::make_unique<SqlitePlayerStore>(*database_), Clock::System()};
  CachedGameStore games_{std::make_unique<SqliteGameStore>(*database_), Clock::System()};
  CachedSessionStore sessions_{std::make_unique<SqliteSessionStore>(*database_), Clock::System()};
  SqliteEntityStore entities_{*database_};
  CachedScoreStore scores_{std::make_unique<SqliteScoreStore>(*database_), Clock::System()};
  SqliteMatchStore matches_{*database_};
};

/// As it has them on PostgreSQL, where sessions are not kept in memory.
class CachedPostgresStores final : public StoreSet {
 public:
  game::PlayerStore& players() override { return players_; }
  game::GameStore& games() override { return games_; }
  game::SessionStore& sessions() override { return *sessions_; }
  game::EntityStore& entities() override { return *entities_; }
  game::ScoreStore& scores() override { return scores_; }
  game::MatchStore& matches() override { return *matches_; }

 private:
  static constexpr RowCacheOptions kOptions = {.max_age = std::chrono::seconds(2)};

  std::unique_ptr<PostgresDatabase> database_ = OpenPostgres();
  CachedPlayerStore players_{PostgresPlayerStore::Make(*database_).value(), Clock::System(), kOptions};
  CachedGameStore games_{PostgresGameStore::Make(*database_).value(), Clock::System(), kOptions};
  std::unique_ptr<PostgresSessionStore> sessions_ = PostgresSessionStore::Make(*database_).value();
  std::unique_ptr<PostgresEntityStore> entities_ = PostgresEntityStore::Make(*database_).value();
  CachedScoreStore scores_{PostgresScoreStore::Make(*database_).value(), Clock::System(), kOptions};
  std::unique_ptr<PostgresMatchStore> matches_ = PostgresMatchStore::Make(*database_).value();
};

/// Sessions and entities on a Redis that all tests share, and that is emptied for each.
class RedisStores final : public StoreSet {
 public:
  explicit RedisStores(const std::string& url) : client_(Connect(url)) {
    const RedisCommand empty = RedisCommand({"FLUSHALL"}).OnKey(row_keys::kSessions);
    EXPECT_TRUE(client_->Call(empty, Deadline()).ok());
  }
  game::PlayerStore& players() override { return players_; }
  game::GameStore& games() override { return games_; }
  game::SessionStore& sessions() override { return sessions_; }
  game::EntityStore& entities() override { return entities_; }
  game::ScoreStore& scores() override { return scores_; }
  game::MatchStore& matches() override { return matches_; }

 private:
  static TimePoint Deadline() { return DeadlineAfter(Clock::System().Now(), oofgg::testing::kPatience); }
  static std::unique_ptr<RedisClient> Connect(const std::string& url) {
    return RedisClient::Connect({.url = ParseRedisUrl(url).value()}, Deadline()).value();
  }
  static constexpr RowOptions kPatient{.timeout = oofgg::testing::kPatience,
                                       .timeout_without_link = oofgg::testing::kPatience};

  std::unique_ptr<RedisClient> client_;
  MemoryPlayerStore players_;
  MemoryGameStore games_;
  RedisSessionStore sessions_{*client_, kPatient};
  RedisEntityStore entities_{*client_, kPatient};
  MemoryScoreStore scores_;
  MemoryMatchStore matches_;
};

std::string OneRedis() {
  static const oofgg::testing::RedisServer server;
  return server.url();
}

std::string OneRedisCluster() {
  static const oofgg::testing::RedisCluster cluster;
  return cluster.url();
}

}  // namespace

std::unique_ptr<StoreSet> MakeStores(Engine engine) {
  switch (engine) {
    case Engine::kMemory:
      return std::make_unique<MemoryStores>();
    case Engine::kSqlite:
      return std::make_unique<SqliteStores>();
    case Engine::kRedis:
      return std::make_unique<RedisStores>(OneRedis());
    case Engine::kRedisCluster:
      return std::make_unique<RedisStores>(OneRedisCluster());
    case Engine::kPostgres:
      return std::make_unique<PostgresStores>();
    case Engine::kCachedSqlite:
      return std::make_unique<CachedSqliteStores>();
    case Engine::kCachedPostgres:
      break;
  }
  return std::make_unique<CachedPostgresStores>();
}

}  // namespace oofgg::storage
