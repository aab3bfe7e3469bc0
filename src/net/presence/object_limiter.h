#pragma once

#include <cstddef>
#include <string_view>

#include "net/presence/connection_limiter.h"
#include "oofgg/token_bucket.h"

namespace oofgg::net {

/// How much one address may ask for over all its connections: an object counts one, and one more for every
/// ten users on its list. Threads: safe.
class ObjectLimiter {
 public:
  /// `spares_this_machine`: what comes over loopback is not counted.
  ObjectLimiter(const Clock& clock, RateLimit per_address, bool spares_this_machine)
      : by_address_(clock, per_address, kRememberedAddresses), spares_this_machine_(spares_this_machine) {}

  [[nodiscard]] bool TryTake(AddressKey address, std::size_t listed) {
    if (spares_this_machine_ && IsLoopback(address)) return true;
    const std::string_view key(reinterpret_cast<const char*>(&address), sizeof address);
    return by_address_.TryTake(key, 1.0 + static_cast<double>(listed) / kListedForOne).granted;
  }

 private:
  static constexpr std::size_t kRememberedAddresses = 100'000;
  static constexpr double kListedForOne = 10;

  KeyedTokenBuckets by_address_;
  const bool spares_this_machine_;
};

}  // namespace oofgg::net
