// An account at Twitch that becomes one more way into an account that is there already.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "auth/account_facade.h"
#include "tests/unit/auth/account_fixture.h"
#include "tests/unit/auth/forwarding_users.h"

namespace oofgg::auth {
namespace {

/// Knows tokens of this form only: "token-of-SUBJECT".
class FakeTwitch final : public IdentityProvider {
 public:
  std::string name() const override { return "twitch"; }
  std::string audience() const override { return "our-game"; }
  StatusOr<ExternalIdentity> Verify(const std::string& credential) override {
    constexpr std::string_view kPrefix = "token-of-";
    ++asked;
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    if (!credential.starts_with(kPrefix)) {
      return WithReason(MakeStatus(StatusCode::kUnauthenticated, "no good token"), "INVALID_CREDENTIALS");
    }
    return ExternalIdentity{.subject = credential.substr(kPrefix.size()), .username = {}};
  }

  int asked = 0;
  std::function<void()> meanwhile;
};

/// Lets something happen once an identity was added, and before whoever did so goes on.
class InterruptedUsers final : public testing::ForwardingUsers {
 public:
  using ForwardingUsers::ForwardingUsers;
  Status AddIdentity(std::string_view id, const Identity& identity) override {
    const Status added = ForwardingUsers::AddIdentity(id, identity);
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    return added;
  }

  std::function<void()> meanwhile;
};

class LinkTwitchTest : public testing::AccountFixture {
 protected:
  LinkTwitchTest() {
    AuthRoomParts parts = PartsWith(interrupted_);
    parts.twitch = &twitch_;
    parts.mailer = &mail;
    parts.mail = &mail.executor();
    room = AuthRoom::Open(std::move(parts), {}).value();
    facade = &room->auth();
    account = &room->account();
  }
  StatusOr<Account> Link(const AuthTokens& tokens, const std::string& subject,
                         const std::string& password = "correct horse") {
    return account->LinkTwitch(As(tokens),
                               {.helix_token = "token-of-" + subject, .current_password = password});
  }
  StatusOr<AuthTokens> TwitchLogin(const std::string& subject) {
    return facade->TwitchLogin({}, {.helix_token = "token-of-" + subject, .client_id = {}, .user_id = {}});
  }

  FakeTwitch twitch_;
  InterruptedUsers interrupted_{users};
};

TEST_F(LinkTwitchTest, OpensTheAccountFromThenOn) {
  const auto alice = Register("alice");
  const auto linked = Link(*alice, "77");
  ASSERT_TRUE(linked.ok()) << linked.status();
  ASSERT_EQ(linked->identities.size(), 1U);
  EXPECT_EQ(linked->identities[0].provider, "twitch");
  EXPECT_EQ(TwitchLogin("77")->user_id, alice->user_id);
  EXPECT_TRUE(Login("alice").ok()) << "the password is a way in as before";
  const auto trail = TrailOf(alice->user_id);
  EXPECT_EQ(std::count(trail.begin(), trail.end(), "auth.identity_linked"), 1);
}

TEST_F(LinkTwitchTest, TheSameRequestAgainIsAsGoodAsOnce) {
  const auto alice = Register("alice");
  ASSERT_TRUE(Link(*alice, "77").ok());
  const auto again = Link(*alice, "77");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->identities.size(), 1U);
}

TEST_F(LinkTwitchTest, CostsThePasswordOfWhoHasOne) {
  const auto alice = Register("alice");
  EXPECT_EQ(FieldViolationsOf(Link(*alice, "77", "").status()).at(0).field, "current_password");
  EXPECT_EQ(ReasonOf(Link(*alice, "77", "wrong horse").status()), "INVALID_CREDENTIALS");
  EXPECT_EQ(twitch_.asked, 0) << "nor is Twitch bothered";
  EXPECT_EQ(users.FindByIdentity("twitch", "77").status().code(), StatusCode::kNotFound);
}

TEST_F(LinkTwitchTest, AGuestIsNoneAnyMore) {
  const auto guest = Guest();
  const auto linked = Link(*guest, "77", "");
  ASSERT_TRUE(linked.ok()) << linked.status();
  EXPECT_FALSE(linked->guest);
  EXPECT_EQ(TwitchLogin("77")->user_id, guest->user_id);
  EXPECT_TRUE(account->UpgradeAccount(As(*guest), {"alice", "", "correct horse"}).ok());
}

TEST_F(LinkTwitchTest, WhatOpensAnotherAccountStaysThere) {
  const auto owner = TwitchLogin("77");
  const auto alice = Register("alice");
  const Status refused = Link(*alice, "77").status();
  EXPECT_EQ(refused.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(refused), "IDENTITY_TAKEN");
  EXPECT_EQ(TwitchLogin("77")->user_id, owner->user_id);
}

TEST_F(LinkTwitchTest, OneAccountAtTwitchIsEnough) {
  const auto alice = Register("alice");
  ASSERT_TRUE(Link(*alice, "77").ok());
  EXPECT_EQ(Link(*alice, "78").status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(TwitchLogin("77")->user_id, alice->user_id);
  EXPECT_NE(TwitchLogin("78")->user_id, alice->user_id);
}

TEST_F(LinkTwitchTest, TheOwnerIsToldByMail) {
  const auto alice = Register("alice", "alice@example.com");
  ASSERT_TRUE(Link(*alice, "77").ok());
  EXPECT_EQ(mail.LastTo("alice@example.com").kind, "identity-linked");
}

TEST_F(LinkTwitchTest, ARepetitionThatOvertakesIsNoObstacle) {
  const auto alice = Register("alice");
  twitch_.meanwhile = [&] { ASSERT_TRUE(Link(*alice, "77").ok()); };
  EXPECT_TRUE(Link(*alice, "77").ok());
  const auto guest = Guest();
  ASSERT_TRUE(users.AddIdentity(guest->user_id, {"twitch", "78"}).ok());  // And then a crash.
  EXPECT_FALSE(Link(*guest, "78")->guest);
}

TEST_F(LinkTwitchTest, WhoLosesARaceTakesNothingFromTheWinner) {
  const auto alice = Register("alice");
  // Both saw no link; the store is asked first by the loser and last by the winner.
  interrupted_.meanwhile = [&] {
    User changed = users.FindById(alice->user_id).value();
    ASSERT_TRUE(users.AddIdentity(alice->user_id, {"twitch", "78"}).ok());
    ASSERT_TRUE(users.Update(changed).ok());
  };
  EXPECT_EQ(Link(*alice, "77").status().code(), StatusCode::kAborted);
  EXPECT_EQ(TwitchLogin("78")->user_id, alice->user_id);
  EXPECT_NE(TwitchLogin("77")->user_id, alice->user_id);
}

TEST_F(LinkTwitchTest, ATokenThatIsNoneLinksNothing) {
  const auto alice = Register("alice");
  for (const std::string token : {"", "with\nline end"}) {
    const auto refused =
        account->LinkTwitch(As(*alice), {.helix_token = token, .current_password = "correct horse"});
    EXPECT_EQ(FieldViolationsOf(refused.status()).at(0).field, "helix_token");
  }
  const auto wrong =
      account->LinkTwitch(As(*alice), {.helix_token = "stolen", .current_password = "correct horse"});
  EXPECT_EQ(ReasonOf(wrong.status()), "INVALID_CREDENTIALS");
  EXPECT_EQ(account->LinkTwitch({}, {.helix_token = "token-of-77"}).status().code(),
            StatusCode::kUnauthenticated);
}

TEST_F(LinkTwitchTest, ANewPasswordThatComesBetweenIsNotOutlived) {
  const auto alice = Register("alice");
  twitch_.meanwhile = [&] {
    ASSERT_TRUE(account->ChangePassword(As(*alice), {"correct horse", "battery staple"}).ok());
  };
  EXPECT_EQ(Link(*alice, "77").status().code(), StatusCode::kAborted);
  EXPECT_EQ(users.FindByIdentity("twitch", "77").status().code(), StatusCode::kNotFound);
}

TEST_F(LinkTwitchTest, WithoutTwitchItSaysSo) {
  room = AuthRoom::Open(Parts(), {}).value();
  account = &room->account();
  facade = &room->auth();
  const auto alice = Register("alice");
  EXPECT_EQ(Link(*alice, "77").status().code(), StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace oofgg::auth
