#include "servers/maker/stores.h"

#include <algorithm>
#include <utility>

#include "oofgg/log.h"
#include "oofgg/parse.h"
#include "oofgg/uuid.h"
#include "servers/common/redis_options.h"
#include "storage/memory/orchestration/memory_fleet_leases.h"
#include "storage/redis/durability.h"
#include "storage/redis/orchestration/redis_fleet_leases.h"
#include "storage/redis/orchestration/redis_fleet_order_store.h"
#include "storage/redis/orchestration/redis_maker_id.h"
#include "storage/redis/orchestration/redis_registration_store.h"
#include "storage/redis/orchestration/redis_request_store.h"
#include "storage/sqlite/orchestration/sqlite_fleet_order_store.h"
#include "storage/sqlite/orchestration/sqlite_maker_id.h"
#include "storage/sqlite/orchestration/sqlite_request_store.h"

namespace oofgg::servers {
namespace {

constexpr std::chrono::seconds kRedisStartPatience{10};

void WarnIfPlaintext(const storage::RedisUrl& url) {
  if (url.tls || std::all_of(url.hosts.begin(), url.hosts.end(),
                             [](const HostPort& host) { return IsLoopback(host.host); })) {
    return;
  }
  Log(LogLevel::kWarning, "maker",
      "REDIS_SERVER_URL: " + url.Redacted() +
          " is spoken to in plaintext; keep it on a private network, or write rediss:// for TLS");
}

StatusOr<MakerStores> InFile(const MakerSettings& settings, const Clock& clock, const std::string& fresh_id) {
  MakerStores stores;
  OOFGG_ASSIGN_OR_RETURN(stores.database, OpenDatabase(settings.server.database));
  OOFGG_ASSIGN_OR_RETURN(stores.requests, storage::SqliteRequestStore::Make(*stores.database));
  OOFGG_ASSIGN_OR_RETURN(stores.orders, storage::SqliteFleetOrderStore::Make(*stores.database));
  stores.leases = std::make_unique<storage::MemoryFleetLeases>(clock);
  OOFGG_ASSIGN_OR_RETURN(stores.maker_id, storage::SqliteMakerId(*stores.database, fresh_id));
  return stores;
}

/// Older deployments name a Redis as it comes and say no more about it, so a maker that believes its callers
/// takes it; one that verifies them asks for TLS and durability (docs/decisions/0055-older-deployments.md).
StatusOr<MakerStores> OnRedis(const MakerSettings& settings, const std::string& fresh_id) {
  const bool as_it_comes = settings.authorizer == "opaque";
  ServerSettings server = settings.server;
  server.insecure = server.insecure || as_it_comes;
  OOFGG_ASSIGN_OR_RETURN(storage::RedisOptions options, RedisOptionsOf(server));
  if (!settings.server.insecure) WarnIfPlaintext(options.url);
  const TimePoint deadline = DeadlineAfter(Clock::System().Now(), kRedisStartPatience);
  MakerStores stores;
  auto redis = storage::RedisClient::Connect(options, deadline);
  if (!redis.ok()) return Annotate(redis.status(), "--redis");
  stores.redis = *std::move(redis);
  const bool may_forget = settings.server.allow_volatile_redis || as_it_comes;
  OOFGG_RETURN_IF_ERROR(Annotate(storage::CheckDurability(*stores.redis, may_forget, deadline), "--redis"));
  stores.subscriber = std::make_unique<storage::RedisSubscriber>(std::move(options));
  stores.requests = std::make_unique<storage::RedisRequestStore>(*stores.redis);
  stores.leases = std::make_unique<storage::RedisFleetLeases>(*stores.redis);
  stores.orders = std::make_unique<storage::RedisFleetOrderStore>(*stores.redis);
  stores.registrations = std::make_unique<storage::RedisRegistrationStore>(*stores.redis);
  auto maker_id = storage::RedisMakerId(*stores.redis, fresh_id, {.timeout = kRedisStartPatience});
  if (!maker_id.ok()) return Annotate(maker_id.status(), "--redis");
  stores.maker_id = *std::move(maker_id);
  return stores;
}

}  // namespace

StatusOr<MakerStores> OpenMakerStores(const MakerSettings& settings, const Clock& clock,
                                      RandomSource& random) {
  const std::string fresh_id = NewUuidV7(clock, random);
  return settings.server.redis.empty() ? InFile(settings, clock, fresh_id) : OnRedis(settings, fresh_id);
}

void AddRedisHealth(OpsServer& ops, const MakerStores& stores) {
  if (!stores.AreShared()) return;
  const auto is_up = [&redis = *stores.redis] { return redis.LinkNumber() != 0; };
  ops.AddReadiness([is_up]() -> Status {
    if (is_up()) return {};
    return MakeStatus(StatusCode::kUnavailable, "there is no link to Redis, where requests are");
  });
  ops.AddGauge("oofgg_maker_redis_up", "1 while there is a link to the Redis of requests.",
               [is_up] { return is_up() ? 1.0 : 0.0; });
}

}  // namespace oofgg::servers
