// Somebody who builds a server of their own from our rooms.

#include <string>

#include "auth/user_store.h"
#include "rpc/server.h"
#include "storage/sqlite/auth/sqlite_user_store.h"
#include "storage/sqlite/database.h"

int main() {
  const auto database = oofgg::storage::Database::Open(":memory:");
  if (!database.ok()) return 1;
  const auto users = oofgg::storage::SqliteUserStore::Make(**database);
  return users.ok() ? 0 : 1;
}
