#include "servers/auth/stores.h"

#include "servers/common/server_flags.h"
#include "storage/postgres/auth/postgres_code_store.h"
#include "storage/postgres/auth/postgres_credential_store.h"
#include "storage/postgres/auth/postgres_refresh_store.h"
#include "storage/postgres/auth/postgres_user_store.h"
#include "storage/sqlite/auth/sqlite_code_store.h"
#include "storage/sqlite/auth/sqlite_credential_store.h"
#include "storage/sqlite/auth/sqlite_refresh_store.h"
#include "storage/sqlite/auth/sqlite_user_store.h"

namespace oofgg::servers {
namespace {

constexpr std::size_t kWorkersOnSqlite = 8;
constexpr std::size_t kWorkersOnPostgres = 64;
/// Other replicas revoke sessions in the same database: a quarter of the second within which all servers are
/// to know. A SQLite file has no replicas.
constexpr std::chrono::milliseconds kRevocationPoll{250};

StatusOr<AuthStorage> OnSqlite(const std::string& database) {
  AuthStorage opened;
  opened.workers = kWorkersOnSqlite;
  OOFGG_ASSIGN_OR_RETURN(opened.sqlite, OpenDatabase(database));
  OOFGG_ASSIGN_OR_RETURN(opened.users, storage::SqliteUserStore::Make(*opened.sqlite));
  OOFGG_ASSIGN_OR_RETURN(opened.sessions, storage::SqliteRefreshStore::Make(*opened.sqlite));
  OOFGG_ASSIGN_OR_RETURN(opened.codes, storage::SqliteCodeStore::Make(*opened.sqlite));
  OOFGG_ASSIGN_OR_RETURN(opened.credentials, storage::SqliteCredentialStore::Make(*opened.sqlite));
  return opened;
}

StatusOr<AuthStorage> OnPostgres(const std::string& url, bool insecure) {
  AuthStorage opened;
  opened.workers = kWorkersOnPostgres;
  opened.revocation_poll = kRevocationPoll;
  OOFGG_ASSIGN_OR_RETURN(opened.postgres,
                         storage::PostgresDatabase::Open(url, {.allow_plaintext = insecure}));
  OOFGG_ASSIGN_OR_RETURN(opened.users, storage::PostgresUserStore::Make(*opened.postgres));
  OOFGG_ASSIGN_OR_RETURN(opened.sessions, storage::PostgresRefreshStore::Make(*opened.postgres));
  OOFGG_ASSIGN_OR_RETURN(opened.codes, storage::PostgresCodeStore::Make(*opened.postgres));
  OOFGG_ASSIGN_OR_RETURN(opened.credentials, storage::PostgresCredentialStore::Make(*opened.postgres));
  return opened;
}

}  // namespace

StatusOr<AuthStorage> OpenAuthStores(const ServerSettings& settings) {
  if (!IsPostgres(settings.database)) return OnSqlite(settings.database);
  auto opened = OnPostgres(settings.database, settings.insecure);
  if (!opened.ok()) return Annotate(opened.status(), "--database");
  return opened;
}

}  // namespace oofgg::servers
