#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>

#include "oofgg/clock.h"
#include "oofgg/token_bucket.h"

namespace oofgg::auth {

/// One bucket: a key and how much it allows. The same key under another limit is another bucket.
struct LimitedKey {
  std::string_view key;  ///< Should begin with what it is about: "login/account/…". Any bytes.
  RateLimit limit;
};

/// Token buckets by key, of this process or shared by all. Threads: safe.
class RateLimiter {
 public:
  virtual ~RateLimiter() = default;

  /// Takes one token from each bucket, or, where one is empty, from none; then `retry_after` is that of the
  /// slowest. The keys must differ. Never fails: where the buckets cannot be reached, the implementation
  /// decides as it was told to. A limit whose `burst` is less than 1 refuses for ever.
  [[nodiscard]] virtual Admission TryTake(std::span<const LimitedKey> keys) = 0;

  [[nodiscard]] Admission TryTake(std::string_view key, RateLimit limit) {
    const LimitedKey one{key, limit};
    return TryTake(std::span(&one, 1));
  }
};

/// Buckets in this process, in bounded memory (`KeyedTokenBuckets`): of each limit at most `max_keys`.
/// Limits are expected to be a handful, from configuration.
class MemoryRateLimiter final : public RateLimiter {
 public:
  /// `clock` must outlive the limiter.
  MemoryRateLimiter(const Clock& clock, std::size_t max_keys) : clock_(clock), max_keys_(max_keys) {}

  using RateLimiter::TryTake;
  [[nodiscard]] Admission TryTake(std::span<const LimitedKey> keys) override;

 private:
  using Key = std::pair<double, double>;  // A limit's `per_second` and `burst`.

  KeyedTokenBuckets& BucketsOf(RateLimit limit);

  const Clock& clock_;
  const std::size_t max_keys_;
  std::mutex mutex_;
  std::map<Key, KeyedTokenBuckets> buckets_;  // Guarded by mutex_.
};

}  // namespace oofgg::auth
