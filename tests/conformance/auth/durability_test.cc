#include <gtest/gtest.h>

#include "tests/conformance/auth/stores.h"

// What only stores that last can promise.
namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;

TEST(SqliteDurability, AccountsSessionsAndRevocationsOutliveTheProcess) {
  const oofgg::testing::TemporaryDirectory directory;
  const std::string path = directory / "auth.db";
  const WallTime now = WallTime(1'900'000'000s);
  const User alice = {.id = "1",
                      .username = "Alice",
                      .email = "",
                      .password_hash = "hash",
                      .role = "user",
                      .created_at = now,
                      .registration_proof = ""};
  const Rotation rotation = {.token_hash = std::string(32, 'a'),
                             .next_hash = std::string(32, 'b'),
                             .nonce_hash = std::string(32, 'n'),
                             .grant = {.token_id = "jti", .issued_at = now, .expires_at = now + 15min},
                             .now = now,
                             .next_expires_at = now + 1h,
                             .grace = 30s};
  {
    const testing::Stores stores = testing::SqliteStores(path);
    ASSERT_TRUE(stores.users->Create(alice).ok());
    ASSERT_TRUE(
        stores.sessions->CreateFamily({.id = "s", .user_id = "1"}, rotation.token_hash, now + 1h).ok());
    ASSERT_EQ(stores.sessions->Rotate(rotation)->outcome, RotationOutcome::kRotated);
    ASSERT_TRUE(stores.sessions->CreateFamily({.id = "gone", .user_id = "1"}, "other", now + 1h).ok());
    ASSERT_TRUE(stores.sessions->RevokeFamily("gone").ok());
  }
  const testing::Stores stores = testing::SqliteStores(path);
  EXPECT_EQ(stores.users->FindByUsername("alice").value(), alice);
  EXPECT_TRUE(stores.sessions->FindFamily("gone")->revoked);
  const RotationResult replayed = stores.sessions->Rotate(rotation).value();
  EXPECT_EQ(replayed.outcome, RotationOutcome::kReplayed) << "a restart within the grace loses nothing";
  EXPECT_EQ(replayed.grant, rotation.grant);
}

}  // namespace
}  // namespace oofgg::auth
