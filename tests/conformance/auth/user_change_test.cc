#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "auth/user_store.h"
#include "tests/conformance/auth/stores.h"
#include "tests/conformance/auth/users.h"

// How accounts change and end.
namespace oofgg::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MakeIdentity;
using testing::MakeUser;

class UserChangeTest : public testing::StoresTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(users_.Create(MakeUser("1", "Alice", "a@example.com")).ok());
    ASSERT_TRUE(users_.Create(MakeUser("2", "Bob", "b@example.com")).ok());
  }

  User Alice() { return users_.FindById("1").value(); }

  UserStore& users_ = *stores_.users;
};

TEST_P(UserChangeTest, ReplacesAllButIdAndTimeOfMaking) {
  User changed = {.id = "1",
                  .username = "Alicia",
                  .email = "new@example.com",
                  .email_verified = true,
                  .password_hash = "other",
                  .role = "admin",
                  .created_at = testing::kRegistered + std::chrono::hours(1),
                  .registration_proof = "other",
                  .guest = true,
                  .state = AccountState::kBanned,
                  .banned_until = testing::kRegistered + std::chrono::hours(2),
                  .ban_reason = "spam",
                  .epoch = 7};
  ASSERT_TRUE(users_.Update(changed).ok());
  changed.created_at = testing::kRegistered;
  changed.version = 1;
  EXPECT_EQ(Alice(), changed);
}

TEST_P(UserChangeTest, RefusesWhoReadAnOlderVersion) {
  User first = Alice();
  User second = Alice();
  first.role = "developer";
  second.role = "admin";
  ASSERT_TRUE(users_.Update(first).ok());
  EXPECT_EQ(users_.Update(second).code(), StatusCode::kAborted);
  EXPECT_EQ(Alice().role, "developer");
  second.version = 2;
  EXPECT_EQ(users_.Update(second).code(), StatusCode::kAborted) << "nor one that is yet to come";
  second.version = 1;
  EXPECT_TRUE(users_.Update(second).ok());
}

TEST_P(UserChangeTest, SaysThatThereIsNobodyToChange) {
  EXPECT_EQ(users_.Update(MakeUser("3", "carol")).code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.FindByUsername("carol").status().code(), StatusCode::kNotFound);
}

TEST_P(UserChangeTest, RefusesTheNamesOfAnotherAndChangesNothing) {
  User renamed = Alice();
  renamed.role = "admin";
  renamed.username = "BOB";
  EXPECT_EQ(ReasonOf(users_.Update(renamed)), "USERNAME_TAKEN");
  renamed.username = "Alice";
  renamed.email = "B@EXAMPLE.COM";
  EXPECT_EQ(ReasonOf(users_.Update(renamed)), "EMAIL_TAKEN");
  EXPECT_EQ(Alice(), MakeUser("1", "Alice", "a@example.com"));
}

TEST_P(UserChangeTest, OnesOwnNamesInAnotherCaseAreFree) {
  User renamed = Alice();
  renamed.username = "ALICE";
  renamed.email = "A@Example.Com";
  ASSERT_TRUE(users_.Update(renamed).ok());
  EXPECT_EQ(users_.FindByUsername("alice")->username, "ALICE");
  EXPECT_EQ(users_.FindByEmail("a@example.com")->email, "A@Example.Com");
}

TEST_P(UserChangeTest, GivenUpNamesAreFreeForOthers) {
  User renamed = Alice();
  renamed.username = "alicia";
  renamed.email = "";
  ASSERT_TRUE(users_.Update(renamed).ok());
  EXPECT_EQ(users_.FindByUsername("alice").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.FindByEmail("").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(users_.Create(MakeUser("3", "alice", "a@example.com")).ok());
  EXPECT_EQ(users_.FindByUsername("alicia")->id, "1");
}

TEST_P(UserChangeTest, OfManyChangesAtOnceOneWins) {
  std::atomic<int> won = 0;
  std::atomic<int> aborted = 0;
  const User alice = Alice();
  testing::AllAtOnce(16, [&](std::size_t i) {
    User changed = alice;
    changed.role = std::to_string(i);
    const Status status = users_.Update(changed);
    if (status.ok()) ++won;
    if (status.code() == StatusCode::kAborted) ++aborted;
  });
  EXPECT_EQ(won, 1);
  EXPECT_EQ(aborted, 15);
  EXPECT_EQ(Alice().version, 1);
}

TEST_P(UserChangeTest, WhoReadsAndTriesAgainLosesNoChange) {
  testing::AllAtOnce(16, [&](std::size_t) {
    Status status;
    do {
      User changed = Alice();
      ++changed.epoch;
      status = users_.Update(changed);
    } while (status.code() == StatusCode::kAborted);
    EXPECT_TRUE(status.ok()) << status;
  });
  EXPECT_EQ(Alice().epoch, 16);
  EXPECT_EQ(Alice().version, 16);
}

TEST_P(UserChangeTest, ErasesAnAccountWithAllThatFindsIt) {
  ASSERT_TRUE(users_.AddIdentity("1", MakeIdentity("twitch", "77")).ok());
  ASSERT_TRUE(users_.Erase("1").ok());
  EXPECT_EQ(users_.FindById("1").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.FindByUsername("alice").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.FindByEmail("a@example.com").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.FindByIdentity("twitch", "77").status().code(), StatusCode::kNotFound);
  EXPECT_THAT(users_.ListIdentities("1").value(), IsEmpty());
  EXPECT_TRUE(users_.FindById("2").ok());

  EXPECT_TRUE(users_.Erase("1").ok()) << "again is as good as once";
  EXPECT_TRUE(users_.Create(MakeUser("3", "alice", "a@example.com"), MakeIdentity("twitch", "77")).ok());
}

TEST_P(UserChangeTest, ListsAccountsThatAreBeingDeleted) {
  EXPECT_THAT(users_.ListDeleting(10).value(), IsEmpty());
  User banned = users_.FindById("2").value();
  banned.state = AccountState::kBanned;
  ASSERT_TRUE(users_.Update(banned).ok());
  for (const char* id : {"3", "4"}) {
    User going = MakeUser(id, id);
    going.state = AccountState::kDeleting;
    ASSERT_TRUE(users_.Create(going).ok());
  }
  User alice = Alice();
  alice.state = AccountState::kDeleting;
  ASSERT_TRUE(users_.Update(alice).ok());
  EXPECT_THAT(users_.ListDeleting(10).value(), ::testing::UnorderedElementsAre("1", "3", "4"));
  EXPECT_EQ(users_.ListDeleting(2).value().size(), 2U);
  ASSERT_TRUE(users_.Erase("1").ok());
  ASSERT_TRUE(users_.Erase("3").ok());
  EXPECT_THAT(users_.ListDeleting(10).value(), ElementsAre("4"));
}

INSTANTIATE_TEST_SUITE_P(Stores, UserChangeTest, ::testing::ValuesIn(testing::kKinds), testing::NameOf);

}  // namespace
}  // namespace oofgg::auth
