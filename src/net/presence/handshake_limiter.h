#pragma once

#include <cstddef>
#include <string_view>

#include "net/presence/connection_limiter.h"
#include "oofgg/token_bucket.h"

namespace oofgg::net {

/// How often TLS may be begun, by all together and from one address. Threads: safe.
class HandshakeLimiter {
 public:
  HandshakeLimiter(const Clock& clock, RateLimit all, RateLimit per_address)
      : all_(clock, all), by_address_(clock, per_address, kRememberedAddresses) {}

  /// The address is asked first, so that one that has had its share takes nothing from the others.
  [[nodiscard]] bool TryBegin(AddressKey address) {
    const std::string_view key(reinterpret_cast<const char*>(&address), sizeof address);
    return by_address_.TryTake(key).granted && all_.TryTake().granted;
  }

 private:
  static constexpr std::size_t kRememberedAddresses = 100'000;

  TokenBucket all_;
  KeyedTokenBuckets by_address_;
};

}  // namespace oofgg::net
