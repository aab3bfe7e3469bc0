#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace oofgg {

struct RegisterRequest {
  std::string username;  ///< 3 to 32 characters of [A-Za-z0-9_.-]; unique in any case.
  std::string email{};   ///< Optional; unique in any case when given.
  std::string password;  ///< 8 to 256 bytes of UTF-8 (NIST SP 800-63B).
};

struct LoginRequest {
  std::string username;  ///< Username or e-mail, in any case.
  std::string password;
};

struct RefreshTokenRequest {
  std::string refresh_token;
};

/// What every way in answers.
struct AuthTokens {
  std::string user_id;
  std::string access_token;            ///< A JWT; see oofgg/auth/token_verifier.h.
  std::string refresh_token;           ///< Opaque, usable once.
  std::chrono::seconds expires_in{0};  ///< Of the access token, counted from the answer.
};

struct ValidateTokenRequest {
  std::string access_token;
};

struct ValidateTokenResponse {
  bool is_valid = false;
  std::string user_id;
  std::string role;
};

}  // namespace oofgg
