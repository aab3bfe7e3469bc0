#include "auth/rate_limiter.h"

#include <algorithm>
#include <vector>

namespace oofgg::auth {

KeyedTokenBuckets& MemoryRateLimiter::BucketsOf(RateLimit limit) {
  return buckets_.try_emplace(Key(limit.per_second, limit.burst), clock_, limit, max_keys_).first->second;
}

// All or none takes one lock around all: what was taken is given back where another bucket refuses.
Admission MemoryRateLimiter::TryTake(std::span<const LimitedKey> keys) {
  const std::lock_guard lock(mutex_);
  Admission verdict{.granted = true};
  std::vector<const LimitedKey*> taken;
  for (const LimitedKey& one : keys) {
    const Admission admission = BucketsOf(one.limit).TryTake(one.key);
    if (admission) {
      taken.push_back(&one);
    } else {
      verdict = {.granted = false, .retry_after = std::max(verdict.retry_after, admission.retry_after)};
    }
  }
  if (verdict) return verdict;
  for (const LimitedKey* one : taken) BucketsOf(one->limit).GiveBack(one->key);
  return verdict;
}

}  // namespace oofgg::auth
