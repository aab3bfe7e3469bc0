#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "auth/openssl_ptr.h"

namespace oofgg::auth {

/// HMAC-SHA-256 under one key, with the key's part of the work done in advance. Threads: safe.
class HmacKey {
 public:
  /// Null if OpenSSL has no memory left.
  [[nodiscard]] static std::unique_ptr<const HmacKey> Make(std::string_view secret);

  /// 32 bytes; empty if OpenSSL fails.
  [[nodiscard]] std::string Mac(std::string_view message) const;

 private:
  explicit HmacKey(MacCtxPtr keyed) : keyed_(std::move(keyed)) {}
  MacCtxPtr keyed_;  // Copied for each message, never used itself.
};

}  // namespace oofgg::auth
