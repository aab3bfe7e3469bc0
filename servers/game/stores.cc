#include "servers/game/stores.h"

#include <string>

#include "storage/postgres/game/postgres_entity_store.h"
#include "storage/postgres/game/postgres_game_store.h"
#include "storage/postgres/game/postgres_player_store.h"
#include "storage/postgres/game/postgres_score_store.h"
#include "storage/postgres/game/postgres_session_store.h"
#include "storage/sqlite/game/game_schema.h"
#include "storage/sqlite/game/sqlite_entity_store.h"
#include "storage/sqlite/game/sqlite_game_store.h"
#include "storage/sqlite/game/sqlite_player_store.h"
#include "storage/sqlite/game/sqlite_score_store.h"
#include "storage/sqlite/game/sqlite_session_store.h"

namespace oofgg::servers {
namespace {

constexpr std::size_t kWorkersOnSqlite = 8;
constexpr std::size_t kWorkersOnPostgres = 64;

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
  return opened;
}

StatusOr<GameStorage> OnPostgres(const std::string& url, bool insecure) {
  GameStorage opened;
  opened.workers = kWorkersOnPostgres;
  OOFGG_ASSIGN_OR_RETURN(opened.postgres,
                         storage::PostgresDatabase::Open(url, {.allow_plaintext = insecure}));
  OOFGG_ASSIGN_OR_RETURN(opened.players, storage::PostgresPlayerStore::Make(*opened.postgres));
  OOFGG_ASSIGN_OR_RETURN(opened.games, storage::PostgresGameStore::Make(*opened.postgres));
  OOFGG_ASSIGN_OR_RETURN(opened.sessions, storage::PostgresSessionStore::Make(*opened.postgres));
  OOFGG_ASSIGN_OR_RETURN(opened.entities, storage::PostgresEntityStore::Make(*opened.postgres));
  OOFGG_ASSIGN_OR_RETURN(opened.scores, storage::PostgresScoreStore::Make(*opened.postgres));
  return opened;
}

}  // namespace

StatusOr<GameStorage> OpenGameStores(const ServerSettings& settings) {
  if (!IsPostgres(settings.database)) return OnSqlite(settings.database);
  auto opened = OnPostgres(settings.database, settings.insecure);
  if (!opened.ok()) return Annotate(opened.status(), "--database");
  return opened;
}

}  // namespace oofgg::servers
