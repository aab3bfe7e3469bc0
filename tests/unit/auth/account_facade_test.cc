#include "auth/account_facade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/auth/account_fixture.h"

namespace oofgg::auth {
namespace {

using ::testing::ElementsAre;
using testing::kDevice;
using namespace std::chrono_literals;

using AccountFacadeTest = testing::AccountFixture;

TEST_F(AccountFacadeTest, AGuestIsTheSameOneEachTime) {
  const auto first = Guest();
  ASSERT_TRUE(first.ok()) << first.status();
  const auto again = Guest();
  EXPECT_EQ(again->user_id, first->user_id);
  EXPECT_NE(Guest("another-device-another-device-xx")->user_id, first->user_id);
  const auto shown = account->GetAccount(As(*first), {});
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_TRUE(shown->guest);
  EXPECT_FALSE(shown->has_password);
  EXPECT_THAT(shown->username, ::testing::StartsWith("guest_"));
  ASSERT_EQ(shown->identities.size(), 1U);
  EXPECT_EQ(shown->identities[0].provider, "device");
}

TEST_F(AccountFacadeTest, ADeviceSecretIsNotStored) {
  const auto guest = Guest();
  const auto identities = users.ListIdentities(guest->user_id).value();
  ASSERT_EQ(identities.size(), 1U);
  EXPECT_EQ(identities[0].subject.find(kDevice), std::string::npos);
}

TEST_F(AccountFacadeTest, ADeviceSecretMustBeOne) {
  for (const std::string& bad : {std::string(), std::string(31, 'x'), std::string(129, 'x'),
                                 std::string(31, 'x') + " ", std::string(31, 'x') + "\n"}) {
    const Status status = Guest(bad).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(FieldViolationsOf(status).at(0).field, "device_secret");
  }
}

TEST_F(AccountFacadeTest, AGuestBecomesAFullAccountAndStaysSignedIn) {
  const auto guest = Guest();
  const UpgradeAccountRequest upgrade{"alice", "alice@example.com", "correct horse"};
  const auto upgraded = account->UpgradeAccount(As(*guest), upgrade);
  ASSERT_TRUE(upgraded.ok()) << upgraded.status();
  EXPECT_EQ(upgraded->user_id, guest->user_id);
  EXPECT_FALSE(upgraded->guest);
  EXPECT_TRUE(Refresh(guest->refresh_token).ok());
  EXPECT_EQ(Login("alice")->user_id, guest->user_id);
  EXPECT_EQ(Guest()->user_id, guest->user_id) << "the device remains a way in";
  EXPECT_TRUE(account->UpgradeAccount(As(*guest), upgrade).ok()) << "its answer may have been lost";
  EXPECT_EQ(account->UpgradeAccount(As(*guest), {"bob", "", "correct horse"}).status().code(),
            StatusCode::kFailedPrecondition);
}

TEST_F(AccountFacadeTest, AnUpgradeTakesNobodysName) {
  ASSERT_TRUE(Register("alice", "alice@example.com").ok());
  const auto guest = Guest();
  const int hashed = salts.count();
  EXPECT_EQ(ReasonOf(account->UpgradeAccount(As(*guest), {"ALICE", "", "correct horse"}).status()),
            "USERNAME_TAKEN");
  EXPECT_EQ(
      ReasonOf(account->UpgradeAccount(As(*guest), {"bob", "Alice@example.com", "correct horse"}).status()),
      "EMAIL_TAKEN");
  EXPECT_TRUE(account->GetAccount(As(*guest), {})->guest) << "nothing was done by halves";
  EXPECT_EQ(salts.count(), hashed) << "a taken name costs no hash";
}

TEST_F(AccountFacadeTest, UpgradesAreAttemptsOfTheHouseholdAndOfTheAccount) {
  ASSERT_TRUE(Register("alice").ok());
  const auto upgrade = [&](const AuthTokens& guest, const std::string& address) {
    CallContext context = As(guest);
    context.peer_address = address;
    return account->UpgradeAccount(context, {"alice", "", "correct horse"}).status();
  };
  const auto guest = Guest();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ReasonOf(upgrade(*guest, "203.0.113.9")), "USERNAME_TAKEN");
  EXPECT_EQ(upgrade(*guest, "203.0.113.10").code(), StatusCode::kResourceExhausted);

  const auto other = Guest("another-device-another-device-xx");
  EXPECT_EQ(ReasonOf(upgrade(*other, "203.0.113.9")), "USERNAME_TAKEN");
  for (int i = 0; i < 89; ++i) {
    account->ServiceLogin(From("203.0.113.9"), {.credential = "x"}).status().IgnoreError();
  }
  EXPECT_EQ(upgrade(*other, "203.0.113.9").code(), StatusCode::kResourceExhausted);
}

TEST_F(AccountFacadeTest, AnUpgradeTellsTheFormerAddress) {
  const auto guest = Guest();
  ASSERT_TRUE(account->RequestEmailCode(As(*guest), {.email = "old@example.com"}).ok());
  ASSERT_TRUE(account->VerifyEmail({}, {guest->user_id, CodeFor("old@example.com")}).ok());
  ASSERT_TRUE(account->UpgradeAccount(As(*guest), {"alice", "new@example.com", "correct horse"}).ok());
  EXPECT_EQ(mail.LastTo("old@example.com").kind, "email-changed");
}

TEST_F(AccountFacadeTest, SessionsAreListedAndEndedOneByOne) {
  const auto first = Register("alice");
  clock.Advance(1s);
  CallContext named;
  named.client_name = "Space Race 1.2";
  const auto second = Login("alice", "correct horse", named);
  const auto listed = account->ListSessions(As(*first), {}).value().sessions;
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].label, "Space Race 1.2") << "newest first";
  EXPECT_FALSE(listed[0].current);
  EXPECT_TRUE(listed[1].current);
  ASSERT_TRUE(account->Logout(As(*first), {.session_id = listed[0].session_id}).ok());
  EXPECT_FALSE(IsValid(second->access_token));
  EXPECT_EQ(ReasonOf(Refresh(second->refresh_token).status()), "SESSION_REVOKED");
  EXPECT_TRUE(Refresh(first->refresh_token).ok());
  EXPECT_TRUE(account->Logout(As(*first), {.session_id = listed[0].session_id}).ok()) << "again";
}

TEST_F(AccountFacadeTest, LogoutEndsOnesOwnAndNobodyElses) {
  const auto alice = Register("alice");
  const auto bob = Register("bob");
  const std::string bobs = As(*bob).caller->session_id;
  EXPECT_EQ(account->Logout(As(*alice), {.session_id = bobs}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(account->Logout(As(*alice), {.session_id = "nonsense"}).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(IsValid(bob->access_token));
  ASSERT_TRUE(account->Logout(As(*alice), {}).ok());
  EXPECT_FALSE(IsValid(alice->access_token));
}

TEST_F(AccountFacadeTest, LogoutEverywhereMayKeepThisOne) {
  const auto first = Register("alice");
  const auto second = Login("alice");
  const auto third = Login("alice");
  EXPECT_EQ(account->LogoutEverywhere(As(*first), {.keep_current = true})->ended, 2U);
  EXPECT_TRUE(IsValid(first->access_token));
  EXPECT_FALSE(IsValid(second->access_token));
  EXPECT_FALSE(IsValid(third->access_token));
  EXPECT_EQ(account->LogoutEverywhere(As(*first), {})->ended, 1U);
  EXPECT_FALSE(IsValid(first->access_token));
}

TEST_F(AccountFacadeTest, ANewPasswordEndsTheOtherSessions) {
  const auto here = Register("alice");
  const auto there = Login("alice");
  EXPECT_EQ(ReasonOf(account->ChangePassword(As(*here), {"wrong horse", "battery staple"}).status()),
            "INVALID_CREDENTIALS");
  EXPECT_TRUE(IsValid(there->access_token));
  ASSERT_TRUE(account->ChangePassword(As(*here), {"correct horse", "battery staple"}).ok());
  EXPECT_TRUE(IsValid(here->access_token));
  EXPECT_FALSE(IsValid(there->access_token));
  EXPECT_FALSE(Login("alice").ok());
  EXPECT_TRUE(Login("alice", "battery staple").ok());
  EXPECT_EQ(
      FieldViolationsOf(account->ChangePassword(As(*here), {"battery staple", "short"}).status()).at(0).field,
      "new_password");
}

TEST_F(AccountFacadeTest, ANewPasswordIsAnotherOne) {
  const auto here = Register("alice");
  const auto there = Login("alice");
  const Status same = account->ChangePassword(As(*here), {"correct horse", "correct horse"}).status();
  EXPECT_EQ(FieldViolationsOf(same).at(0).field, "new_password");
  EXPECT_TRUE(IsValid(there->access_token)) << "nothing was changed";
}

TEST_F(AccountFacadeTest, GuessingTheCurrentPasswordIsSlowedDown) {
  const auto here = Register("alice");
  Status status;
  for (int i = 0; i < 6; ++i)
    status = account->ChangePassword(As(*here), {"wrong horse", "battery staple"}).status();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
}

TEST_F(AccountFacadeTest, ALoginThatANewPasswordOvertookIsRefused) {
  const auto here = Register("alice");
  const User as_read = users.FindByUsername("alice").value();
  ASSERT_TRUE(account->ChangePassword(As(*here), {"correct horse", "battery staple"}).ok());
  // The old password was checked against what was read before; its session begins now.
  const auto overtaken = room->sessions().Begin(as_read, {});
  EXPECT_EQ(ReasonOf(overtaken.status()), "SESSION_OVERTAKEN");
  EXPECT_EQ(account->ListSessions(As(*here), {}).value().sessions.size(), 1U) << "and leaves none behind";
}

TEST_F(AccountFacadeTest, AMailedCodeProvesAnAddressOnce) {
  const auto alice = Register("alice");
  EXPECT_EQ(FieldViolationsOf(account->RequestEmailCode(As(*alice), {}).status()).at(0).field, "email");
  ASSERT_TRUE(Prove(*alice, "alice@example.com").ok());
  const std::string code = CodeFor("alice@example.com");
  EXPECT_EQ(code.size(), 10U);
  EXPECT_EQ(account->GetAccount(As(*alice), {})->email, "") << "not before it is proved";
  ASSERT_TRUE(account->VerifyEmail({}, {alice->user_id, code}).ok());
  const auto shown = account->GetAccount(As(*alice), {});
  EXPECT_EQ(shown->email, "alice@example.com");
  EXPECT_TRUE(shown->email_verified);
  EXPECT_EQ(ReasonOf(account->VerifyEmail({}, {alice->user_id, code}).status()), "CODE_INVALID");
  EXPECT_TRUE(Login("alice@example.com").ok());
}

TEST_F(AccountFacadeTest, ACodeIsTakenHoweverItIsTyped) {
  const auto alice = Register("alice", "alice@example.com");
  ASSERT_TRUE(account->RequestEmailCode(As(*alice), {}).ok());
  std::string typed = CodeFor("alice@example.com");
  for (char& c : typed) {
    if (c == '0') c = 'o';
    if (c == '1') c = 'l';
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  typed.insert(5, " - ");
  EXPECT_TRUE(account->VerifyEmail({}, {alice->user_id, typed}).ok());
}

TEST_F(AccountFacadeTest, ACodeEndsWithTimeGuessesAndTheNextOne) {
  const auto alice = Register("alice", "alice@example.com");
  const CallContext as_alice = As(*alice);
  ASSERT_TRUE(account->RequestEmailCode(as_alice, {}).ok());
  const std::string first = CodeFor("alice@example.com");
  ASSERT_TRUE(account->RequestEmailCode(as_alice, {}).ok());
  ASSERT_EQ(mail.count(), 2U);
  EXPECT_FALSE(account->VerifyEmail({}, {alice->user_id, first}).ok()) << "replaced";
  clock.Advance(30min);
  EXPECT_FALSE(account->VerifyEmail({}, {alice->user_id, CodeFor("alice@example.com")}).ok()) << "late";
  ASSERT_TRUE(account->RequestEmailCode(as_alice, {}).ok());
  ASSERT_EQ(mail.count(), 3U);
  Guess(100, [&](const CallContext& from) {
    return account->VerifyEmail(from, {alice->user_id, "0000000000"}).status();
  });
  EXPECT_FALSE(account->VerifyEmail({}, {alice->user_id, CodeFor("alice@example.com")}).ok())
      << "guessed out";
}

TEST_F(AccountFacadeTest, ACodeOfOnePersonOrPurposeIsNoOthers) {
  const auto alice = Register("alice", "alice@example.com");
  const auto bob = Register("bob", "bob@example.com");
  ASSERT_TRUE(account->RequestEmailCode(As(*alice), {}).ok());
  const std::string code = CodeFor("alice@example.com");
  EXPECT_FALSE(account->VerifyEmail({}, {bob->user_id, code}).ok());
  EXPECT_FALSE(account->ResetPassword({}, {"alice@example.com", code, "battery staple"}).ok());
  EXPECT_TRUE(account->VerifyEmail({}, {alice->user_id, code}).ok());
}

TEST_F(AccountFacadeTest, AForgottenPasswordIsSetAnewAndEndsAllSessions) {
  const auto alice = Register("alice", "alice@example.com");
  ASSERT_TRUE(account->RequestPasswordReset({}, {"ALICE@example.com"}).ok());
  const std::string code = CodeFor("alice@example.com");
  ASSERT_TRUE(account->ResetPassword({}, {"alice@example.com", code, "battery staple"}).ok());
  EXPECT_FALSE(IsValid(alice->access_token));
  EXPECT_FALSE(Login("alice").ok());
  EXPECT_TRUE(Login("alice", "battery staple").ok());
  EXPECT_EQ(ReasonOf(account->ResetPassword({}, {"alice@example.com", code, "another horse"}).status()),
            "CODE_INVALID");
}

TEST_F(AccountFacadeTest, NobodyLearnsWhetherAnAddressIsKnown) {
  ASSERT_TRUE(Register("alice", "alice@example.com").ok());
  const auto known = account->RequestPasswordReset({}, {"alice@example.com"});
  const auto unknown = account->RequestPasswordReset({}, {"nobody@example.com"});
  EXPECT_TRUE(known.ok() && unknown.ok());
  EXPECT_EQ(mail.count(), 1U);
  const auto wrong = account->ResetPassword({}, {"alice@example.com", "0000000000", "battery staple"});
  EXPECT_EQ(account->ResetPassword({}, {"nobody@example.com", "0000000000", "battery staple"}).status(),
            wrong.status());
}

TEST_F(AccountFacadeTest, MailToOneAddressIsLimited) {
  const auto alice = Register("alice", "alice@example.com");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(account->RequestPasswordReset({}, {"Alice@example.com"}).ok());
  const Status status = account->RequestPasswordReset({}, {"alice@example.com"}).status();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryAfterOf(status), 10min);
  EXPECT_FALSE(account->RequestEmailCode(As(*alice), {}).ok()) << "whatever it is for";
  EXPECT_EQ(mail.count(), 3U);
  clock.Advance(10min);
  EXPECT_TRUE(account->RequestPasswordReset({}, {"alice@example.com"}).ok());
  EXPECT_FALSE(account->RequestPasswordReset({}, {"alice@example.com"}).ok());
}

TEST_F(AccountFacadeTest, MailThatOneAccountAsksForIsLimited) {
  const auto guest = Guest();
  const auto ask = [&](int i) {
    return account->RequestEmailCode(As(*guest), {.email = std::to_string(i) + "@example.com"});
  };
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ask(i).ok());
  EXPECT_EQ(ask(3).status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(mail.count(), 3U);
}

TEST_F(AccountFacadeTest, MailThatOneHouseholdAsksForIsLimited) {
  const auto guest = Guest();
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(
        account->RequestPasswordReset(From("203.0.113.9"), {std::to_string(i) + "@example.com"}).ok());
  }
  CallContext context = As(*guest);
  context.peer_address = "203.0.113.9";
  EXPECT_EQ(account->RequestEmailCode(context, {.email = "guest@example.com"}).status().code(),
            StatusCode::kResourceExhausted);
  context.peer_address = "203.0.113.10";
  EXPECT_TRUE(account->RequestEmailCode(context, {.email = "guest@example.com"}).ok());
}

TEST_F(AccountFacadeTest, NoticesBotherNobodyWhoNeverProvedTheAddress) {
  for (int i = 0; i < 5; ++i) {
    const std::string name = "player" + std::to_string(i);
    const auto player = Register(name, "stranger@example.com");
    ASSERT_TRUE(Prove(*player, name + "@example.com").ok());
    ASSERT_TRUE(account->VerifyEmail({}, {player->user_id, CodeFor(name + "@example.com")}).ok());
  }
  EXPECT_EQ(mail.count(), 5U + 3U);
}

TEST_F(AccountFacadeTest, WithoutAMailerItSaysSo) {
  const auto alice = Register("alice", "alice@example.com");
  OpenWith(nullptr);
  EXPECT_EQ(account->RequestEmailCode(As(*alice), {}).status().code(), StatusCode::kUnimplemented);
  EXPECT_EQ(account->RequestPasswordReset({}, {"alice@example.com"}).status().code(),
            StatusCode::kUnimplemented);
}

TEST_F(AccountFacadeTest, ADeletedAccountLeavesNothing) {
  const auto alice = Register("alice", "alice@example.com");
  EXPECT_EQ(ReasonOf(account->DeleteAccount(As(*alice), {"wrong horse"}).status()), "INVALID_CREDENTIALS");
  ASSERT_TRUE(account->DeleteAccount(As(*alice), {"correct horse"}).ok());
  EXPECT_EQ(users.FindById(alice->user_id).status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(IsValid(alice->access_token));
  EXPECT_FALSE(Refresh(alice->refresh_token).ok());
  EXPECT_FALSE(Login("alice").ok());
  EXPECT_TRUE(Register("alice", "alice@example.com").ok()) << "the names are free again";
}

TEST_F(AccountFacadeTest, ADeletionIsToldToTheOtherServersForAMonth) {
  const auto guest = Guest();
  const WallTime now = clock.WallNow();
  ASSERT_TRUE(account->DeleteAccount(As(*guest), {}).ok());
  const auto record = sessions.ReadRevocations(0, 10)->entries;
  const auto told =
      std::find_if(record.begin(), record.end(), [](const auto& entry) { return entry.IsDeletion(); });
  ASSERT_NE(told, record.end());
  EXPECT_EQ(told->user_id, guest->user_id);
  EXPECT_GE(told->until, now + std::chrono::hours(30 * 24));
}

TEST_F(AccountFacadeTest, AnInterruptedDeletionIsFinished) {
  const auto guest = Guest();
  User user = users.FindById(guest->user_id).value();
  user.state = AccountState::kDeleting;
  ++user.epoch;
  ASSERT_TRUE(users.Update(user).ok());  // … and the power failed.
  EXPECT_EQ(ReasonOf(Guest().status()), "ACCOUNT_DELETED");
  ASSERT_TRUE(room->Tidy().ok());
  EXPECT_EQ(users.FindById(guest->user_id).status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(IsValid(guest->access_token));
  EXPECT_EQ(sessions.ReadRevocations(0, 10)->entries.back().user_id, guest->user_id);
  EXPECT_NE(Guest()->user_id, guest->user_id);
}

TEST_F(AccountFacadeTest, WhatNeedsACallerSaysSo) {
  EXPECT_EQ(account->GetAccount({}, {}).status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(account->ListSessions({}, {}).status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(account->Logout({}, {}).status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(account->LogoutEverywhere({}, {}).status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(account->ChangePassword({}, {"correct horse", "battery staple"}).status().code(),
            StatusCode::kUnauthenticated);
  EXPECT_EQ(account->DeleteAccount({}, {}).status().code(), StatusCode::kUnauthenticated);
}

TEST_F(AccountFacadeTest, TheTrailTellsWhatWasDoneAndNothingPersonal) {
  const auto alice = Register("MARKER-user", "MARKER@example.com");
  EXPECT_FALSE(Login("MARKER-user", "wrong horse").ok());
  ASSERT_TRUE(account->ChangePassword(As(*alice), {"correct horse", "battery staple"}).ok());
  ASSERT_TRUE(account->DeleteAccount(As(*alice), {"battery staple"}).ok());
  EXPECT_THAT(TrailOf(alice->user_id),
              ElementsAre("auth.registered", "auth.session_begun", "auth.login_failed",
                          "auth.password_changed", "auth.deleted"));
  for (const EventRecord& record : events.records()) {
    for (const auto& [name, value] : record.fields) {
      const auto* text = std::get_if<std::string>(&value);
      if (text == nullptr) continue;
      EXPECT_EQ(text->find("MARKER"), std::string::npos) << name;
      EXPECT_EQ(text->find("horse"), std::string::npos) << name;
    }
  }
}

}  // namespace
}  // namespace oofgg::auth
