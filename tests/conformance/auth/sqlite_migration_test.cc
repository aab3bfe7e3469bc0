#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/conformance/auth/sessions.h"
#include "tests/conformance/auth/stores.h"
#include "tests/conformance/auth/users.h"

// A file of the first release opens, and nobody in it has to sign in again.
namespace oofgg::auth {
namespace {

using testing::At;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MakeIdentity;

// The first release's own words.
constexpr std::string_view kUsers[] = {R"sql(
  CREATE TABLE auth_users (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    username_folded TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    email_folded TEXT UNIQUE,            -- NULL without an address.
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,         -- Milliseconds since 1970.
    registration_proof BLOB NOT NULL
  ) STRICT;
)sql"};
constexpr std::string_view kSessions[] = {R"sql(
  CREATE TABLE auth_refresh_families (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,         -- All times in milliseconds since 1970.
    revoked INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX auth_refresh_families_user ON auth_refresh_families (user_id);
  CREATE TABLE auth_refresh_tokens (
    hash BLOB PRIMARY KEY,
    family_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,                     -- NULL until it is used, as is what follows.
    nonce_hash BLOB,
    access_id TEXT,
    access_issued_at INTEGER,
    access_expires_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX auth_refresh_tokens_family ON auth_refresh_tokens (family_id);
  CREATE INDEX auth_refresh_tokens_expiry ON auth_refresh_tokens (expires_at);
)sql"};

// Alice and Bob, he without an address; a session used at second 1, one never used, one revoked.
constexpr const char* kRows = R"sql(
  INSERT INTO auth_users VALUES
    ('1', 'Alice', 'alice', 'A@Example.com', 'a@example.com', 'hash', 'admin', 1900000000123, x'00ff'),
    ('2', 'Bob', 'bob', '', NULL, 'hash', 'user', 1900000000123, x'');
  INSERT INTO auth_refresh_families VALUES
    ('used', '1', 1900000000000, 0), ('fresh', '1', 1900000000000, 0), ('gone', '1', 1900000000000, 1);
  INSERT INTO auth_refresh_tokens VALUES
    (CAST('used-1' AS BLOB), 'used', 1900000100000, 1900000001000, x'', 'jti', 1900000001000, 1900000901000);
  INSERT INTO auth_refresh_tokens (hash, family_id, expires_at) VALUES
    (CAST('used-2' AS BLOB), 'used', 1900000101000),
    (CAST('fresh-1' AS BLOB), 'fresh', 1900000100000),
    (CAST('gone-1' AS BLOB), 'gone', 1900000100000);
)sql";

class SqliteMigrationTest : public ::testing::Test {
 protected:
  SqliteMigrationTest() {
    const auto database = storage::Database::Open(directory_ / "auth.db").value();
    EXPECT_TRUE(database->Migrate("auth_users", kUsers).ok());
    EXPECT_TRUE(database->Migrate("auth_refresh", kSessions).ok());
    const Status filled =
        database->Write([](storage::Connection& connection) { return connection.Execute(kRows); });
    EXPECT_TRUE(filled.ok()) << filled;
  }

  const oofgg::testing::TemporaryDirectory directory_;
};

Rotation Use(const std::string& token) {
  Rotation rotation = testing::Use("", "");
  rotation.token_hash = token;
  rotation.next_hash = "after " + token;
  return rotation;
}

TEST_F(SqliteMigrationTest, AccountsAreKeptAndCanChange) {
  const testing::Stores stores = testing::SqliteStores(directory_.path());
  User alice = {.id = "1",
                .username = "Alice",
                .email = "A@Example.com",
                .password_hash = "hash",
                .role = "admin",
                .created_at = testing::kRegistered,
                .registration_proof = std::string("\0\xff", 2)};
  EXPECT_EQ(stores.users->FindByEmail("a@example.com").value(), alice);
  EXPECT_EQ(stores.users->FindByUsername("BOB")->email, "");
  ASSERT_TRUE(stores.users->Update(alice).ok());
  ASSERT_TRUE(stores.users->AddIdentity("2", MakeIdentity("twitch", "1")).ok());
  EXPECT_EQ(stores.users->FindByIdentity("twitch", "1")->username, "Bob");
}

TEST_F(SqliteMigrationTest, SessionsAreKeptAndEndFarAway) {
  const testing::Stores stores = testing::SqliteStores(directory_.path());
  const RefreshFamily used = stores.sessions->FindFamily("used").value();
  EXPECT_EQ(used.last_used_at, At(1));
  EXPECT_GT(used.expires_at, At(0) + std::chrono::hours(24 * 365 * 20));
  EXPECT_EQ(used.label, "");
  EXPECT_EQ(stores.sessions->FindFamily("fresh")->last_used_at, At(0));
  EXPECT_EQ(stores.sessions->Rotate(Use("used-2"))->outcome, RotationOutcome::kRotated);
  EXPECT_EQ(stores.sessions->Rotate(Use("fresh-1"))->outcome, RotationOutcome::kRotated);
  EXPECT_EQ(stores.sessions->Rotate(Use("gone-1"))->outcome, RotationOutcome::kRevoked);
  EXPECT_EQ(stores.sessions->Rotate(Use("used-1"))->outcome, RotationOutcome::kReused);
}

TEST_F(SqliteMigrationTest, TheRecordOfRevocationsBeginsOnceAndStays) {
  std::string log_id;
  {
    const testing::Stores stores = testing::SqliteStores(directory_.path());
    const RevocationPage page = stores.sessions->ReadRevocations(0, 10).value();
    EXPECT_THAT(page.entries, IsEmpty());
    EXPECT_EQ(page.head, 0);
    log_id = page.log_id;
    EXPECT_EQ(log_id.size(), 32U);
    ASSERT_TRUE(stores.sessions->RevokeFamily("fresh", At(1), At(901)).ok());
  }
  const testing::Stores stores = testing::SqliteStores(directory_.path());
  EXPECT_EQ(stores.sessions->ReadRevocations(0, 10)->log_id, log_id);
  EXPECT_THAT(testing::AllRevocations(*stores.sessions), ElementsAre(Revocation{1, "fresh", At(1), At(901)}));
}

}  // namespace
}  // namespace oofgg::auth
