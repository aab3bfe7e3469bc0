#include "storage/redis/durability.h"

#include <string>

#include "oofgg/log.h"

namespace oofgg::storage {

Status CheckDurability(RedisClient& client, bool allow_volatile, TimePoint deadline) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         client.Call(RedisCommand({"INFO", "persistence"}).Keyless().Idempotent(), deadline));
  OOFGG_ASSIGN_OR_RETURN(const std::string_view facts, reply.AsText());
  if (facts.find("aof_enabled:1") != std::string_view::npos) return absl::OkStatus();
  const std::string fault = "Redis at " + client.options().url.Redacted() +
                            " keeps no append-only file, so a restart of it loses what was acknowledged";
  if (allow_volatile) {
    Log(LogLevel::kWarning, "redis", fault);
    return absl::OkStatus();
  }
  return MakeStatus(StatusCode::kFailedPrecondition,
                    fault + "; set `appendonly yes` in its configuration, or pass --allow-volatile-redis");
}

}  // namespace oofgg::storage
