#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "auth/user_store.h"
#include "tests/conformance/auth/stores.h"
#include "tests/conformance/auth/users.h"

// The ways of being known other than by password.
namespace oofgg::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MakeIdentity;
using testing::MakeUser;

class IdentityTest : public testing::StoresTest {
 protected:
  UserStore& users_ = *stores_.users;
};

TEST_P(IdentityTest, AnAccountIsMadeWithItsFirst) {
  const User guest = MakeUser("1", "guest-1");
  ASSERT_TRUE(users_.Create(guest, MakeIdentity("device", "d-1")).ok());
  EXPECT_EQ(users_.FindByIdentity("device", "d-1").value(), guest);
  EXPECT_THAT(users_.ListIdentities("1").value(), ElementsAre(MakeIdentity("device", "d-1")));
}

TEST_P(IdentityTest, OneThatIsTakenMakesNoAccount) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "guest-1"), MakeIdentity("device", "d-1")).ok());
  const Status status =
      users_.Create(MakeUser("2", "guest-2", "a@example.com"), MakeIdentity("device", "d-1"));
  EXPECT_EQ(status.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(status), "IDENTITY_TAKEN");
  EXPECT_EQ(users_.FindById("2").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(users_.Create(MakeUser("3", "guest-2", "a@example.com")).ok()) << "the names stay free";
}

TEST_P(IdentityTest, AnAccountThatCannotBeMadeTakesNone) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "alice")).ok());
  EXPECT_EQ(ReasonOf(users_.Create(MakeUser("2", "ALICE"), MakeIdentity("device", "d"))), "USERNAME_TAKEN");
  EXPECT_EQ(users_.FindByIdentity("device", "d").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(users_.AddIdentity("1", MakeIdentity("device", "d")).ok());
}

TEST_P(IdentityTest, AreListedByProviderAndSubject) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "alice")).ok());
  ASSERT_TRUE(users_.Create(MakeUser("2", "bob"), MakeIdentity("twitch", "2")).ok());
  EXPECT_THAT(users_.ListIdentities("1").value(), IsEmpty());
  const Identity twitch = MakeIdentity("twitch", "1");
  const Identity device = MakeIdentity("device", "b");
  const Identity other_device = MakeIdentity("device", "a");
  for (const Identity& identity : {twitch, device, other_device}) {
    ASSERT_TRUE(users_.AddIdentity("1", identity).ok());
  }
  EXPECT_THAT(users_.ListIdentities("1").value(), ElementsAre(other_device, device, twitch));
  EXPECT_THAT(users_.ListIdentities("nobody").value(), IsEmpty());
}

TEST_P(IdentityTest, AreFoundByBothPartsAndInTheirOwnCase) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "alice"), MakeIdentity("twitch", "aB")).ok());
  EXPECT_EQ(users_.FindByIdentity("twitch", "aB")->id, "1");
  EXPECT_EQ(users_.FindByIdentity("twitch", "ab").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.FindByIdentity("steam", "aB").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.FindByIdentity("aB", "twitch").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(users_.AddIdentity("1", MakeIdentity("steam", "aB")).ok());
}

TEST_P(IdentityTest, OneBelongsToOneAccount) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "alice"), MakeIdentity("twitch", "1")).ok());
  ASSERT_TRUE(users_.Create(MakeUser("2", "bob")).ok());
  EXPECT_EQ(ReasonOf(users_.AddIdentity("2", MakeIdentity("twitch", "1"))), "IDENTITY_TAKEN");
  EXPECT_EQ(ReasonOf(users_.AddIdentity("1", MakeIdentity("twitch", "1"))), "IDENTITY_TAKEN")
      << "even if it is one's own";
  EXPECT_EQ(users_.FindByIdentity("twitch", "1")->id, "1");
}

TEST_P(IdentityTest, AreRemovedByProviderOrAll) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "alice"), MakeIdentity("device", "a")).ok());
  ASSERT_TRUE(users_.Create(MakeUser("2", "bob"), MakeIdentity("device", "c")).ok());
  ASSERT_TRUE(users_.AddIdentity("1", MakeIdentity("device", "b")).ok());
  ASSERT_TRUE(users_.AddIdentity("1", MakeIdentity("steam", "1")).ok());
  ASSERT_TRUE(users_.AddIdentity("1", MakeIdentity("twitch", "1")).ok());

  ASSERT_TRUE(users_.RemoveIdentities("1", "device", "").ok());
  EXPECT_THAT(users_.ListIdentities("1").value(),
              ElementsAre(MakeIdentity("steam", "1"), MakeIdentity("twitch", "1")));
  EXPECT_EQ(users_.FindByIdentity("device", "a").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.FindByIdentity("twitch", "1")->id, "1");

  ASSERT_TRUE(users_.RemoveIdentities("1", "", "").ok());
  EXPECT_TRUE(users_.RemoveIdentities("1", "", "").ok()) << "again is as good as once";
  EXPECT_THAT(users_.ListIdentities("1").value(), IsEmpty());
  EXPECT_EQ(users_.FindByIdentity("twitch", "1").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(users_.FindById("1").ok()) << "the account itself stays";
  EXPECT_EQ(users_.FindByIdentity("device", "c")->id, "2") << "and so does what is another's";
}

TEST_P(IdentityTest, OneIsRemovedBySubject) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "alice"), MakeIdentity("twitch", "a")).ok());
  ASSERT_TRUE(users_.AddIdentity("1", MakeIdentity("twitch", "b")).ok());
  ASSERT_TRUE(users_.RemoveIdentities("1", "twitch", "b").ok());
  EXPECT_THAT(users_.ListIdentities("1").value(), ElementsAre(MakeIdentity("twitch", "a")));
  ASSERT_TRUE(users_.RemoveIdentities("1", "steam", "a").ok());
  EXPECT_EQ(users_.FindByIdentity("twitch", "a")->id, "1");
}

TEST_P(IdentityTest, ARemovedOneIsFreeForOthers) {
  ASSERT_TRUE(users_.Create(MakeUser("1", "alice"), MakeIdentity("device", "a")).ok());
  ASSERT_TRUE(users_.RemoveIdentities("1", "device", "").ok());
  EXPECT_TRUE(users_.Create(MakeUser("2", "bob"), MakeIdentity("device", "a")).ok());
  EXPECT_TRUE(users_.RemoveIdentities("nobody", "device", "").ok());
}

TEST_P(IdentityTest, NobodyGetsNone) {
  EXPECT_EQ(users_.AddIdentity("1", MakeIdentity("twitch", "1")).code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.FindByIdentity("twitch", "1").status().code(), StatusCode::kNotFound);
}

TEST_P(IdentityTest, OfManyAccountsMadeAtOnceForOneDeviceOneWins) {
  std::atomic<int> won = 0;
  std::atomic<int> refused = 0;
  testing::AllAtOnce(16, [&](std::size_t i) {
    const std::string id = std::to_string(i);
    const Status status = users_.Create(MakeUser(id, "guest-" + id), MakeIdentity("device", "d"));
    if (status.ok()) ++won;
    if (ReasonOf(status) == "IDENTITY_TAKEN") ++refused;
  });
  EXPECT_EQ(won, 1);
  EXPECT_EQ(refused, 15);
}

TEST_P(IdentityTest, OfManyAddedAtOnceOneWins) {
  for (int i = 0; i < 16; ++i) {
    ASSERT_TRUE(users_.Create(MakeUser(std::to_string(i), "user-" + std::to_string(i))).ok());
  }
  std::atomic<int> won = 0;
  testing::AllAtOnce(16, [&](std::size_t i) {
    if (users_.AddIdentity(std::to_string(i), MakeIdentity("twitch", "1")).ok()) ++won;
  });
  EXPECT_EQ(won, 1);
}

TEST_P(IdentityTest, NoneIsLeftWhenItIsAddedWhileItsAccountGoes) {
  for (int round = 0; round < 20; ++round) {
    const std::string id = std::to_string(round);
    ASSERT_TRUE(users_.Create(MakeUser(id, "user-" + id)).ok());
    testing::AllAtOnce(2, [&](std::size_t i) {
      if (i == 0) {
        EXPECT_TRUE(users_.Erase(id).ok());
      } else {
        users_.AddIdentity(id, MakeIdentity("twitch", id)).IgnoreError();
      }
    });
    EXPECT_EQ(users_.FindByIdentity("twitch", id).status().code(), StatusCode::kNotFound);
    EXPECT_THAT(users_.ListIdentities(id).value(), IsEmpty());
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, IdentityTest, ::testing::ValuesIn(testing::kKinds), testing::NameOf);

}  // namespace
}  // namespace oofgg::auth
