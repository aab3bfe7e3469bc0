#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "oofgg/clock.h"

namespace oofgg {

/// How much is allowed: `burst` at once, then `per_second` more each second. Both more than zero.
struct RateLimit {
  double per_second = 1.0;
  double burst = 1.0;
};

/// The answer of a limiter.
struct Admission {
  bool granted = false;
  Duration retry_after{};  ///< When refused: when the same question can be granted at the earliest.

  explicit operator bool() const { return granted; }
};

/// A token bucket: begins full, and a refused request takes nothing. Threads: safe.
class TokenBucket {
 public:
  TokenBucket(const Clock& clock, RateLimit limit);

  /// Takes `tokens` if they are there. More than `burst` is refused for ever (`retry_after` is the maximum).
  [[nodiscard]] Admission TryTake(double tokens = 1.0);

 private:
  const Clock& clock_;
  std::mutex mutex_;
  const RateLimit limit_;
  double level_;
  TimePoint filled_at_;
};

/// One token bucket a key (an account, an address), in bounded memory: of more than `max_keys` keys, the one
/// that asked longest ago is forgotten and begins full again. Size it so that an attacker must spend more
/// on pushing a key out than a full bucket is worth. Of a key 64 bits are kept, however long it is: 100 bytes
/// with its bucket. Threads: safe.
class KeyedTokenBuckets {
 public:
  KeyedTokenBuckets(const Clock& clock, RateLimit limit, std::size_t max_keys);

  [[nodiscard]] Admission TryTake(std::string_view key, double tokens = 1.0);

  /// Puts back what `TryTake` granted for something that then was not done.
  void GiveBack(std::string_view key, double tokens = 1.0);

  /// How many keys are remembered.
  [[nodiscard]] std::size_t size() const;

 private:
  /// A hash that nobody can aim at without our secret; two keys that share one share a bucket.
  using Digest = std::uint64_t;
  struct Entry {
    Digest key;
    double level;
    TimePoint filled_at;
  };

  [[nodiscard]] Digest DigestOf(std::string_view key) const;
  Entry& Touch(Digest key, TimePoint now);

  const Clock& clock_;
  const RateLimit limit_;
  const std::size_t max_keys_;
  const std::array<std::uint64_t, 2> secret_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // The one that asked last is in front.
  std::unordered_map<Digest, std::list<Entry>::iterator> by_key_;
};

}  // namespace oofgg
