#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/conformance/auth/sessions.h"
#include "tests/conformance/auth/stores.h"
#include "tests/conformance/auth/users.h"

// What only stores that last can promise.
namespace oofgg::auth {
namespace {

using testing::At;
using ::testing::ElementsAre;
using testing::HashOf;
using testing::MakeFamily;
using testing::MakeIdentity;
using testing::MakeUser;
using testing::Use;

class DurabilityTest : public testing::StoresTest {
 protected:
  /// As after a restart of the server.
  void Reopen() {
    stores_ = {};
    stores_ = GetParam().open(directory_.path());
  }
};

TEST_P(DurabilityTest, AccountsAndTheirIdentitiesOutliveTheProcess) {
  User alice = MakeUser("1", "Alice", "a@example.com");
  ASSERT_TRUE(stores_.users->Create(alice, MakeIdentity("device", "d")).ok());
  alice.state = AccountState::kDeleting;
  ASSERT_TRUE(stores_.users->Update(alice).ok());
  ASSERT_TRUE(stores_.users->Create(MakeUser("2", "Bob")).ok());
  ASSERT_TRUE(stores_.users->Erase("2").ok());
  Reopen();
  alice.version = 1;
  EXPECT_EQ(stores_.users->FindByUsername("alice").value(), alice);
  EXPECT_EQ(stores_.users->FindByIdentity("device", "d").value(), alice);
  EXPECT_THAT(stores_.users->ListDeleting(10).value(), ElementsAre("1"));
  EXPECT_EQ(stores_.users->FindById("2").status().code(), StatusCode::kNotFound);
}

TEST_P(DurabilityTest, ARestartWithinTheGraceLosesNoSession) {
  ASSERT_TRUE(stores_.sessions->CreateFamily(MakeFamily("s-1"), HashOf("first"), At(100)).ok());
  const Rotation rotation = Use("first", "second", "nonce");
  ASSERT_EQ(stores_.sessions->Rotate(rotation)->outcome, RotationOutcome::kRotated);
  Reopen();
  RefreshFamily family = MakeFamily("s-1");
  family.last_used_at = At(1);
  EXPECT_EQ(stores_.sessions->FindFamily("s-1").value(), family);
  const RotationResult replayed = stores_.sessions->Rotate(rotation).value();
  EXPECT_EQ(replayed.outcome, RotationOutcome::kReplayed);
  EXPECT_EQ(replayed.grant, rotation.grant);
}

TEST_P(DurabilityTest, WhatWasRevokedStaysSoAndTheRecordGoesOn) {
  ASSERT_TRUE(stores_.sessions->CreateFamily(MakeFamily("s-1"), HashOf("first"), At(100)).ok());
  ASSERT_TRUE(stores_.sessions->RevokeFamily("s-1", At(1), At(901)).ok());
  const std::string log_id = stores_.sessions->ReadRevocations(0, 10)->log_id;
  Reopen();
  EXPECT_TRUE(stores_.sessions->FindFamily("s-1")->revoked);
  EXPECT_EQ(stores_.sessions->ReadRevocations(0, 10)->log_id, log_id);
  ASSERT_TRUE(stores_.sessions->RevokeSession("svc", At(2), At(902)).ok());
  EXPECT_THAT(testing::AllRevocations(*stores_.sessions),
              ElementsAre(Revocation{1, "s-1", At(1), At(901)}, Revocation{2, "svc", At(2), At(902)}));
}

TEST_P(DurabilityTest, ARecordThatWasPurgedEmptyKnowsHowFarItWas) {
  ASSERT_TRUE(stores_.sessions->RevokeSession("svc-1", At(1), At(10)).ok());
  ASSERT_TRUE(stores_.sessions->RevokeSession("svc-2", At(1), At(10)).ok());
  ASSERT_EQ(stores_.sessions->PurgeExpired(At(11), 10).value(), 2U);
  Reopen();
  EXPECT_EQ(stores_.sessions->ReadRevocations(0, 10)->floor, 2);
  EXPECT_EQ(stores_.sessions->ReadRevocations(0, 10)->head, 2);
  ASSERT_TRUE(stores_.sessions->RevokeSession("svc-3", At(12), At(20)).ok());
  EXPECT_THAT(testing::AllRevocations(*stores_.sessions),
              ElementsAre(Revocation{3, "svc-3", At(12), At(20)}));
}

TEST_P(DurabilityTest, AWrongGuessIsNotForgotten) {
  const OneTimeCode code = {.user_id = "1",
                            .hash = HashOf("right"),
                            .email = "a@b.example",
                            .expires_at = At(9),
                            .guesses_left = 2};
  ASSERT_TRUE(stores_.codes->Put(code).ok());
  ASSERT_FALSE(stores_.codes->Take("1", code.purpose, HashOf("wrong"), At(1)).ok());
  Reopen();
  EXPECT_EQ(stores_.codes->Take("1", code.purpose, code.hash, At(1))->guesses_left, 1);
  Reopen();
  EXPECT_FALSE(stores_.codes->Take("1", code.purpose, code.hash, At(1)).ok());
}

TEST_P(DurabilityTest, CredentialsOutliveTheProcess) {
  ServiceCredential credential = {
      .id = "c", .name = "arena", .secret_hash = HashOf("s"), .created_at = At(1)};
  ASSERT_TRUE(stores_.credentials->Create(credential).ok());
  credential.revoked = true;
  ASSERT_TRUE(stores_.credentials->Update(credential).ok());
  Reopen();
  credential.version = 1;
  EXPECT_EQ(stores_.credentials->Find("c").value(), credential);
}

INSTANTIATE_TEST_SUITE_P(Stores, DurabilityTest, ::testing::ValuesIn(testing::LastingKinds()),
                         testing::NameOf);

}  // namespace
}  // namespace oofgg::auth
