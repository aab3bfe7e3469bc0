#pragma once

#include <string>

#include "auth/user_store.h"

namespace oofgg::auth::testing {

inline const WallTime kRegistered = WallTime(std::chrono::milliseconds(1'900'000'000'123));

inline User MakeUser(const std::string& id, const std::string& username, const std::string& email = "") {
  return {.id = id,
          .username = username,
          .email = email,
          .password_hash = "hash-of-" + id,
          .role = "user",
          .created_at = kRegistered,
          .registration_proof = std::string("\0proof\xff", 7)};
}

inline Identity MakeIdentity(const std::string& provider, const std::string& subject) {
  return {.provider = provider, .subject = subject, .created_at = kRegistered};
}

}  // namespace oofgg::auth::testing
