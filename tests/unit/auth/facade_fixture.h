#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "auth/auth_facade.h"
#include "oofgg/testing/fake_clock.h"
#include "storage/memory/auth/memory_refresh_store.h"
#include "storage/memory/auth/memory_user_store.h"
#include "tests/unit/auth/token_forge.h"

namespace oofgg::auth::testing {

/// A facade on memory stores and a clock that stands still.
struct FacadeFixture {
  explicit FacadeFixture(AuthFacadeOptions options = {},
                         PasswordHasherOptions cost = PasswordHasherOptions::CheapForTests())
      : hasher(cost), facade(AuthFacade::Make(Parts(), options).value()) {}

  AuthFacadeParts Parts() {
    return {.users = users,
            .sessions = sessions,
            .issuer = issuer,
            .verifier = verifier,
            .hasher = hasher,
            .clock = clock,
            .random = RandomSource::System(),
            .secret = std::string(32, 'k')};
  }

  static CallContext WithKey(std::string nonce) {
    CallContext context;
    context.idempotency_key = std::move(nonce);
    return context;
  }

  StatusOr<AuthTokens> Register(const std::string& name, const std::string& email = "",
                                const std::string& nonce = "") {
    return facade->Register(WithKey(nonce), {.username = name, .email = email, .password = "correct horse"});
  }
  StatusOr<AuthTokens> Login(const std::string& name, const std::string& password = "correct horse") {
    return facade->Login({}, {.username = name, .password = password});
  }
  StatusOr<AuthTokens> Refresh(const std::string& token, const std::string& nonce = "") {
    return facade->RefreshToken(WithKey(nonce), {.refresh_token = token});
  }
  bool IsValid(const std::string& access_token) {
    return facade->ValidateToken({}, {.access_token = access_token}).value().is_valid;
  }

  oofgg::testing::FakeClock clock;
  SigningKey key = SigningKey::Generate().value();
  TokenIssuer issuer{key, clock, RandomSource::System()};
  TokenVerifier verifier{clock, SetOf(key)};
  storage::MemoryUserStore users;
  storage::MemoryRefreshStore sessions;
  PasswordHasher hasher;
  std::unique_ptr<AuthFacade> facade;
};

}  // namespace oofgg::auth::testing
