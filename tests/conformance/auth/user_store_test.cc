#include "auth/user_store.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/conformance/auth/stores.h"

namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;

User MakeUser(const std::string& id, const std::string& username, const std::string& email = "") {
  return {.id = id,
          .username = username,
          .email = email,
          .password_hash = "hash-of-" + id,
          .role = "user",
          .created_at = WallTime(1'900'000'000'123ms),
          .registration_proof = std::string("\0proof\xff", 7)};
}

class UserStoreTest : public ::testing::TestWithParam<const char*> {
 protected:
  testing::Fixture fixture_{GetParam()};
  UserStore& users_ = *fixture_.stores.users;
};

TEST_P(UserStoreTest, KeepsEveryField) {
  const User alice = MakeUser("1", "Alice", "Alice@Example.com");
  ASSERT_TRUE(users_.Create(alice).ok());
  EXPECT_EQ(users_.FindById("1").value(), alice);
  EXPECT_EQ(users_.FindByUsername("Alice").value(), alice);
  EXPECT_EQ(users_.FindByEmail("Alice@Example.com").value(), alice);
}

TEST_P(UserStoreTest, FindsNamesAndAddressesInAnyCaseAndNotTheOneByTheOther) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "Alice", "A@Example.com")).ok());
  EXPECT_EQ(users_.FindByUsername("aLICE")->id, "1");
  EXPECT_EQ(users_.FindByEmail("a@EXAMPLE.com")->id, "1");
  EXPECT_EQ(users_.FindByUsername("A@Example.com").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.FindByEmail("Alice").status().code(), StatusCode::kNotFound);
}

TEST_P(UserStoreTest, SaysThatThereIsNone) {
  EXPECT_EQ(users_.FindById("1").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.FindByUsername("alice").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.FindByEmail("a@example.com").status().code(), StatusCode::kNotFound);
}

TEST_P(UserStoreTest, WhoGaveNoAddressIsNotFoundByAnEmptyOne) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "alice")).ok());
  ASSERT_TRUE(users_.Create(MakeUser("2", "bob")).ok()) << "and does not share it with others";
  EXPECT_EQ(users_.FindByEmail("").status().code(), StatusCode::kNotFound);
}

TEST_P(UserStoreTest, TakesInputAsTextAndNotAsSql) {
  const std::string name = "x'; DROP TABLE auth_users; --";
  ASSERT_TRUE(users_.Create(MakeUser("1", name)).ok());
  EXPECT_EQ(users_.FindByUsername(name)->id, "1");
  EXPECT_EQ(users_.FindByUsername("%").status().code(), StatusCode::kNotFound);
}

TEST_P(UserStoreTest, RefusesATakenNameInAnyCase) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "Alice")).ok());
  const Status status = users_.Create(MakeUser("2", "ALICE"));
  EXPECT_EQ(status.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(status), "USERNAME_TAKEN");
  EXPECT_EQ(users_.FindById("2").status().code(), StatusCode::kNotFound);
}

TEST_P(UserStoreTest, RefusesATakenAddressInAnyCaseAndKeepsTheNameFree) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "alice", "a@example.com")).ok());
  const Status status = users_.Create(MakeUser("2", "bob", "A@EXAMPLE.COM"));
  EXPECT_EQ(status.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(status), "EMAIL_TAKEN");
  EXPECT_TRUE(users_.Create(MakeUser("2", "bob")).ok());
}

TEST_P(UserStoreTest, RefusesATakenIdWithoutAReason) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "alice")).ok());
  const Status status = users_.Create(MakeUser("1", "bob"));
  EXPECT_EQ(status.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(status), "");
  EXPECT_EQ(users_.FindById("1")->username, "alice");
}

TEST_P(UserStoreTest, ReplacesAHashOnlyIfItIsStillTheExpectedOne) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "alice")).ok());
  EXPECT_EQ(users_.ReplacePasswordHash("1", "another", "new").code(), StatusCode::kAborted);
  EXPECT_EQ(users_.FindById("1")->password_hash, "hash-of-1");
  ASSERT_TRUE(users_.ReplacePasswordHash("1", "hash-of-1", "new").ok());
  EXPECT_EQ(users_.FindById("1")->password_hash, "new");
  EXPECT_EQ(users_.ReplacePasswordHash("2", "hash-of-1", "new").code(), StatusCode::kNotFound);
}

TEST_P(UserStoreTest, OfManyRacingForOneNameExactlyOneWins) {
  std::atomic<int> won = 0;
  std::atomic<int> refused = 0;
  testing::AllAtOnce(12, [&](std::size_t i) {
    const Status status = users_.Create(MakeUser(std::to_string(i), i % 2 == 0 ? "alice" : "ALICE"));
    if (status.ok()) ++won;
    if (ReasonOf(status) == "USERNAME_TAKEN") ++refused;
  });
  EXPECT_EQ(won, 1);
  EXPECT_EQ(refused, 11);
}

TEST_P(UserStoreTest, OfManyRacingForOneAddressExactlyOneWins) {
  std::atomic<int> won = 0;
  testing::AllAtOnce(12, [&](std::size_t i) {
    const std::string id = std::to_string(i);
    if (users_.Create(MakeUser(id, "player-" + id, "a@example.com")).ok()) ++won;
  });
  EXPECT_EQ(won, 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, UserStoreTest, ::testing::Values("Memory", "Sqlite", "Postgres"));

}  // namespace
}  // namespace oofgg::auth
