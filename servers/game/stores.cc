#include "servers/game/stores.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/encoding.h"
#include "oofgg/clock.h"
#include "oofgg/log.h"
#include "oofgg/random.h"
#include "servers/common/redis_options.h"
#include "storage/cached/game/cached_game_store.h"
#include "storage/cached/game/cached_player_store.h"
#include "storage/cached/game/cached_score_store.h"
#include "storage/cached/game/cached_session_store.h"
#include "storage/postgres/game/postgres_entity_store.h"
#include "storage/postgres/game/postgres_game_store.h"
#include "storage/postgres/game/postgres_match_store.h"
#include "storage/postgres/game/postgres_player_store.h"
#include "storage/postgres/game/postgres_score_store.h"
#include "storage/postgres/game/postgres_session_store.h"
#include "storage/redis/durability.h"
#include "storage/redis/game/redis_attendance_board.h"
#include "storage/redis/game/redis_entity_store.h"
#include "storage/redis/game/redis_session_store.h"
#include "storage/redis/game/row_owner.h"
#include "storage/sqlite/game/game_schema.h"
#include "storage/sqlite/game/sqlite_entity_store.h"
#include "storage/sqlite/game/sqlite_game_store.h"
#include "storage/sqlite/game/sqlite_match_store.h"
#include "storage/sqlite/game/sqlite_player_store.h"
#include "storage/sqlite/game/sqlite_score_store.h"
#include "storage/sqlite/game/sqlite_session_store.h"

namespace oofgg::servers {
namespace {

constexpr std::size_t kWorkersOnSqlite = 8;
constexpr std::size_t kWorkersOnNetwork = 64;
constexpr std::chrono::seconds kRedisStartPatience{5};
/// Several times what lies between two beats of an instance.
constexpr std::chrono::milliseconds kShortestLease{5'000};
/// How long this process may go on telling a game or a profile that another one has changed.
constexpr std::chrono::seconds kMaxStaleness{2};
constexpr std::size_t kDatabaseIdBytes = 16;

/// Keeps in memory what is read of games, profiles and scores.
void CacheRows(GameStorage& opened, const storage::RowCacheOptions& options) {
  Clock& clock = Clock::System();
  opened.players = std::make_unique<storage::CachedPlayerStore>(std::move(opened.players), clock, options);
  opened.games = std::make_unique<storage::CachedGameStore>(std::move(opened.games), clock, options);
  opened.scores = std::make_unique<storage::CachedScoreStore>(std::move(opened.scores), clock);
}

StatusOr<GameStorage> OnSqlite(const std::string& database) {
  GameStorage opened;
  opened.workers = kWorkersOnSqlite;
  OOFGG_ASSIGN_OR_RETURN(opened.sqlite, OpenDatabase(database));
  OOFGG_RETURN_IF_ERROR(storage::MigrateGameTables(*opened.sqlite));
  opened.players = std::make_unique<storage::SqlitePlayerStore>(*opened.sqlite);
  opened.games = std::make_unique<storage::SqliteGameStore>(*opened.sqlite);
  opened.sessions = std::make_unique<storage::SqliteSessionStore>(*opened.sqlite);
  opened.entities = std::make_unique<storage::SqliteEntityStore>(*opened.sqlite);
  opened.scores = std::make_unique<storage::SqliteScoreStore>(*opened.sqlite);
  opened.matches = std::make_unique<storage::SqliteMatchStore>(*opened.sqlite);
  CacheRows(opened, {});
  // Nobody else writes to the file, so that even what changes all the time is never told as it was.
  opened.sessions =
      std::make_unique<storage::CachedSessionStore>(std::move(opened.sessions), Clock::System());
  return opened;
}

StatusOr<GameStorage> OnPostgres(const std::string& url, bool insecure) {
  GameStorage opened;
  opened.workers = kWorkersOnNetwork;
  OOFGG_ASSIGN_OR_RETURN(opened.postgres,
                         storage::PostgresDatabase::Open(url, {.allow_plaintext = insecure}));
  OOFGG_ASSIGN_OR_RETURN(opened.players, storage::PostgresPlayerStore::Make(*opened.postgres));
  OOFGG_ASSIGN_OR_RETURN(opened.games, storage::PostgresGameStore::Make(*opened.postgres));
  OOFGG_ASSIGN_OR_RETURN(opened.sessions, storage::PostgresSessionStore::Make(*opened.postgres));
  OOFGG_ASSIGN_OR_RETURN(opened.entities, storage::PostgresEntityStore::Make(*opened.postgres));
  OOFGG_ASSIGN_OR_RETURN(opened.scores, storage::PostgresScoreStore::Make(*opened.postgres));
  OOFGG_ASSIGN_OR_RETURN(opened.matches, storage::PostgresMatchStore::Make(*opened.postgres));
  CacheRows(opened, {.max_age = kMaxStaleness});
  return opened;
}

StatusOr<GameStorage> OnDatabase(const ServerSettings& settings) {
  if (!IsPostgres(settings.database)) return OnSqlite(settings.database);
  auto opened = OnPostgres(settings.database, settings.insecure);
  if (!opened.ok()) return Annotate(opened.status(), "--database");
  return opened;
}

/// Or an instance with a database of its own would serve sessions of games that it does not have.
Status CheckSameDatabase(storage::RedisClient& redis, GameStorage& opened, TimePoint deadline) {
  OOFGG_ASSIGN_OR_RETURN(
      const std::string id,
      opened.games->KeepSecret("database", base::HexEncode(RandomSource::System().Bytes(kDatabaseIdBytes))));
  Status same = storage::CheckRowOwner(redis, id, deadline);
  const bool is_other = same.code() == StatusCode::kFailedPrecondition;
  if (!is_other || opened.sqlite == nullptr) return same;
  // Files cannot be shared, and it may be here for presence alone.
  Log(LogLevel::kWarning, "game",
      "--redis: " + std::string(same.message()) + ". Until then only presence may be used here");
  return {};
}

/// Moves to Redis what all instances serve.
Status ShareSessions(const GameSettings& settings, GameStorage& opened) {
  OOFGG_ASSIGN_OR_RETURN(storage::RedisOptions options, RedisOptionsOf(settings.server));
  const TimePoint deadline = DeadlineAfter(Clock::System().Now(), kRedisStartPatience);
  auto redis = storage::RedisClient::Connect(std::move(options), deadline);
  if (!redis.ok()) return Annotate(redis.status(), "--redis");
  if (const Status durable =
          storage::CheckDurability(**redis, settings.server.allow_volatile_redis, deadline);
      !durable.ok()) {
    return Annotate(durable, "--redis");
  }
  OOFGG_RETURN_IF_ERROR(Annotate(CheckSameDatabase(**redis, opened, deadline), "--redis"));
  opened.redis = *std::move(redis);
  opened.sessions = std::make_unique<storage::RedisSessionStore>(*opened.redis);
  opened.entities = std::make_unique<storage::RedisEntityStore>(*opened.redis);
  opened.attendance = std::make_unique<storage::RedisAttendanceBoard>(
      *opened.redis,
      storage::RedisAttendanceOptions{.grace = settings.disconnect_grace,
                                      .lease = std::max(settings.presence_lease, kShortestLease)});
  opened.workers = kWorkersOnNetwork;
  return {};
}

}  // namespace

StatusOr<GameStorage> OpenGameStores(const GameSettings& settings) {
  OOFGG_ASSIGN_OR_RETURN(GameStorage opened, OnDatabase(settings.server));
  if (!settings.server.redis.empty()) OOFGG_RETURN_IF_ERROR(ShareSessions(settings, opened));
  return opened;
}

void AddRedisHealth(OpsServer& ops, const GameStorage& storage) {
  if (storage.redis == nullptr) return;
  const auto is_up = [&redis = *storage.redis] { return redis.LinkNumber() != 0; };
  ops.AddReadiness([is_up]() -> Status {
    if (is_up()) return {};
    return MakeStatus(StatusCode::kUnavailable, "there is no link to Redis, where sessions are");
  });
  ops.AddGauge("oofgg_game_redis_up", "1 while there is a link to the Redis of sessions and entities.",
               [is_up] { return is_up() ? 1.0 : 0.0; });
}

}  // namespace oofgg::servers
