#pragma once

#include <string>
#include <vector>

#include "auth/refresh_store.h"

namespace oofgg::auth::testing {

inline const WallTime kStart = WallTime(std::chrono::milliseconds(1'900'000'000'000));
/// The n-th second of a test.
inline WallTime At(int second) { return kStart + std::chrono::seconds(second); }

/// Hashes are any bytes, a NUL among them.
inline std::string HashOf(const std::string& name) {
  std::string hash = std::string("\0\xff", 2) + name;
  hash.resize(32, '.');
  return hash;
}

inline RefreshFamily MakeFamily(const std::string& id, const std::string& user_id = "u-1") {
  return {.id = id,
          .user_id = user_id,
          .created_at = kStart,
          .last_used_at = kStart,
          .expires_at = At(1000),
          .label = "phone of " + user_id};
}

/// A use at second 1 of a token that ends with second 100, for one that ends with second 101.
inline Rotation Use(const std::string& token, const std::string& next, const std::string& nonce = "") {
  return {.token_hash = HashOf(token),
          .next_hash = HashOf(next),
          .nonce_hash = nonce.empty() ? "" : HashOf(nonce),
          .grant = {.token_id = "jti-" + next, .issued_at = At(1), .expires_at = At(901)},
          .now = At(1),
          .next_expires_at = At(101),
          .grace = std::chrono::seconds(30),
          .revoked_until = At(901)};
}

/// All revocations that are kept.
inline std::vector<Revocation> AllRevocations(RefreshStore& sessions) {
  return sessions.ReadRevocations(0, 100'000).value().entries;
}

}  // namespace oofgg::auth::testing
