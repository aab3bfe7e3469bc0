#include "oofgg/token_bucket.h"

#include <algorithm>
#include <cmath>

#include "base/siphash.h"
#include "oofgg/random.h"

namespace oofgg {
namespace {

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Duration UntilFilled(double missing, RateLimit limit) {
  // Rounded up, so that who waits as told is not refused by a rounding error.
  const double nanos = std::ceil(missing / limit.per_second * 1e9);
  constexpr double kLongest = 9e18;
  return std::chrono::duration_cast<Duration>(
      std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(nanos, kLongest))));
}

Admission Take(double tokens, RateLimit limit, TimePoint now, double& level, TimePoint& filled_at) {
  if (now > filled_at) {
    level = std::min(limit.burst, level + Seconds(now - filled_at) * limit.per_second);
    filled_at = now;
  }
  // A billionth of a token is forgiven: it stands for what the sums above lost.
  constexpr double kRounding = 1e-9;
  if (tokens > limit.burst) return {false, Duration::max()};
  if (tokens > level + kRounding) return {false, UntilFilled(tokens - level, limit)};
  level = std::max(0.0, level - tokens);
  return {true, Duration::zero()};
}

}  // namespace

TokenBucket::TokenBucket(const Clock& clock, RateLimit limit)
    : clock_(clock), limit_(limit), level_(limit.burst), filled_at_(clock.Now()) {}

Admission TokenBucket::TryTake(double tokens) {
  const TimePoint now = clock_.Now();
  const std::lock_guard lock(mutex_);
  return Take(tokens, limit_, now, level_, filled_at_);
}

KeyedTokenBuckets::KeyedTokenBuckets(const Clock& clock, RateLimit limit, std::size_t max_keys)
    : clock_(clock),
      limit_(limit),
      max_keys_(std::max<std::size_t>(max_keys, 1)),
      secret_{RandomSource::System().Next(), RandomSource::System().Next()} {}

KeyedTokenBuckets::Digest KeyedTokenBuckets::DigestOf(std::string_view key) const {
  return base::SipHash(secret_)(key);
}

KeyedTokenBuckets::Entry& KeyedTokenBuckets::Touch(Digest key, TimePoint now) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front();
  }
  if (entries_.size() >= max_keys_) {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
  entries_.push_front({key, limit_.burst, now});
  by_key_.emplace(key, entries_.begin());
  return entries_.front();
}

Admission KeyedTokenBuckets::TryTake(std::string_view key, double tokens) {
  const Digest digest = DigestOf(key);
  const TimePoint now = clock_.Now();
  const std::lock_guard lock(mutex_);
  Entry& entry = Touch(digest, now);
  return Take(tokens, limit_, now, entry.level, entry.filled_at);
}

void KeyedTokenBuckets::GiveBack(std::string_view key, double tokens) {
  const Digest digest = DigestOf(key);
  const TimePoint now = clock_.Now();
  const std::lock_guard lock(mutex_);
  Entry& entry = Touch(digest, now);
  entry.level = std::min(limit_.burst, entry.level + tokens);
}

std::size_t KeyedTokenBuckets::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace oofgg
