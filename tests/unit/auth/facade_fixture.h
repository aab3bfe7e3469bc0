#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "auth/auth_room.h"
#include "base/event_kinds.h"
#include "base/event_log.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "storage/memory/auth/memory_code_store.h"
#include "storage/memory/auth/memory_credential_store.h"
#include "storage/memory/auth/memory_refresh_store.h"
#include "storage/memory/auth/memory_user_store.h"
#include "tests/unit/auth/token_forge.h"

namespace oofgg::auth::testing {

/// Keeps what is appended. Threads: safe.
class KeptEvents final : public EventLog {
 public:
  Status CheckRoom() override {
    const std::lock_guard lock(mutex_);
    return room_;
  }
  Status Append(EventRecord record) override {
    EXPECT_EQ(CheckEventRecord(record), Status());
    const std::lock_guard lock(mutex_);
    records_.push_back(std::move(record));
    return {};
  }
  /// What `CheckRoom` answers from now on.
  void SetRoom(Status room) {
    const std::lock_guard lock(mutex_);
    room_ = std::move(room);
  }
  Status Flush() override { return {}; }
  [[nodiscard]] std::vector<EventRecord> records() const {
    const std::lock_guard lock(mutex_);
    return records_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<EventRecord> records_;
  Status room_;
};

/// Salts for passwords, counted. Threads: safe.
class CountedSalts final : public RandomSource {
 public:
  void Fill(std::span<std::uint8_t> out) override {
    ++count_;
    System().Fill(out);
  }
  /// How many passwords were hashed, not counting those that were compared.
  [[nodiscard]] int count() const { return count_; }

 private:
  std::atomic<int> count_ = 0;
};

/// The whole room on memory stores and a clock that stands still.
struct FacadeFixture {
  explicit FacadeFixture(AuthRoomOptions options = {},
                         PasswordHasherOptions cost = PasswordHasherOptions::CheapForTests())
      : hasher(cost, salts), room(AuthRoom::Open(Parts(), options).value()), facade(&room->auth()) {}

  AuthRoomParts Parts() { return PartsWith(users); }
  AuthRoomParts PartsWith(UserStore& accounts) {
    return {.stores = {accounts, sessions, codes, credentials},
            .issuer = issuer,
            .verifier = shared_verifier,
            .hasher = hasher,
            .policy = policy,
            .log = events,
            .executor = executor,
            .clock = clock,
            .random = RandomSource::System(),
            .secret = std::string(32, 'k')};
  }

  static CallContext WithKey(std::string nonce) {
    CallContext context;
    context.idempotency_key = std::move(nonce);
    return context;
  }
  static CallContext From(std::string address) {
    CallContext context;
    context.peer_address = std::move(address);
    return context;
  }
  /// As the listener makes it of an access token.
  CallContext As(const AuthTokens& tokens) {
    CallContext context;
    context.caller = verifier.Verify(tokens.access_token).value().caller;
    return context;
  }

  StatusOr<AuthTokens> Register(const std::string& name, const std::string& email = "",
                                const std::string& nonce = "") {
    return facade->Register(WithKey(nonce), {.username = name, .email = email, .password = "correct horse"});
  }
  StatusOr<AuthTokens> Login(const std::string& name, const std::string& password = "correct horse",
                             const CallContext& context = {}) {
    return facade->Login(context, {.username = name, .password = password});
  }
  StatusOr<AuthTokens> Refresh(const std::string& token, const std::string& nonce = "") {
    return facade->RefreshToken(WithKey(nonce), {.refresh_token = token});
  }
  bool IsValid(const std::string& access_token) {
    return facade->ValidateToken({}, {.access_token = access_token}).value().is_valid;
  }
  /// Kinds of the audit trail's records about this account, in order.
  [[nodiscard]] std::vector<std::string> TrailOf(const std::string& user_id) const {
    std::vector<std::string> kinds;
    for (const EventRecord& record : events.records()) {
      if (record.key == user_id) kinds.push_back(record.kind);
    }
    return kinds;
  }

  oofgg::testing::FakeClock clock;
  oofgg::testing::ManualExecutor executor{clock};
  KeptEvents events;
  SigningKey key = SigningKey::Generate().value();
  TokenIssuer issuer{key, clock, RandomSource::System()};
  TokenVerifier verifier{clock, SetOf(key)};
  std::shared_ptr<const TokenVerifier> shared_verifier = std::make_shared<TokenVerifier>(clock, SetOf(key));
  CommonPasswordPolicy policy;
  storage::MemoryUserStore users;
  storage::MemoryRefreshStore sessions;
  storage::MemoryCodeStore codes;
  storage::MemoryCredentialStore credentials;
  CountedSalts salts;
  PasswordHasher hasher;
  std::unique_ptr<AuthRoom> room;
  AuthFacade* facade;
};

}  // namespace oofgg::auth::testing
