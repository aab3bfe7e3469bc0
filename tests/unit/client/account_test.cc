// What the account's calls do to the client's own session.

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/unit/client/fake_transport.h"
#include "tests/unit/client/shared_store.h"

namespace oofgg {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::FakeTransport;
using testing::SharedStore;
namespace methods = wire::methods;

// {"sub":"u1","sid":"s1"}
constexpr const char* kTokenOfS1 = "e30.eyJzdWIiOiJ1MSIsInNpZCI6InMxIn0.x";

Status Away() { return MakeStatus(StatusCode::kUnavailable, "nobody answers"); }

AuthTokens ServiceTokens(int number) {
  return {.user_id = "service-1",
          .access_token = "access-" + std::to_string(number),
          .refresh_token = {},
          .expires_in = minutes(15)};
}

class AccountTest : public ::testing::Test {
 protected:
  FakeTransport& transport() { return *setting_.transport; }
  FakeTransport::Unary& last() { return transport().last(); }
  void Run() { setting_.executor.RunReady(); }
  std::size_t Count(std::string_view method) {
    std::size_t count = 0;
    for (const auto& unary : transport().unaries) count += unary->call.method == method ? 1u : 0u;
    return count;
  }

  /// A player, session s1, whose tokens are in `store_` too.
  std::unique_ptr<Client> NewPlayer() {
    ClientOptions options = setting_.Options();
    options.token_store = store_;
    auto client = setting_.NewPlayer(std::move(options));
    SessionTokens tokens = client->tokens();
    tokens.access_token = kTokenOfS1;
    store_->saved = tokens;
    client->SetTokens(std::move(tokens));
    return client;
  }

  Call Logout(const std::string& session_id = "") {
    return client_->account().Logout({session_id}, [this](const StatusOr<Done>& done) { Keep(done); });
  }
  template <class T>
  void Keep(const StatusOr<T>& outcome) {
    outcome_ = outcome.status();
  }
  Status outcome() {
    Run();
    return outcome_.value_or(MakeStatus(StatusCode::kUnknown, "no outcome yet"));
  }

  testing::FakeSetting setting_;
  std::shared_ptr<SharedStore> store_ = std::make_shared<SharedStore>();
  std::unique_ptr<Client> client_ = NewPlayer();
  std::optional<Status> outcome_;
};

TEST_F(AccountTest, GuestLoginOpensTheSession) {
  client_->SetTokens({});
  const Call login = client_->account().GuestLogin(
      {NewDeviceSecret()}, [this](const StatusOr<AuthTokens>& tokens) { Keep(tokens); });
  last().Answer<methods::GuestLogin>(
      {.user_id = "g1", .access_token = "access-7", .refresh_token = "refresh-7", .expires_in = minutes(15)});
  EXPECT_TRUE(outcome().ok());
  EXPECT_EQ(client_->tokens().user_id, "g1");
  EXPECT_EQ(client_->tokens().refresh_token, "refresh-7");
  EXPECT_EQ(store_->saved, client_->tokens());
}

TEST_F(AccountTest, TwitchLoginOpensTheSession) {
  client_->SetTokens({});
  const Call login = client_->auth().TwitchLogin({.helix_token = "h", .client_id = "", .user_id = ""},
                                                 [](const StatusOr<AuthTokens>&) {});
  AuthTokens answer = testing::TokensNumber(7);
  answer.access_token = kTokenOfS1;
  last().Answer<methods::TwitchLogin>(answer);
  EXPECT_EQ(client_->tokens().user_id, "u1") << "from the token, as the contract's answer lacks it";
}

TEST_F(AccountTest, DeviceSecretsAreLongPrintableAndNeverTheSame) {
  const std::string secret = NewDeviceSecret();
  EXPECT_EQ(secret.size(), 43u) << "256 bits in base64url";
  for (const char c : secret) EXPECT_TRUE(c > ' ' && c <= '~') << c;
  EXPECT_NE(secret, NewDeviceSecret());
}

TEST_F(AccountTest, WaysInCarryTheClientsNameAndOthersDoNot) {
  ClientOptions options = setting_.Options();
  options.client_name = "Caf\xc3\xa9\n" + std::string(100, 'x');
  client_ = setting_.NewPlayer(options);
  const Call login = client_->account().GuestLogin({"secret"}, [](const StatusOr<AuthTokens>&) {});
  EXPECT_EQ(last().Header("x-user-agent"), "Caf???" + std::string(58, 'x'));
  const Call other = client_->account().GetAccount({}, [](const StatusOr<Account>&) {});
  EXPECT_EQ(last().Header("x-user-agent"), "");
}

class ServiceTest : public AccountTest {
 protected:
  ServiceTest() { client_->SetTokens({}); }

  void SignIn() {
    const Call login = client_->account().ServiceLogin({"credential"}, [](const StatusOr<AuthTokens>&) {});
    last().Answer<methods::ServiceLogin>(ServiceTokens(1));
    Run();
  }
  std::size_t Logins() { return Count(methods::ServiceLogin::kPath); }
  std::string CredentialSent() {
    return wire::DecodeRequest<methods::ServiceLogin>(last().request)->credential;
  }
};

TEST_F(ServiceTest, SignsInAgainByItselfBeforeTheTokenEnds) {
  SignIn();
  setting_.executor.AdvanceBy(minutes(13));
  EXPECT_EQ(Logins(), 1u);
  setting_.executor.AdvanceBy(minutes(1));
  ASSERT_EQ(Logins(), 2u);
  EXPECT_EQ(CredentialSent(), "credential");
  last().Answer<methods::ServiceLogin>(ServiceTokens(2));
  EXPECT_EQ(client_->tokens().access_token, "access-2");
  setting_.executor.AdvanceBy(minutes(14));
  EXPECT_EQ(Logins(), 3u) << "and again";
}

TEST_F(ServiceTest, KeepsTryingWhileTheServerIsAway) {
  SignIn();
  setting_.executor.AdvanceBy(minutes(14));
  for (int i = 0; i < 20; ++i) {
    last().Reply(Away());
    setting_.executor.AdvanceBy(seconds(10));
  }
  EXPECT_GE(Logins(), 10u);
  last().Answer<methods::ServiceLogin>(ServiceTokens(2));
  EXPECT_EQ(client_->tokens().access_token, "access-2");
}

TEST_F(ServiceTest, ARefusedTokenIsReplaced) {
  SignIn();
  const Call call = client_->account().GetAccount({}, [](const StatusOr<Account>&) {});
  last().Reply(MakeStatus(StatusCode::kUnauthenticated, "revoked"));
  Run();
  ASSERT_EQ(Logins(), 2u);
  last().Answer<methods::ServiceLogin>(ServiceTokens(2));
  EXPECT_EQ(last().Header("authorization"), "Bearer access-2");
}

TEST_F(ServiceTest, ARefusedCredentialIsTheEnd) {
  SignIn();
  setting_.executor.AdvanceBy(minutes(14));
  last().Reply(MakeStatus(StatusCode::kUnauthenticated, "revoked"));
  Run();
  EXPECT_EQ(client_->tokens(), SessionTokens());
  const Call call =
      client_->account().GetAccount({}, [this](const StatusOr<Account>& account) { Keep(account); });
  EXPECT_EQ(outcome().code(), StatusCode::kUnauthenticated);
  setting_.executor.AdvanceBy(minutes(60));
  EXPECT_EQ(Logins(), 2u) << "it is not shown again";
}

TEST_F(ServiceTest, ACredentialInTheOptionsSignsInAtTheFirstNeed) {
  ClientOptions options = setting_.Options();
  options.service_credential = "from the options";
  client_ = setting_.NewClient(options);
  EXPECT_EQ(Logins(), 0u);
  const Call call = client_->account().GetAccount({}, [](const StatusOr<Account>&) {});
  ASSERT_EQ(Logins(), 1u);
  EXPECT_EQ(CredentialSent(), "from the options");
  last().Answer<methods::ServiceLogin>(ServiceTokens(1));
  EXPECT_EQ(last().Header("authorization"), "Bearer access-1");
}

TEST_F(ServiceTest, LoggingInAsSomebodyElseForgetsTheCredential) {
  SignIn();
  client_->SetTokens({.user_id = "u1", .access_token = "access-9"});
  const Call call =
      client_->account().GetAccount({}, [this](const StatusOr<Account>& account) { Keep(account); });
  last().Reply(MakeStatus(StatusCode::kUnauthenticated, "expired"));
  EXPECT_EQ(outcome().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(Logins(), 1u);
}

TEST_F(AccountTest, LogoutEndsTheSessionThereAndHere) {
  const Call logout = Logout();
  EXPECT_EQ(last().call.method, methods::Logout::kPath);
  EXPECT_EQ(last().Header("authorization"), std::string("Bearer ") + kTokenOfS1);
  last().Answer<methods::Logout>({});
  EXPECT_TRUE(outcome().ok());
  EXPECT_EQ(client_->tokens(), SessionTokens());
  EXPECT_EQ(store_->saved, SessionTokens());
}

TEST_F(AccountTest, LogoutForgetsAlsoWhatOnlyAnotherServerKnows) {
  store_->why_it_stays = MakeStatus(StatusCode::kFailedPrecondition, "another server made it");
  const Call logout = Logout();
  last().Reply(MakeStatus(StatusCode::kUnauthenticated, "unknown"));
  Run();
  ASSERT_EQ(last().call.method, methods::RefreshToken::kPath);
  last().Reply(MakeStatus(StatusCode::kUnauthenticated, "unknown"));
  EXPECT_TRUE(outcome().ok()) << outcome();
  EXPECT_EQ(store_->saved, SessionTokens());
}

TEST_F(AccountTest, LogoutByTheSessionsOwnIdIsTheSame) {
  const Call logout = Logout("s1");
  last().Answer<methods::Logout>({});
  EXPECT_TRUE(outcome().ok());
  EXPECT_EQ(client_->tokens(), SessionTokens());
}

TEST_F(AccountTest, LogoutForgetsHereWhenTheServerIsAwayAndSaysSo) {
  const Call logout = Logout();
  while (!outcome_.has_value()) {
    last().Reply(Away());
    setting_.executor.AdvanceBy(seconds(2));
  }
  EXPECT_EQ(outcome().code(), StatusCode::kUnavailable);
  EXPECT_EQ(outcome().message(), "signed out here, but the server may not know it: nobody answers");
  EXPECT_EQ(client_->tokens(), SessionTokens());
  EXPECT_EQ(store_->saved, SessionTokens());
}

TEST_F(AccountTest, LogoutOfASessionThatHadEndedIsDone) {
  const Call logout = Logout();
  last().Reply(MakeStatus(StatusCode::kUnauthenticated, "ended"));
  Run();
  ASSERT_EQ(last().call.method, methods::RefreshToken::kPath);
  last().Reply(MakeStatus(StatusCode::kUnauthenticated, "ended"));
  EXPECT_TRUE(outcome().ok()) << outcome();
  EXPECT_EQ(client_->tokens(), SessionTokens());
  EXPECT_EQ(store_->saved, SessionTokens());
}

TEST_F(AccountTest, LogoutOfAnotherSessionKeepsOurs) {
  const SessionTokens before = client_->tokens();
  Call logout = Logout("s2");
  last().Answer<methods::Logout>({});
  EXPECT_TRUE(outcome().ok());
  EXPECT_EQ(client_->tokens(), before);
  logout = Logout("s2");
  last().Reply(MakeStatus(StatusCode::kInternal, "broken"));
  EXPECT_EQ(outcome().message(), "broken");
  EXPECT_EQ(client_->tokens(), before);
  EXPECT_EQ(store_->saved, before);
}

TEST_F(AccountTest, ALoginThatOvertakesALogoutStays) {
  const Call logout = Logout();
  const auto slow = transport().unaries.back();
  const Call login = client_->auth().Login({"bob", "secret"}, [](const StatusOr<AuthTokens>&) {});
  last().Answer<methods::Login>(testing::TokensNumber(9));
  slow->Answer<methods::Logout>({});
  EXPECT_TRUE(outcome().ok());
  EXPECT_EQ(client_->tokens().refresh_token, "refresh-9");
  EXPECT_EQ(store_->saved.refresh_token, "refresh-9");
}

TEST_F(AccountTest, LogoutLeavesAnotherPlayersTokensInTheStore) {
  store_->saved = {.user_id = "u2", .access_token = "theirs", .refresh_token = "theirs"};
  const Call logout = Logout();
  last().Answer<methods::Logout>({});
  EXPECT_TRUE(outcome().ok());
  EXPECT_EQ(client_->tokens(), SessionTokens());
  EXPECT_EQ(store_->saved.user_id, "u2");
}

TEST_F(AccountTest, LogoutEverywhereForgetsOursUnlessItIsKeptOrLives) {
  const SessionTokens before = client_->tokens();
  const auto everywhere = [this](bool keep_current) {
    return client_->account().LogoutEverywhere(
        {keep_current}, [this](const StatusOr<LogoutEverywhereResponse>& done) { Keep(done); });
  };
  Call call = everywhere(true);
  last().Answer<methods::LogoutEverywhere>({3});
  EXPECT_TRUE(outcome().ok());
  EXPECT_EQ(client_->tokens(), before);
  call = everywhere(false);
  last().Reply(MakeStatus(StatusCode::kInternal, "broken"));
  EXPECT_FALSE(outcome().ok());
  EXPECT_EQ(client_->tokens(), before) << "to try again";
  call = everywhere(false);
  last().Answer<methods::LogoutEverywhere>({4});
  EXPECT_TRUE(outcome().ok());
  EXPECT_EQ(client_->tokens(), SessionTokens());
}

TEST_F(AccountTest, ChangingThePasswordKeepsTheSession) {
  const SessionTokens before = client_->tokens();
  const Call call =
      client_->account().ChangePassword({"old", "new"}, [this](const StatusOr<Done>& done) { Keep(done); });
  last().Answer<methods::ChangePassword>({});
  EXPECT_TRUE(outcome().ok());
  EXPECT_EQ(client_->tokens(), before);
}

TEST_F(AccountTest, LinkingTwitchAnswersTheAccount) {
  const Call call = client_->account().LinkTwitch(
      {.helix_token = "h", .current_password = "p"}, [this](const StatusOr<Account>& account) {
        Keep(account.ok() ? StatusOr<Done>(Done{}) : StatusOr<Done>(account.status()));
      });
  EXPECT_EQ(wire::DecodeRequest<methods::LinkTwitch>(last().request)->helix_token, "h");
  Account linked;
  linked.user_id = "u";
  last().Answer<methods::LinkTwitch>(linked);
  EXPECT_TRUE(outcome().ok());
}

TEST_F(AccountTest, AWrongPasswordIsNeitherGuessedAgainNorTakenForABadToken) {
  const SessionTokens before = client_->tokens();
  const Call call =
      client_->account().ChangePassword({"old", "new"}, [this](const StatusOr<Done>& done) { Keep(done); });
  last().Reply(WithReason(MakeStatus(StatusCode::kUnauthenticated, "wrong"), "INVALID_CREDENTIALS"));
  EXPECT_EQ(ReasonOf(outcome()), "INVALID_CREDENTIALS");
  EXPECT_EQ(transport().unaries.size(), 1u);
  EXPECT_EQ(client_->tokens(), before);
}

TEST_F(AccountTest, DeletingTheAccountForgetsTheSessionIfItWasDeleted) {
  const SessionTokens before = client_->tokens();
  const auto erase = [this] {
    return client_->account().DeleteAccount({"password"}, [this](const StatusOr<Done>& done) { Keep(done); });
  };
  Call call = erase();
  last().Reply(WithReason(MakeStatus(StatusCode::kUnauthenticated, "wrong"), "INVALID_CREDENTIALS"));
  EXPECT_EQ(outcome().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(client_->tokens(), before);
  call = erase();
  last().Answer<methods::DeleteAccount>({});
  EXPECT_TRUE(outcome().ok());
  EXPECT_EQ(client_->tokens(), SessionTokens());
  EXPECT_EQ(store_->saved, SessionTokens());
}

TEST_F(AccountTest, WhatSpendsACodeIsSentOnce) {
  const Call call = client_->account().ResetPassword({"a@b.c", "code", "new"},
                                                     [this](const StatusOr<Done>& done) { Keep(done); });
  EXPECT_EQ(last().Header("authorization"), "");
  last().Reply(Away());
  EXPECT_EQ(outcome().code(), StatusCode::kUnavailable);
  setting_.executor.AdvanceBy(minutes(1));
  EXPECT_EQ(Count(methods::ResetPassword::kPath), 1u);
}

TEST_F(AccountTest, AMailIsAskedForAgainUnderTheSameKey) {
  const Call call =
      client_->account().RequestPasswordReset({"a@b.c"}, [this](const StatusOr<Done>& done) { Keep(done); });
  const std::string key = last().Header("idempotency-key");
  EXPECT_NE(key, "");
  last().Reply(Away());
  setting_.executor.AdvanceBy(seconds(1));
  ASSERT_EQ(Count(methods::RequestPasswordReset::kPath), 2u);
  EXPECT_EQ(last().Header("idempotency-key"), key);
}

TEST_F(AccountTest, AdminsSpeakToTheAuthServerWithTheirToken) {
  const Call call = client_->admin().Ban({"u2", "cheating", seconds(60)},
                                         [this](const StatusOr<Account>& account) { Keep(account); });
  EXPECT_EQ(last().call.method, methods::Ban::kPath);
  EXPECT_EQ(last().Header("authorization"), std::string("Bearer ") + kTokenOfS1);
  const auto request = wire::DecodeRequest<methods::Ban>(last().request);
  EXPECT_EQ(request->duration, seconds(60));
  Account banned;
  banned.banned = true;
  last().Answer<methods::Ban>(banned);
  EXPECT_TRUE(outcome().ok());
}

}  // namespace
}  // namespace oofgg
