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
  AuthStorage storage;
  storage.workers = kWorkersOnSqlite;
  OOFGG_ASSIGN_OR_RETURN(storage.sqlite, OpenDatabase(database));
  OOFGG_ASSIGN_OR_RETURN(storage.users, storage::SqliteUserStore::Make(*storage.sqlite));
  OOFGG_ASSIGN_OR_RETURN(storage.sessions, storage::SqliteRefreshStore::Make(*storage.sqlite));
  OOFGG_ASSIGN_OR_RETURN(storage.codes, storage::SqliteCodeStore::Make(*storage.sqlite));
  OOFGG_ASSIGN_OR_RETURN(storage.credentials, storage::SqliteCredentialStore::Make(*storage.sqlite));
  return storage;
}

StatusOr<AuthStorage> OnPostgres(const std::string& url) {
  AuthStorage storage;
  storage.workers = kWorkersOnPostgres;
  storage.revocation_poll = kRevocationPoll;
  OOFGG_ASSIGN_OR_RETURN(storage.postgres, storage::PostgresDatabase::Open(url));
  OOFGG_ASSIGN_OR_RETURN(storage.users, storage::PostgresUserStore::Make(*storage.postgres));
  OOFGG_ASSIGN_OR_RETURN(storage.sessions, storage::PostgresRefreshStore::Make(*storage.postgres));
  OOFGG_ASSIGN_OR_RETURN(storage.codes, storage::PostgresCodeStore::Make(*storage.postgres));
  OOFGG_ASSIGN_OR_RETURN(storage.credentials, storage::PostgresCredentialStore::Make(*storage.postgres));
  return storage;
}

}  // namespace

StatusOr<AuthStorage> OpenAuthStores(const std::string& database) {
  if (!database.starts_with("postgresql://") && !database.starts_with("postgres://")) {
    return OnSqlite(database);
  }
  auto storage = OnPostgres(database);
  if (!storage.ok()) return Annotate(storage.status(), "--database");
  return storage;
}

}  // namespace oofgg::servers
