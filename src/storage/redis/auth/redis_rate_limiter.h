#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "auth/rate_limiter.h"
#include "storage/redis/auth/shared_record.h"
#include "storage/redis/redis_client.h"

namespace oofgg::storage {

struct RedisRateLimiterOptions {
  /// How long a question may take. It stands in the way of a login, so: not long.
  std::chrono::milliseconds timeout{200};
  enum class WhenAway {
    kLocal,   ///< Buckets of this process decide: each instance then allows the whole limit.
    kRefuse,  ///< Nobody is let in.
  };
  WhenAway when_away = WhenAway::kLocal;
  /// After a question that went unanswered, for how long the next ones are not even asked.
  std::chrono::milliseconds rest{1000};
  std::size_t max_local_keys = 100'000;  ///< Of each limit.
  /// Mixed into the names of buckets, so that who reads Redis cannot find a player by trying his name. The
  /// same on all instances.
  std::string name_key{};
  /// Whose time counts. Null: Redis' own, since those of its clients differ. Must outlive the limiter.
  const Clock* clock = nullptr;
};

/// Token buckets that all instances share: keys `oofgg:limit:HASH`, gone by themselves once they are full
/// again. Any number of buckets are asked in one round trip, and as one step. Threads: safe; not inside
/// callbacks of `client`, which must outlive the limiter.
class RedisRateLimiter final : public auth::RateLimiter {
 public:
  explicit RedisRateLimiter(RedisClient& client, RedisRateLimiterOptions options = {});

  using RateLimiter::TryTake;
  [[nodiscard]] Admission TryTake(std::span<const auth::LimitedKey> keys) override;

 private:
  [[nodiscard]] StatusOr<Admission> Ask(std::span<const auth::LimitedKey> keys, TimePoint deadline);
  [[nodiscard]] Admission Decide(std::span<const auth::LimitedKey> keys);

  RedisClient& client_;
  const RedisRateLimiterOptions options_;
  SharedRecord shared_;
  auth::MemoryRateLimiter local_;
};

}  // namespace oofgg::storage
