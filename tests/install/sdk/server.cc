// Somebody who builds a server of their own from our rooms.

#include <string>

#include "auth/user_store.h"
#include "rpc/server.h"
#include "storage/redis/redis_client.h"
#include "storage/sqlite/auth/sqlite_user_store.h"
#include "storage/sqlite/database.h"

namespace {

// Port 1 has nobody behind it.
bool TellsThatRedisIsAway() {
  oofgg::storage::RedisClient client({.url = oofgg::storage::ParseRedisUrl("127.0.0.1:1").value()});
  return client.WaitUntilUp(oofgg::Clock::System().Now()).code() == oofgg::StatusCode::kUnavailable;
}

}  // namespace

int main() {
  const auto database = oofgg::storage::Database::Open(":memory:");
  if (!database.ok()) return 1;
  const auto users = oofgg::storage::SqliteUserStore::Make(**database);
  return users.ok() && TellsThatRedisIsAway() ? 0 : 1;
}
