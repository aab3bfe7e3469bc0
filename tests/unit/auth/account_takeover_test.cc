// What those do who are after the account of somebody else, and what they get.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "auth/account_facade.h"
#include "tests/unit/auth/account_fixture.h"
#include "tests/unit/auth/forwarding_users.h"

namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;

/// Another's accounts, until they can be changed no more.
class FrozenUsers final : public testing::ForwardingUsers {
 public:
  using ForwardingUsers::ForwardingUsers;
  Status Update(const User&) override { return MakeStatus(StatusCode::kUnavailable, "the disk is full"); }
};

using AccountTakeoverTest = testing::AccountFixture;

TEST_F(AccountTakeoverTest, ANewPasswordClosesTheDoorOfTheDevice) {
  const auto guest = Guest();
  ASSERT_TRUE(account->UpgradeAccount(As(*guest), {"alice", "", "correct horse"}).ok());
  ASSERT_TRUE(users.AddIdentity(guest->user_id, {"twitch", "77"}).ok());
  EXPECT_FALSE(account->ChangePassword(As(*guest), {"wrong horse", "battery staple"}).ok());
  EXPECT_EQ(Guest()->user_id, guest->user_id) << "a refusal changes nothing";
  EXPECT_FALSE(account->ChangePassword(As(*guest), {"correct horse", "password"}).ok());
  EXPECT_EQ(Guest()->user_id, guest->user_id);
  ASSERT_TRUE(account->ChangePassword(As(*guest), {"correct horse", "battery staple"}).ok());
  EXPECT_NE(Guest()->user_id, guest->user_id);
  EXPECT_EQ(users.FindByIdentity("twitch", "77")->id, guest->user_id);
}

TEST_F(AccountTakeoverTest, WhoMadeAnAccountUnderAnAddressOfAnothersIsShutOutByAReset) {
  const auto intruder = Guest();
  ASSERT_TRUE(users.AddIdentity(intruder->user_id, {"twitch", "77"}).ok());
  ASSERT_TRUE(account->UpgradeAccount(As(*intruder), {"alice", "alice@example.com", "intruders horse"}).ok());
  ASSERT_TRUE(account->RequestPasswordReset({}, {"alice@example.com"}).ok());
  ASSERT_TRUE(
      account->ResetPassword({}, {"alice@example.com", CodeFor("alice@example.com"), "battery staple"}).ok());
  EXPECT_FALSE(IsValid(intruder->access_token));
  EXPECT_FALSE(Refresh(intruder->refresh_token).ok());
  EXPECT_NE(Guest()->user_id, intruder->user_id);
  EXPECT_FALSE(users.FindByIdentity("twitch", "77").ok());
  EXPECT_EQ(Login("alice", "battery staple")->user_id, intruder->user_id) << "it is the victim's now";
}

TEST_F(AccountTakeoverTest, AResetOfWhoHadProvedTheAddressTakesItsDevicesOnly) {
  const auto guest = Guest();
  ASSERT_TRUE(users.AddIdentity(guest->user_id, {"twitch", "77"}).ok());
  ASSERT_TRUE(account->RequestEmailCode(As(*guest), {.email = "alice@example.com"}).ok());
  ASSERT_TRUE(account->VerifyEmail({}, {guest->user_id, CodeFor("alice@example.com")}).ok());
  ASSERT_TRUE(account->RequestPasswordReset({}, {"alice@example.com"}).ok());
  ASSERT_TRUE(
      account->ResetPassword({}, {"alice@example.com", CodeFor("alice@example.com"), "battery staple"}).ok());
  EXPECT_NE(Guest()->user_id, guest->user_id);
  EXPECT_EQ(users.FindByIdentity("twitch", "77")->id, guest->user_id);
}

TEST_F(AccountTakeoverTest, AResetTakesWhatAThiefHasLinked) {
  const auto alice = Register("alice", "alice@example.com");
  ASSERT_TRUE(account->RequestEmailCode(As(*alice), {}).ok());
  ASSERT_TRUE(account->VerifyEmail({}, {alice->user_id, CodeFor("alice@example.com")}).ok());
  clock.Advance(1s);
  ASSERT_TRUE(users.AddIdentity(alice->user_id, {"twitch", "77", clock.WallNow()}).ok());
  ASSERT_TRUE(account->RequestPasswordReset({}, {"alice@example.com"}).ok());
  ASSERT_TRUE(
      account->ResetPassword({}, {"alice@example.com", CodeFor("alice@example.com"), "battery staple"}).ok());
  EXPECT_FALSE(users.FindByIdentity("twitch", "77").ok());
}

TEST_F(AccountTakeoverTest, AnotherAddressCostsThePassword) {
  const auto alice = Register("alice", "alice@example.com");
  const Status without = Prove(*alice, "thief@example.com", "").status();
  EXPECT_EQ(without.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldViolationsOf(without).at(0).field, "current_password");
  EXPECT_EQ(ReasonOf(Prove(*alice, "thief@example.com", "wrong horse").status()), "INVALID_CREDENTIALS");
  EXPECT_EQ(mail.count(), 0U);
  EXPECT_TRUE(account->RequestEmailCode(As(*alice), {}).ok()) << "one's own is free";
  EXPECT_TRUE(account->RequestEmailCode(As(*alice), {.email = "ALICE@example.com"}).ok());
  EXPECT_TRUE(Prove(*alice, "new@example.com").ok());
}

TEST_F(AccountTakeoverTest, GuessingThePasswordByANewAddressIsSlowedDown) {
  const auto alice = Register("alice");
  Status status;
  for (int i = 0; i < 6; ++i) {
    status = Prove(*alice, std::to_string(i) + "@example.com", "wrong horse").status();
  }
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(mail.count(), 0U);
}

TEST_F(AccountTakeoverTest, WhoHasNoPasswordProvesAnAddressWithoutOne) {
  const auto guest = Guest();
  EXPECT_TRUE(account->RequestEmailCode(As(*guest), {.email = "guest@example.com"}).ok());
  EXPECT_NE(CodeFor("guest@example.com"), "");
}

TEST_F(AccountTakeoverTest, TheFormerAddressIsToldOfTheChange) {
  const auto alice = Register("alice", "alice@example.com");
  ASSERT_TRUE(Prove(*alice, "new@example.com").ok());
  ASSERT_TRUE(account->VerifyEmail({}, {alice->user_id, CodeFor("new@example.com")}).ok());
  const Mail notice = mail.LastTo("alice@example.com");
  EXPECT_EQ(notice.kind, "email-changed");
  EXPECT_EQ(notice.code, "");
  EXPECT_EQ(notice.text.find("new@example.com"), std::string::npos) << "who reads it need not know";
  EXPECT_EQ(mail.count(), 2U);
  ASSERT_TRUE(account->RequestEmailCode(As(*alice), {}).ok());
  ASSERT_TRUE(account->VerifyEmail({}, {alice->user_id, CodeFor("new@example.com")}).ok());
  EXPECT_EQ(mail.count(), 3U) << "nothing was changed, so nobody is told";
}

TEST_F(AccountTakeoverTest, AResetCodeInAFormerMailboxIsWorthNothing) {
  const auto alice = Register("alice", "old@example.com");
  ASSERT_TRUE(account->RequestPasswordReset({}, {"old@example.com"}).ok());
  const std::string code = CodeFor("old@example.com");
  ASSERT_TRUE(Prove(*alice, "new@example.com").ok());
  ASSERT_TRUE(account->VerifyEmail({}, {alice->user_id, CodeFor("new@example.com")}).ok());
  EXPECT_EQ(ReasonOf(account->ResetPassword({}, {"new@example.com", code, "battery staple"}).status()),
            "CODE_INVALID");
}

TEST_F(AccountTakeoverTest, AResetCodeDoesNotComeBackWithItsAddress) {
  const auto alice = Register("alice", "old@example.com");
  ASSERT_TRUE(account->RequestPasswordReset({}, {"old@example.com"}).ok());
  const std::string code = CodeFor("old@example.com");
  for (const char* address : {"new@example.com", "old@example.com"}) {
    ASSERT_TRUE(Prove(*alice, address).ok());
    ASSERT_TRUE(account->VerifyEmail({}, {alice->user_id, CodeFor(address)}).ok());
  }
  EXPECT_EQ(ReasonOf(account->ResetPassword({}, {"old@example.com", code, "battery staple"}).status()),
            "CODE_INVALID");
}

TEST_F(AccountTakeoverTest, AResetCodeIsForTheAddressItWasMailedTo) {
  const auto alice = Register("alice", "old@example.com");
  ASSERT_TRUE(account->RequestPasswordReset({}, {"old@example.com"}).ok());
  const std::string code = CodeFor("old@example.com");
  User moved = users.FindById(alice->user_id).value();
  moved.email = "new@example.com";
  ASSERT_TRUE(users.Update(moved).ok());  // Overtaken by the code, which is still stored.
  EXPECT_EQ(ReasonOf(account->ResetPassword({}, {"new@example.com", code, "battery staple"}).status()),
            "CODE_INVALID");
  EXPECT_TRUE(Login("alice").ok());
}

TEST_F(AccountTakeoverTest, ANewPasswordVoidsTheCodesThatAnIntruderHolds) {
  const auto intruder = Register("alice", "alice@example.com");
  ASSERT_TRUE(Prove(*intruder, "intruder@example.com").ok());
  ASSERT_TRUE(account->RequestPasswordReset({}, {"alice@example.com"}).ok());
  ASSERT_TRUE(
      account->ResetPassword({}, {"alice@example.com", CodeFor("alice@example.com"), "battery staple"}).ok());
  const std::string held = CodeFor("intruder@example.com");
  EXPECT_EQ(ReasonOf(account->VerifyEmail({}, {intruder->user_id, held}).status()), "CODE_INVALID");
  EXPECT_EQ(users.FindById(intruder->user_id)->email, "alice@example.com");

  const auto alice = Login("alice", "battery staple");
  ASSERT_TRUE(Prove(*alice, "new@example.com", "battery staple").ok());
  ASSERT_TRUE(account->ChangePassword(As(*alice), {"battery staple", "correct horse"}).ok());
  const std::string older = CodeFor("new@example.com");
  EXPECT_EQ(ReasonOf(account->VerifyEmail({}, {alice->user_id, older}).status()), "CODE_INVALID");
}

TEST_F(AccountTakeoverTest, AStrangersGuessesNeitherBurnACodeNorHoldItsOwnerUp) {
  const auto alice = Register("alice", "alice@example.com");
  ASSERT_TRUE(account->RequestEmailCode(As(*alice), {}).ok());
  ASSERT_TRUE(account->RequestPasswordReset({}, {"alice@example.com"}).ok());
  ASSERT_EQ(mail.count(), 2U);
  const auto verify = [&](const std::string& from, const std::string& code) {
    return account->VerifyEmail(From(from), {alice->user_id, code}).status();
  };
  const auto reset = [&](const std::string& from, const std::string& code) {
    return account->ResetPassword(From(from), {"alice@example.com", code, "battery staple"}).status();
  };
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(ReasonOf(verify("203.0.113.9", "0000000000")), "CODE_INVALID");
    EXPECT_EQ(ReasonOf(reset("203.0.113.9", "0000000000")), "CODE_INVALID");
  }
  EXPECT_EQ(verify("203.0.113.9", "0000000000").code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(reset("203.0.113.9", "0000000000").code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(reset("203.0.113.10", CodeFor("alice@example.com")).ok());
}

TEST_F(AccountTakeoverTest, TheStoreDoesTheSameForAnUnknownAddress) {
  ASSERT_TRUE(Register("alice", "alice@example.com").ok());
  const std::vector<std::string> addresses = {"alice@example.com", "nobody@example.com"};
  for (const std::string& address : addresses) EXPECT_TRUE(account->RequestPasswordReset({}, {address}).ok());
  EXPECT_EQ(mail.count(), 1U) << "mailed to who is known";
  EXPECT_EQ(codes.PurgeExpired(clock.WallNow() + 1h, 10).value(), 2U) << "and stored for both";

  for (const std::string& address : addresses) EXPECT_TRUE(account->RequestPasswordReset({}, {address}).ok());
  EXPECT_EQ(mail.count(), 2U);
  for (const std::string& address : addresses) {
    Guess(100, [&](const CallContext& from) {
      return account->ResetPassword(from, {address, "0000000000", "battery staple"}).status();
    });
  }
  EXPECT_EQ(codes.PurgeExpired(clock.WallNow() + 1h, 10).value(), 0U) << "guesses are counted for both";
}

TEST_F(AccountTakeoverTest, AResetThatFailsHalfwayLeavesNoIntruderSignedIn) {
  const auto intruder = Register("alice", "alice@example.com");
  ASSERT_TRUE(account->RequestPasswordReset({}, {"alice@example.com"}).ok());
  const std::string code = CodeFor("alice@example.com");
  FrozenUsers frozen(users);
  OpenWith(&mail, frozen);
  EXPECT_EQ(account->ResetPassword({}, {"alice@example.com", code, "battery staple"}).status().code(),
            StatusCode::kUnavailable);
  EXPECT_FALSE(IsValid(intruder->access_token));
  EXPECT_FALSE(Refresh(intruder->refresh_token).ok());
  room.reset();
}

TEST_F(AccountTakeoverTest, AnUpgradeLeavesNoCodeFromBefore) {
  const auto guest = Guest();
  ASSERT_TRUE(account->RequestEmailCode(As(*guest), {.email = "old@example.com"}).ok());
  const std::string code = CodeFor("old@example.com");
  ASSERT_TRUE(account->UpgradeAccount(As(*guest), {"alice", "alice@example.com", "correct horse"}).ok());
  EXPECT_EQ(ReasonOf(account->VerifyEmail({}, {guest->user_id, code}).status()), "CODE_INVALID");
  EXPECT_TRUE(Refresh(guest->refresh_token).ok()) << "its sessions stay";
}

}  // namespace
}  // namespace oofgg::auth
