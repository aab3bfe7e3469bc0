// PostgreSQL is killed and started again under load: nothing that was acknowledged is lost, nothing happens
// twice.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>

#include "tests/conformance/auth/stores.h"
#include "tests/support/eventually.h"
#include "tests/support/ten_times.h"

namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;
using oofgg::testing::Eventually;
using testing::HashOf;

const WallTime kNow = WallTime(1'900'000'000s);

RefreshFamily NewFamily(const std::string& id) {
  return {.id = id, .user_id = "u", .created_at = kNow, .last_used_at = kNow, .expires_at = kNow + 24h};
}

/// Players who register, who refresh, and who race for one token, each on a thread, until told to stop.
class Load {
 public:
  explicit Load(testing::Stores& stores) : stores_(stores) {
    for (int i = 0; i < 4; ++i) {
      const std::string name = std::to_string(i);
      threads_.emplace_back([this, name] { Register("player-" + name); });
      threads_.emplace_back([this, name] { RefreshOnAndOn("chain-" + name); });
      threads_.emplace_back([this, name] { RaceWithAThief("race-" + name); });
    }
  }
  ~Load() { Stop(); }

  void Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  [[nodiscard]] int acknowledged() const { return acknowledged_; }
  std::vector<std::string> registered() {
    const std::lock_guard lock(mutex_);
    return registered_;
  }

 private:
  void Register(const std::string& name) {
    for (int i = 0; !stop_; ++i) {
      const std::string id = name + "/" + std::to_string(i);
      const User user = {.id = id,
                         .username = id,
                         .email = id + "@x",
                         .password_hash = "h",
                         .role = "user",
                         .created_at = kNow,
                         .registration_proof = ""};
      const Status status = stores_.users->Create(user);
      EXPECT_NE(status.code(), StatusCode::kAlreadyExists) << "its own first attempt is no rival";
      if (!status.ok()) continue;
      ++acknowledged_;
      const std::lock_guard lock(mutex_);
      registered_.push_back(id);
    }
  }

  static Rotation Use(const std::string& token, const std::string& next, const std::string& nonce) {
    return {.token_hash = HashOf(token),
            .next_hash = HashOf(next),
            .nonce_hash = HashOf(nonce),
            .grant = {.token_id = next, .issued_at = kNow, .expires_at = kNow + 15min},
            .now = kNow,
            .next_expires_at = kNow + 1h,
            .grace = 30s,
            .revoked_until = kNow + 15min};
  }

  /// Asks again, as clients do, until there is an answer.
  bool IsGranted(const Rotation& rotation) {
    while (true) {
      const auto result = stores_.sessions->Rotate(rotation);
      if (!result.ok()) continue;
      ++acknowledged_;
      return result->outcome == RotationOutcome::kRotated || result->outcome == RotationOutcome::kReplayed;
    }
  }

  void SignIn(const std::string& name) {
    Status status;
    do status = stores_.sessions->CreateFamily(NewFamily(name), HashOf(name), kNow + 1h);
    while (!status.ok() && status.code() != StatusCode::kAlreadyExists);
  }

  void RefreshOnAndOn(const std::string& name) {
    SignIn(name);
    std::string token = name;
    for (int i = 0; !stop_; ++i) {
      const std::string next = name + "/" + std::to_string(i);
      EXPECT_TRUE(IsGranted(Use(token, next, "nonce of " + next)))
          << "a lost answer must not log a player out";
      token = next;
    }
  }

  void RaceWithAThief(const std::string& name) {
    for (int i = 0; !stop_; ++i) {
      const std::string token = name + "/" + std::to_string(i);
      SignIn(token);
      std::atomic<int> granted = 0;
      std::thread thief([&] { granted += IsGranted(Use(token, token + "/stolen", "thief")) ? 1 : 0; });
      granted += IsGranted(Use(token, token + "/next", "player")) ? 1 : 0;
      thief.join();
      EXPECT_LE(granted, 1) << "a refresh token was good for two";
    }
  }

  testing::Stores& stores_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> acknowledged_ = 0;
  std::mutex mutex_;
  std::vector<std::string> registered_;
  std::vector<std::thread> threads_;
};

TEST(PostgresDurability, AKillUnderLoadLosesNothingAndIsOverSoon) {
  oofgg::testing::PostgresServer server({.fsync = true});
  testing::Stores stores = testing::StoresAt(server.url());
  Load load(stores);
  for (int kills = 0; kills < 2; ++kills) {
    const int before = load.acknowledged();
    ASSERT_TRUE(Eventually([&] { return load.acknowledged() > before + 100; }));
    server.Kill();
    server.Start();
    const auto back = std::chrono::steady_clock::now();
    const int at_start = load.acknowledged();
    ASSERT_TRUE(Eventually([&] { return load.acknowledged() > at_start; }));
    EXPECT_LT(std::chrono::steady_clock::now() - back, oofgg::testing::TenTimes(2s));
  }
  load.Stop();
  const auto registered = load.registered();
  EXPECT_GT(registered.size(), 0U);
  for (const std::string& id : registered) EXPECT_TRUE(stores.users->FindById(id).ok()) << id;
}

TEST(PostgresDurability, TwoServersShareTheirAccountsAndSessions) {
  const std::string url = oofgg::testing::PostgresServer::Shared().NewSchemaUrl();
  testing::Stores one = testing::StoresAt(url);
  testing::Stores other = testing::StoresAt(url);
  for (int round = 0; round < 20; ++round) {
    const std::string name = std::to_string(round);
    ASSERT_TRUE(one.sessions->CreateFamily(NewFamily(name), HashOf(name), kNow + 1h).ok());
    std::atomic<int> rotated = 0;
    std::atomic<int> reused = 0;
    testing::AllAtOnce(8, [&](std::size_t i) {
      const Rotation rotation = {
          .token_hash = HashOf(name),
          .next_hash = HashOf(name + "/" + std::to_string(i)),
          .nonce_hash = HashOf("nonce " + std::to_string(i)),
          .grant = {.token_id = std::to_string(i), .issued_at = kNow, .expires_at = kNow + 15min},
          .now = kNow,
          .next_expires_at = kNow + 1h,
          .grace = 30s,
          .revoked_until = kNow + 15min};
      const auto result = (i % 2 == 0 ? one : other).sessions->Rotate(rotation);
      rotated += result->outcome == RotationOutcome::kRotated ? 1 : 0;
      reused += result->outcome == RotationOutcome::kReused ? 1 : 0;
    });
    EXPECT_EQ(rotated, 1);
    EXPECT_EQ(reused, 1);
    EXPECT_TRUE(other.sessions->FindFamily(name)->revoked);
  }
}

}  // namespace
}  // namespace oofgg::auth
