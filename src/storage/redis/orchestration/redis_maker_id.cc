#include "storage/redis/orchestration/redis_maker_id.h"

namespace oofgg::storage {
namespace {

constexpr const char* kMakerIdKey = "oofgg:{makers}:id";

}  // namespace

StatusOr<std::string> RedisMakerId(RedisClient& client, std::string_view fresh, RowOptions options) {
  const RowLink link(client, options, "the id of makers");
  // Repeated, it finds what it has set.
  OOFGG_RETURN_IF_ERROR(
      link.Call(RedisCommand({"SET", kMakerIdKey, std::string(fresh), "NX"}).Idempotent()).status());
  OOFGG_ASSIGN_OR_RETURN(const RedisReply id, link.Call(RedisCommand({"GET", kMakerIdKey}).Idempotent()));
  if (!id.is_nil()) return id.text;
  return MakeStatus(StatusCode::kUnavailable, "the id of makers was forgotten by Redis at once");
}

}  // namespace oofgg::storage
