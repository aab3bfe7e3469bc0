#include "storage/redis/game/row_owner.h"

#include "storage/redis/game/row_keys.h"
#include "storage/redis/redis_client.h"

namespace oofgg::storage {

Status CheckRowOwner(RedisClient& client, std::string_view database_id, TimePoint deadline) {
  OOFGG_RETURN_IF_ERROR(
      client.Call(RedisCommand({"SET", row_keys::kDatabase, database_id, "NX"}).Idempotent(), deadline)
          .status());
  OOFGG_ASSIGN_OR_RETURN(const RedisReply owner,
                         client.Call(RedisCommand({"GET", row_keys::kDatabase}).Idempotent(), deadline));
  if (owner.text == database_id) return {};
  return MakeStatus(
      StatusCode::kFailedPrecondition,
      "the sessions there are of games in another --database: give all instances on this Redis one "
      "PostgreSQL database, or each a Redis of its own; if that other is gone for good, delete "
      "the keys oofgg:{game}:*");
}

}  // namespace oofgg::storage
