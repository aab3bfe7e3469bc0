#include "auth/admin_facade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "auth/service_secret.h"
#include "tests/unit/auth/facade_fixture.h"

namespace oofgg::auth {
namespace {

using testing::FacadeFixture;
using namespace std::chrono_literals;

class AdminFacadeTest : public ::testing::Test, protected FacadeFixture {
 protected:
  AdminFacadeTest() { operator_.caller = Caller{"operator", "admin", "operator"}; }

  StatusOr<AuthTokens> ServiceLogin(const std::string& credential) {
    return room->account().ServiceLogin({}, {credential});
  }

  AdminFacade& admin = room->admin();
  CallContext operator_;
};

TEST_F(AdminFacadeTest, IsForAdminsOnly) {
  const auto alice = Register("alice");
  CallContext service;
  service.caller = Caller{"server", "service", "server"};
  const std::vector<std::function<Status(const CallContext&)>> calls = {
      [&](const CallContext& as) {
        return admin.FindAccount(as, {alice->user_id, ""}).status();
      },
      [&](const CallContext& as) {
        return admin.Ban(as, {alice->user_id, "", 0s}).status();
      },
      [&](const CallContext& as) { return admin.Unban(as, {alice->user_id}).status(); },
      [&](const CallContext& as) {
        return admin.SetRole(as, {alice->user_id, "admin"}).status();
      },
      [&](const CallContext& as) { return admin.EndUserSessions(as, {alice->user_id}).status(); },
      [&](const CallContext& as) { return admin.DeleteUser(as, {alice->user_id}).status(); },
      [&](const CallContext& as) {
        return admin.CreateServiceCredential(as, {"x", "", 0s}).status();
      },
      [&](const CallContext& as) {
        return admin.RotateServiceCredential(as, {"x", 0s}).status();
      },
      [&](const CallContext& as) { return admin.RevokeServiceCredential(as, {"x"}).status(); },
      [&](const CallContext& as) { return admin.ListServiceCredentials(as, {}).status(); },
  };
  for (std::size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(calls[i]({}).code(), StatusCode::kUnauthenticated) << i;
    EXPECT_EQ(calls[i](As(*alice)).code(), StatusCode::kPermissionDenied) << i;
    EXPECT_EQ(calls[i](service).code(), StatusCode::kPermissionDenied) << i;
  }
  EXPECT_TRUE(IsValid(alice->access_token));
}

TEST_F(AdminFacadeTest, FindsAccountsByIdAndByEitherName) {
  const auto alice = Register("Alice", "Alice@example.com");
  EXPECT_EQ(admin.FindAccount(operator_, {alice->user_id, ""})->username, "Alice");
  EXPECT_EQ(admin.FindAccount(operator_, {"", "ALICE"})->user_id, alice->user_id);
  EXPECT_EQ(admin.FindAccount(operator_, {"", "alice@EXAMPLE.com"})->user_id, alice->user_id);
  EXPECT_EQ(admin.FindAccount(operator_, {"", "nobody"}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(admin.FindAccount(operator_, {}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(admin.FindAccount(operator_, {"x", "y"}).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(AdminFacadeTest, ABanEndsEverythingUntilItIsOver) {
  const auto alice = Register("alice");
  const auto banned = admin.Ban(operator_, {alice->user_id, "cheated", 1h});
  ASSERT_TRUE(banned.ok()) << banned.status();
  EXPECT_TRUE(banned->banned);
  EXPECT_EQ(banned->ban_reason, "cheated");
  EXPECT_FALSE(IsValid(alice->access_token));
  EXPECT_FALSE(Refresh(alice->refresh_token).ok());
  const Status refused = Login("alice").status();
  EXPECT_EQ(refused.code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(refused), "ACCOUNT_BANNED");
  EXPECT_EQ(refused.ToString().find("cheated"), std::string::npos) << "the reason is for operators";
  EXPECT_EQ(ReasonOf(Login("alice", "wrong horse").status()), "INVALID_CREDENTIALS")
      << "who does not know the password does not learn of the ban";
  clock.Advance(1h);
  EXPECT_TRUE(Login("alice").ok());
}

TEST_F(AdminFacadeTest, ABanForEverLastsUntilItIsLifted) {
  const auto alice = Register("alice");
  ASSERT_TRUE(admin.Ban(operator_, {alice->user_id, "", 0s}).ok());
  clock.Advance(24h * 365 * 20);
  EXPECT_FALSE(Login("alice").ok());
  EXPECT_FALSE(admin.Unban(operator_, {alice->user_id})->banned);
  EXPECT_TRUE(Login("alice").ok());
  EXPECT_FALSE(Refresh(alice->refresh_token).ok()) << "what the ban ended stays ended";
}

TEST_F(AdminFacadeTest, NobodyBansOrDeletesTheirOwnAccount) {
  const auto alice = Register("alice");
  ASSERT_TRUE(admin.SetRole(operator_, {alice->user_id, "admin"}).ok());
  const auto signed_in = Login("alice");
  for (const Status& refused : {admin.Ban(As(*signed_in), {alice->user_id, "", 0s}).status(),
                                admin.DeleteUser(As(*signed_in), {alice->user_id}).status()}) {
    EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument) << refused;
    EXPECT_EQ(FieldViolationsOf(refused).at(0).field, "user_id");
  }
  EXPECT_TRUE(Login("alice").ok());
  EXPECT_TRUE(admin.Ban(operator_, {alice->user_id, "", 0s}).ok()) << "somebody else may";
}

TEST_F(AdminFacadeTest, ASignInThatABanOvertookIsRefused) {
  const auto alice = Register("alice");
  const User as_read = users.FindById(alice->user_id).value();
  ASSERT_TRUE(admin.Ban(operator_, {alice->user_id, "", 0s}).ok());
  EXPECT_EQ(ReasonOf(room->sessions().Begin(as_read, {}).status()), "ACCOUNT_BANNED");
  ASSERT_TRUE(admin.Unban(operator_, {alice->user_id}).ok());
  EXPECT_EQ(ReasonOf(room->sessions().Begin(as_read, {}).status()), "SESSION_OVERTAKEN");
}

TEST_F(AdminFacadeTest, BadRequestsNameTheField) {
  const auto alice = Register("alice");
  const auto field = [](const Status& status) { return FieldViolationsOf(status).at(0).field; };
  EXPECT_EQ(field(admin.Ban(operator_, {alice->user_id, std::string(257, 'x'), 0s}).status()), "reason");
  EXPECT_EQ(field(admin.Ban(operator_, {alice->user_id, "\xff", 0s}).status()), "reason");
  EXPECT_EQ(field(admin.Ban(operator_, {alice->user_id, "", -1s}).status()), "duration");
  EXPECT_EQ(field(admin.SetRole(operator_, {alice->user_id, "service"}).status()), "role");
  EXPECT_EQ(field(admin.SetRole(operator_, {alice->user_id, ""}).status()), "role");
  EXPECT_EQ(field(admin.CreateServiceCredential(operator_, {"", "", 0s}).status()), "name");
  EXPECT_EQ(field(admin.CreateServiceCredential(operator_, {"n", "a\nb", 0s}).status()), "game_id");
  EXPECT_EQ(field(admin.CreateServiceCredential(operator_, {"n", "My Game", 0s}).status()), "game_id");
  EXPECT_EQ(field(admin.CreateServiceCredential(operator_, {"n", "", -1s}).status()), "lifetime");
  EXPECT_EQ(field(admin.RotateServiceCredential(operator_, {"x", 24h * 31}).status()), "overlap");
  EXPECT_EQ(field(admin.ListServiceCredentials(operator_, {"", 101}).status()), "limit");
  for (const Status& unknown :
       {admin.Ban(operator_, {"nobody", "", 0s}).status(), admin.Unban(operator_, {"nobody"}).status(),
        admin.SetRole(operator_, {"nobody", "user"}).status(),
        admin.EndUserSessions(operator_, {"nobody"}).status(),
        admin.DeleteUser(operator_, {"nobody"}).status(),
        admin.RotateServiceCredential(operator_, {"nothing", 0s}).status(),
        admin.RevokeServiceCredential(operator_, {"nothing"}).status()}) {
    EXPECT_EQ(unknown.code(), StatusCode::kNotFound) << unknown;
  }
}

TEST_F(AdminFacadeTest, ANewRoleNeedsANewLogin) {
  const auto alice = Register("alice");
  ASSERT_EQ(admin.SetRole(operator_, {alice->user_id, "developer"})->role, "developer");
  EXPECT_FALSE(IsValid(alice->access_token)) << "its role is out of date";
  EXPECT_EQ(verifier.Verify(Login("alice")->access_token)->caller.role, "developer");
}

TEST_F(AdminFacadeTest, ARoleThatIsSetAgainEndsWhatAnAttemptThatWasCutOffLeft) {
  const auto alice = Register("alice");
  User stored = users.FindById(alice->user_id).value();
  stored.role = "developer";  // It came no further.
  ASSERT_TRUE(users.Update(stored).ok());
  ASSERT_TRUE(IsValid(alice->access_token));
  ASSERT_EQ(admin.SetRole(operator_, {alice->user_id, "developer"})->role, "developer");
  EXPECT_FALSE(IsValid(alice->access_token)) << "its role is out of date";
}

TEST_F(AdminFacadeTest, AServiceSignsInForItsGame) {
  const auto made = admin.CreateServiceCredential(operator_, {"eu fleet", "game-1", 0s});
  ASSERT_TRUE(made.ok()) << made.status();
  const auto tokens = ServiceLogin(made->credential);
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->refresh_token, "");
  const Caller caller = verifier.Verify(tokens->access_token)->caller;
  EXPECT_EQ(caller.role, "service");
  EXPECT_EQ(caller.game_id, "game-1");
  EXPECT_EQ(caller.user_id, made->id);
  EXPECT_TRUE(IsValid(tokens->access_token));
  EXPECT_EQ(room->account().GetAccount(As(*tokens), {}).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(AdminFacadeTest, AWrongServiceCredentialIsOneAnswer) {
  const auto made = admin.CreateServiceCredential(operator_, {"eu fleet", "", 0s}).value().credential;
  std::string wrong = made;
  wrong[wrong.size() - 10] = wrong[wrong.size() - 10] == 'A' ? 'B' : 'A';
  std::string unknown = made;
  unknown[std::string("oofgg_service_").size()] = '9';
  const Status refused = ServiceLogin(wrong).status();
  EXPECT_EQ(refused.code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(ServiceLogin(unknown).status(), refused);
  for (const std::string& malformed : {std::string(), std::string("oofgg_service_"), made + "A",
                                       made.substr(1), made.substr(0, made.size() - 1)}) {
    EXPECT_EQ(ReasonOf(ServiceLogin(malformed).status()), "INVALID_CREDENTIALS") << malformed.size();
  }
}

TEST_F(AdminFacadeTest, ARotatedCredentialHasTwoSecretsForAWhile) {
  const auto first = admin.CreateServiceCredential(operator_, {"eu fleet", "", 0s}).value();
  const auto second = admin.RotateServiceCredential(operator_, {first.id, 1h}).value();
  EXPECT_EQ(second.id, first.id);
  EXPECT_NE(second.credential, first.credential);
  EXPECT_TRUE(ServiceLogin(first.credential).ok());
  EXPECT_TRUE(ServiceLogin(second.credential).ok());
  clock.Advance(1h);
  EXPECT_FALSE(ServiceLogin(first.credential).ok());
  EXPECT_TRUE(ServiceLogin(second.credential).ok());
}

TEST_F(AdminFacadeTest, RotatedWithoutAnOverlapTheFormerSecretsTokensDieAndTheNewOnesLive) {
  const auto first = admin.CreateServiceCredential(operator_, {"eu fleet", "", 0s}).value();
  const auto former = ServiceLogin(first.credential);
  const auto second = admin.RotateServiceCredential(operator_, {first.id, 0s}).value();
  const auto present = ServiceLogin(second.credential);
  ASSERT_TRUE(present.ok()) << present.status();
  executor.RunReady();
  EXPECT_FALSE(ServiceLogin(first.credential).ok());
  EXPECT_FALSE(IsValid(former->access_token));
  EXPECT_EQ(ReasonOf(room->authorizer().Authenticate(former->access_token).status()), "SESSION_REVOKED");
  EXPECT_TRUE(IsValid(present->access_token));
  EXPECT_TRUE(room->authorizer().Authenticate(present->access_token).ok());
}

TEST_F(AdminFacadeTest, ASecretsTokensEndWhenItIsDroppedAndNotWhileItOverlaps) {
  const auto first = admin.CreateServiceCredential(operator_, {"eu fleet", "", 0s}).value();
  const auto oldest = ServiceLogin(first.credential);
  const auto second = admin.RotateServiceCredential(operator_, {first.id, 1h}).value();
  const auto middle = ServiceLogin(second.credential);
  executor.RunReady();
  EXPECT_TRUE(IsValid(oldest->access_token));
  EXPECT_TRUE(room->authorizer().Authenticate(oldest->access_token).ok());
  ASSERT_TRUE(admin.RotateServiceCredential(operator_, {first.id, 1h}).ok());
  executor.RunReady();
  EXPECT_FALSE(IsValid(oldest->access_token));
  EXPECT_FALSE(room->authorizer().Authenticate(oldest->access_token).ok());
  EXPECT_TRUE(IsValid(middle->access_token));
  ASSERT_TRUE(admin.RevokeServiceCredential(operator_, {first.id}).ok());
  executor.RunReady();
  EXPECT_FALSE(room->authorizer().Authenticate(middle->access_token).ok()) << "a former secret's";
}

TEST_F(AdminFacadeTest, ARevokedCredentialAndItsTokensAreDead) {
  const auto made = admin.CreateServiceCredential(operator_, {"eu fleet", "", 0s}).value();
  const auto tokens = ServiceLogin(made.credential);
  EXPECT_TRUE(room->authorizer().Authenticate(tokens->access_token).ok());
  ASSERT_TRUE(admin.RevokeServiceCredential(operator_, {made.id})->revoked);
  EXPECT_FALSE(ServiceLogin(made.credential).ok());
  EXPECT_FALSE(IsValid(tokens->access_token));
  executor.RunReady();
  EXPECT_EQ(ReasonOf(room->authorizer().Authenticate(tokens->access_token).status()), "SESSION_REVOKED");
  EXPECT_EQ(admin.RotateServiceCredential(operator_, {made.id, 0s}).status().code(),
            StatusCode::kFailedPrecondition);
}

TEST_F(AdminFacadeTest, ACredentialEndsWithItsLifetimeAndItsTokensWithIt) {
  const auto made = admin.CreateServiceCredential(operator_, {"job", "", 10min}).value();
  EXPECT_EQ(ServiceLogin(made.credential)->expires_in, 10min);
  clock.Advance(10min);
  EXPECT_FALSE(ServiceLogin(made.credential).ok());
}

TEST_F(AdminFacadeTest, WhatACredentialHasOpenEndsWithItsLifetime) {
  const auto made = admin.CreateServiceCredential(operator_, {"job", "", 10min}).value();
  const auto other = admin.CreateServiceCredential(operator_, {"fleet", "", 0s}).value();
  clock.Advance(10min - 1ms);
  ASSERT_TRUE(room->EndExpiredServices().ok());
  EXPECT_TRUE(sessions.ReadRevocations(0, 10)->entries.empty());
  clock.Advance(1ms);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(room->EndExpiredServices().ok());
  const auto entries = sessions.ReadRevocations(0, 10)->entries;
  ASSERT_EQ(entries.size(), 1U) << "once, and not the one without an end";
  EXPECT_EQ(CredentialIdOf(entries[0].session_id), made.id);
  EXPECT_TRUE(ServiceLogin(other.credential).ok());
}

TEST_F(AdminFacadeTest, CredentialsAreListedByPageWithoutSecrets) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(admin.CreateServiceCredential(operator_, {"fleet", "", 0s}).ok());
    clock.Advance(1s);
  }
  const auto first = admin.ListServiceCredentials(operator_, {"", 2}).value().credentials;
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].credential, "");
  EXPECT_EQ(admin.ListServiceCredentials(operator_, {first[1].id, 2}).value().credentials.size(), 1U);
}

TEST_F(AdminFacadeTest, WhoLooksAnAccountUpIsInTheTrailAndWhatWasLookedForIsNot) {
  const auto alice = Register("alice", "alice@example.com");
  const std::size_t before = events.records().size();
  ASSERT_TRUE(admin.FindAccount(operator_, {"", "alice@example.com"}).ok());
  EXPECT_FALSE(admin.FindAccount(operator_, {"", "nobody@example.com"}).ok());
  ASSERT_EQ(events.records().size(), before + 1);
  const EventRecord last = events.records().back();
  EXPECT_EQ(last.kind, "auth.looked_up");
  EXPECT_EQ(last.key, alice->user_id);
  EXPECT_EQ(last.fields, (AuditTrail::Fields{{"actor", "operator"}, {"actor_role", "admin"}}));
}

TEST_F(AdminFacadeTest, AServicesFailedLoginIsInTheTrailWithoutTheSecret) {
  const auto made = admin.CreateServiceCredential(operator_, {"eu fleet", "", 0s}).value();
  ASSERT_TRUE(admin.RevokeServiceCredential(operator_, {made.id}).ok());
  EXPECT_FALSE(ServiceLogin(made.credential).ok());
  const EventRecord last = events.records().back();
  EXPECT_EQ(last.kind, "auth.service_login_failed");
  EXPECT_EQ(last.key, made.id);
  EXPECT_TRUE(last.fields.empty());
}

TEST_F(AdminFacadeTest, TheTrailSaysWhoBannedUntilWhenAndNotWhy) {
  const auto alice = Register("alice");
  ASSERT_TRUE(admin.Ban(operator_, {alice->user_id, "", 0s}).ok());
  EventRecord last = events.records().back();
  EXPECT_EQ(last.kind, "auth.banned");
  EXPECT_EQ(last.key, alice->user_id);
  EXPECT_EQ(last.fields,
            (AuditTrail::Fields{
                {"for_ever", true}, {"has_reason", false}, {"actor", "operator"}, {"actor_role", "admin"}}));
  const WallTime end = room->sessions().Now() + 3600s;
  ASSERT_TRUE(admin.Ban(operator_, {alice->user_id, "insulted bob@example.com", 3600s}).ok());
  last = events.records().back();
  const std::int64_t until =
      std::chrono::duration_cast<std::chrono::milliseconds>(end.time_since_epoch()).count();
  EXPECT_EQ(last.fields, (AuditTrail::Fields{{"for_ever", false},
                                             {"has_reason", true},
                                             {"until_ms", until},
                                             {"actor", "operator"},
                                             {"actor_role", "admin"}}));
  EXPECT_EQ(admin.FindAccount(operator_, {alice->user_id, ""})->ban_reason, "insulted bob@example.com")
      << "that is kept with the account";
}

TEST_F(AdminFacadeTest, TheTrailSaysWhichRoleBecameWhich) {
  const auto alice = Register("alice");
  ASSERT_TRUE(admin.SetRole(operator_, {alice->user_id, "developer"}).ok());
  const EventRecord last = events.records().back();
  EXPECT_EQ(last.kind, "auth.role_changed");
  EXPECT_EQ(last.fields,
            (AuditTrail::Fields{
                {"from", "user"}, {"to", "developer"}, {"actor", "operator"}, {"actor_role", "admin"}}));
}

TEST_F(AdminFacadeTest, WhoDoesItThemselvesIsNoActor) {
  const auto alice = Register("alice");
  ASSERT_TRUE(room->account().Logout(As(*alice), {}).ok());
  const EventRecord last = events.records().back();
  for (const auto& [name, value] : last.fields) {
    EXPECT_EQ(name.find("actor"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace oofgg::auth
