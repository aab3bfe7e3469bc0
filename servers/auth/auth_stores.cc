#include "servers/auth/auth_stores.h"

#include "servers/common/server_flags.h"
#include "storage/postgres/auth/postgres_refresh_store.h"
#include "storage/postgres/auth/postgres_user_store.h"
#include "storage/sqlite/auth/sqlite_refresh_store.h"
#include "storage/sqlite/auth/sqlite_user_store.h"

namespace oofgg::servers {
namespace {

constexpr std::size_t kWorkersOnSqlite = 8;
constexpr std::size_t kWorkersOnPostgres = 64;

StatusOr<AuthStores> OnSqlite(const std::string& database) {
  AuthStores stores;
  stores.workers = kWorkersOnSqlite;
  OOFGG_ASSIGN_OR_RETURN(stores.sqlite, OpenDatabase(database));
  OOFGG_ASSIGN_OR_RETURN(stores.users, storage::SqliteUserStore::Make(*stores.sqlite));
  OOFGG_ASSIGN_OR_RETURN(stores.sessions, storage::SqliteRefreshStore::Make(*stores.sqlite));
  return stores;
}

StatusOr<AuthStores> OnPostgres(const std::string& url) {
  AuthStores stores;
  stores.workers = kWorkersOnPostgres;
  OOFGG_ASSIGN_OR_RETURN(stores.postgres, storage::PostgresDatabase::Open(url));
  OOFGG_ASSIGN_OR_RETURN(stores.users, storage::PostgresUserStore::Make(*stores.postgres));
  OOFGG_ASSIGN_OR_RETURN(stores.sessions, storage::PostgresRefreshStore::Make(*stores.postgres));
  return stores;
}

}  // namespace

StatusOr<AuthStores> OpenAuthStores(const std::string& database) {
  if (!database.starts_with("postgresql://") && !database.starts_with("postgres://"))
    return OnSqlite(database);
  auto stores = OnPostgres(database);
  if (!stores.ok()) return Annotate(stores.status(), "--database");
  return stores;
}

}  // namespace oofgg::servers
