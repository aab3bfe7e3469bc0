#include "servers/auth/shared_state.h"

#include <chrono>
#include <utility>

#include "oofgg/clock.h"
#include "servers/common/redis_options.h"
#include "storage/redis/auth/redis_login_failures.h"
#include "storage/redis/auth/redis_rate_limiter.h"
#include "storage/redis/auth/redis_revocation_feed.h"
#include "storage/redis/durability.h"

namespace oofgg::servers {
namespace {

constexpr std::chrono::seconds kPatience{5};

}  // namespace

StatusOr<SharedState> SharedState::Open(const ServerSettings& settings, std::string limit_key) {
  SharedState shared;
  if (settings.redis.empty()) return shared;
  OOFGG_ASSIGN_OR_RETURN(storage::RedisOptions options, RedisOptionsOf(settings));
  const TimePoint deadline = DeadlineAfter(Clock::System().Now(), kPatience);
  auto redis = storage::RedisClient::Connect(std::move(options), deadline);
  if (!redis.ok()) return Annotate(redis.status(), "--redis");
  if (const Status durable = storage::CheckDurability(**redis, settings.allow_volatile_redis, deadline);
      !durable.ok()) {
    return Annotate(durable, "--redis");
  }
  shared.redis_ = *std::move(redis);
  shared.limiter_ = std::make_unique<storage::RedisRateLimiter>(
      *shared.redis_, storage::RedisRateLimiterOptions{.name_key = limit_key});
  shared.failures_ = std::make_unique<storage::RedisLoginFailures>(
      *shared.redis_, storage::RedisLoginFailuresOptions{.name_key = std::move(limit_key)});
  shared.feed_ = std::make_unique<storage::RedisRevocationFeed>(*shared.redis_);
  return shared;
}

}  // namespace oofgg::servers
