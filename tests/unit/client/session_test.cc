#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "client/token_subject.h"
#include "tests/unit/client/fake_transport.h"
#include "tests/unit/client/shared_store.h"

namespace oofgg {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::FakeTransport;
using testing::SharedStore;
using testing::TokensNumber;
namespace methods = wire::methods;

constexpr std::string_view kRefresh = methods::RefreshToken::kPath;

class SessionTest : public ::testing::Test {
 protected:
  FakeTransport& transport() { return *setting_.transport; }
  std::size_t Count(std::string_view method) {
    std::size_t count = 0;
    for (const auto& unary : transport().unaries) count += unary->call.method == method ? 1u : 0u;
    return count;
  }
  Call GetTicket(Client& client) {
    return client.matchmaking().GetTicket(
        {"t1"}, [this](StatusOr<Ticket> ticket) { results_.push_back(std::move(ticket)); });
  }
  Call GetTicket() { return GetTicket(*client_); }
  /// A call that the server refuses, so that the session is refreshed.
  void Expire(Client& client) {
    GetTicket(client).Detach();
    transport().last().Reply(MakeStatus(StatusCode::kUnauthenticated, "expired"));
    setting_.executor.RunReady();
  }
  /// A player whose tokens are in `store`.
  std::unique_ptr<Client> NewPlayerOf(const std::shared_ptr<SharedStore>& store) {
    ClientOptions options = setting_.Options();
    options.token_store = store;
    auto client = setting_.NewPlayer(options);
    store->saved = client->tokens();
    return client;
  }

  testing::FakeSetting setting_;
  std::unique_ptr<Client> client_ = setting_.NewPlayer();
  std::vector<StatusOr<Ticket>> results_;
};

TEST_F(SessionTest, LoginOpensTheSession) {
  client_->SetTokens({});
  const Call login = client_->auth().Login({"ann", "secret"}, [](const StatusOr<AuthTokens>&) {});
  // {"sub":"u7"}
  AuthTokens answer = TokensNumber(7);
  answer.access_token = "e30.eyJzdWIiOiJ1NyJ9.x";
  transport().last().Answer<methods::Login>(answer);
  setting_.executor.RunReady();
  EXPECT_EQ(client_->tokens().refresh_token, "refresh-7");
  EXPECT_EQ(client_->tokens().user_id, "u7") << "the wire's LoginResponse has no user id, the token has";
  const Call call = GetTicket();
  EXPECT_EQ(transport().last().Header("authorization"), "Bearer " + answer.access_token);
}

TEST_F(SessionTest, RefreshesOnceBeforeItExpiresByItself) {
  setting_.executor.AdvanceBy(minutes(13));
  EXPECT_EQ(transport().unaries.size(), 0u);
  setting_.executor.AdvanceBy(minutes(1));
  ASSERT_EQ(Count(kRefresh), 1u);
  const auto request = wire::DecodeRequest<methods::RefreshToken>(transport().last().request);
  EXPECT_EQ(request->refresh_token, "refresh-1");
  transport().last().Answer<methods::RefreshToken>(TokensNumber(2));
  setting_.executor.RunReady();
  EXPECT_EQ(client_->tokens().access_token, "access-2");
  EXPECT_EQ(client_->tokens().refresh_nonce, "");
  setting_.executor.AdvanceBy(minutes(13));
  EXPECT_EQ(Count(kRefresh), 1u) << "once";
}

TEST_F(SessionTest, PlayersWhoSignedInTogetherDoNotRefreshTogether) {
  std::vector<std::unique_ptr<Client>> crowd;
  for (int i = 0; i < 100; ++i) crowd.push_back(setting_.NewPlayer());
  setting_.executor.AdvanceBy(minutes(13) + seconds(20));
  const std::size_t first = Count(kRefresh);
  setting_.executor.AdvanceBy(seconds(20));
  const std::size_t second = Count(kRefresh) - first;
  setting_.executor.AdvanceBy(seconds(20));
  EXPECT_EQ(Count(kRefresh), 101u);
  EXPECT_GT(first, 10u);
  EXPECT_GT(second, 10u);
  EXPECT_GT(101u - first - second, 10u);
}

TEST_F(SessionTest, AStormOfRefusalsIsOneRefresh) {
  std::vector<Call> calls;
  for (int i = 0; i < 50; ++i) calls.push_back(GetTicket());
  for (std::size_t i = 0; i < 50; ++i) {
    transport().unaries[i]->Reply(MakeStatus(StatusCode::kUnauthenticated, "expired"));
  }
  EXPECT_EQ(transport().unaries.size(), 51u);
  EXPECT_EQ(Count(kRefresh), 1u);
  transport().last().Answer<methods::RefreshToken>(TokensNumber(2));
  EXPECT_EQ(transport().unaries.size(), 101u);
  EXPECT_EQ(transport().last().Header("authorization"), "Bearer access-2");
}

TEST_F(SessionTest, AServerThatAsksForTimeGetsIt) {
  setting_.executor.AdvanceBy(minutes(14));
  ASSERT_EQ(Count(kRefresh), 1u);
  // More than the refresh itself can wait for.
  transport().last().Reply(RetryLater(StatusCode::kResourceExhausted, "too many", seconds(60)));
  setting_.executor.AdvanceBy(seconds(59));
  EXPECT_EQ(Count(kRefresh), 1u);
  setting_.executor.AdvanceBy(seconds(6));
  EXPECT_EQ(Count(kRefresh), 2u);
}

TEST_F(SessionTest, WithoutARefreshTokenARefusalSaysWhatToDo) {
  client_->SetTokens({.user_id = "u1", .access_token = "access-1"});
  const Call call = GetTicket();
  transport().last().Reply(MakeStatus(StatusCode::kUnauthenticated, "expired"));
  setting_.executor.RunReady();
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(results_[0].status().code(), StatusCode::kUnauthenticated);
  EXPECT_NE(results_[0].status().message().find("there is no refresh token"), absl::string_view::npos)
      << results_[0].status();
}

TEST_F(SessionTest, NoExpiryBreaksIt) {
  for (const WallTime when : {WallTime::min(), WallTime(seconds(1)), WallTime::max()}) {
    client_->SetTokens({.user_id = "u1", .access_token = "a", .refresh_token = "r", .expires_at = when});
    const std::size_t before = Count(kRefresh);
    const Call call = GetTicket();
    EXPECT_EQ(Count(kRefresh) - before, when == WallTime::max() ? 0u : 1u);
  }
  for (const seconds lifetime : {seconds::min(), seconds(0), seconds::max()}) {
    const Call login = client_->auth().Login({"ann", "secret"}, [](const StatusOr<AuthTokens>&) {});
    AuthTokens tokens = TokensNumber(5);
    tokens.expires_in = lifetime;
    transport().last().Answer<methods::Login>(tokens);
    const Call call = GetTicket();
    EXPECT_EQ(transport().last().Header("authorization"), "Bearer access-5")
        << "a token of unknown lifetime is used until it is refused";
  }
}

TEST_F(SessionTest, CallsOfAnExpiredSessionShareOneRefresh) {
  client_->SetTokens({.user_id = "u1",
                      .access_token = "access-1",
                      .refresh_token = "refresh-1",
                      .expires_at = setting_.clock.WallNow() - seconds(1)});
  const Call first = GetTicket();
  const Call second = GetTicket();
  ASSERT_EQ(transport().unaries.size(), 1u);
  EXPECT_EQ(transport().last().call.method, kRefresh);
  transport().last().Answer<methods::RefreshToken>(TokensNumber(2));
  ASSERT_EQ(transport().unaries.size(), 3u);
  EXPECT_EQ(transport().unaries[1]->Header("authorization"), "Bearer access-2");
  EXPECT_EQ(transport().unaries[2]->Header("authorization"), "Bearer access-2");
}

TEST_F(SessionTest, ARefusedTokenIsRefreshedOnceAndTheCallRepeated) {
  const Call call = GetTicket();
  transport().last().Reply(MakeStatus(StatusCode::kUnauthenticated, "expired"));
  ASSERT_EQ(transport().last().call.method, kRefresh);
  transport().last().Answer<methods::RefreshToken>(TokensNumber(2));
  ASSERT_EQ(transport().unaries.size(), 3u);
  EXPECT_EQ(transport().last().Header("authorization"), "Bearer access-2");
  transport().last().Reply(MakeStatus(StatusCode::kUnauthenticated, "revoked"));
  setting_.executor.RunReady();
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(results_[0].status().message(), "revoked");
  EXPECT_EQ(Count(kRefresh), 1u);
}

TEST_F(SessionTest, ARefusalOfAnOldTokenDoesNotRefreshTheNewOne) {
  const Call slow = GetTicket();
  const Call fast = GetTicket();
  transport().unaries[1]->Reply(MakeStatus(StatusCode::kUnauthenticated, "expired"));
  transport().last().Answer<methods::RefreshToken>(TokensNumber(2));
  transport().unaries[0]->Reply(MakeStatus(StatusCode::kUnauthenticated, "expired"));
  EXPECT_EQ(Count(kRefresh), 1u);
  EXPECT_EQ(transport().last().Header("authorization"), "Bearer access-2");
}

TEST_F(SessionTest, ALostAnswerIsAskedForAgainWithTheSameNonce) {
  Call refresh = client_->auth().Refresh([](const StatusOr<SessionTokens>&) {});
  const std::string nonce = transport().last().Header("idempotency-key");
  EXPECT_EQ(nonce.size(), 32u);
  EXPECT_EQ(client_->tokens().refresh_nonce, nonce);
  for (int attempt = 0; attempt < 6; ++attempt) {
    transport().last().Reply(MakeStatus(StatusCode::kUnavailable, "the answer was lost"));
    setting_.executor.AdvanceBy(milliseconds(100 << attempt));  // The largest wait there can be.
  }
  const std::size_t before = transport().unaries.size();
  refresh = client_->auth().Refresh([](const StatusOr<SessionTokens>&) {});
  ASSERT_EQ(transport().unaries.size(), before + 1);
  for (const auto& unary : transport().unaries) EXPECT_EQ(unary->Header("idempotency-key"), nonce);
  transport().last().Answer<methods::RefreshToken>(TokensNumber(2));
  EXPECT_EQ(client_->tokens().refresh_nonce, "");
}

TEST_F(SessionTest, AFinalRefusalEndsTheSession) {
  std::vector<SessionTokens> told;
  ClientOptions options = setting_.Options();
  options.on_tokens_changed = [&](const SessionTokens& tokens) { told.push_back(tokens); };
  client_ = setting_.NewPlayer(options);
  setting_.executor.RunReady();
  ASSERT_EQ(told.size(), 1u);
  const Call call = GetTicket();
  transport().last().Reply(MakeStatus(StatusCode::kUnauthenticated, "revoked"));
  transport().last().Reply(
      WithReason(MakeStatus(StatusCode::kUnauthenticated, "used before"), "REFRESH_TOKEN_REUSED"));
  setting_.executor.RunReady();
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(results_[0].status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(results_[0].status()), "REFRESH_TOKEN_REUSED");
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1], SessionTokens());
  setting_.executor.AdvanceBy(minutes(30));
  EXPECT_EQ(Count(kRefresh), 1u);
}

TEST_F(SessionTest, AStoreMayKeepWhatAServerRefused) {
  const auto store = std::make_shared<testing::SharedStore>();
  store->why_it_stays = MakeStatus(StatusCode::kFailedPrecondition, "another server made it");
  ClientOptions options = setting_.Options();
  options.token_store = store;
  const auto client = setting_.NewPlayer(options);
  store->saved = client->tokens();
  Status outcome;
  const Call call =
      client->auth().Refresh([&](const StatusOr<SessionTokens>& answer) { outcome = answer.status(); });
  setting_.executor.RunReady();
  setting_.transport->last().Reply(MakeStatus(StatusCode::kUnauthenticated, "unknown"));
  setting_.executor.RunReady();
  EXPECT_EQ(outcome.code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(outcome.message(), "another server made it");
  EXPECT_EQ(store->saved.refresh_token, "refresh-1");
  EXPECT_EQ(client->tokens().refresh_token, "") << "it is of no use here";
}

TEST_F(SessionTest, AnUnreachableServerDoesNotEndTheSession) {
  setting_.executor.AdvanceBy(minutes(14));
  for (int attempt = 0; attempt < 6; ++attempt) {
    transport().last().Reply(MakeStatus(StatusCode::kUnavailable, "down"));
    setting_.executor.AdvanceBy(milliseconds(100 << attempt));
  }
  EXPECT_EQ(client_->tokens().refresh_token, "refresh-1");
  const std::size_t before = Count(kRefresh);
  setting_.executor.AdvanceBy(seconds(11));
  EXPECT_EQ(Count(kRefresh), before + 1) << "tried again by itself";
}

TEST_F(SessionTest, ACallIsNotHeldUpPastItsDeadlineByARefresh) {
  const Call call = client_->matchmaking().GetTicket(
      {"t1"}, [this](StatusOr<Ticket> ticket) { results_.push_back(std::move(ticket)); },
      {.timeout = seconds(2)});
  transport().last().Reply(MakeStatus(StatusCode::kUnauthenticated, "expired"));
  setting_.executor.AdvanceBy(seconds(2));
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(results_[0].status().code(), StatusCode::kDeadlineExceeded);
}

TEST_F(SessionTest, ALoginDuringARefreshWins) {
  const Call refresh = client_->auth().Refresh([](const StatusOr<SessionTokens>&) {});
  const auto old_refresh = transport().unaries.back();
  const Call login = client_->auth().Login({"bob", "secret"}, [](const StatusOr<AuthTokens>&) {});
  transport().last().Answer<methods::Login>(TokensNumber(9));
  old_refresh->Answer<methods::RefreshToken>(TokensNumber(2));
  setting_.executor.RunReady();
  EXPECT_EQ(client_->tokens().access_token, "access-9");
}

TEST_F(SessionTest, TheEndOfTheSessionMayEndTheClient) {
  bool is_gone = false;
  ClientOptions options = setting_.Options();
  // Captures more than fits into the function itself, so that a use after free is one.
  options.on_tokens_changed = [this, &is_gone, name = std::string(100, 'x')](const SessionTokens& tokens) {
    if (!tokens.access_token.empty()) return;
    client_.reset();
    is_gone = name.size() == 100;
  };
  client_ = setting_.NewPlayer(options);
  setting_.executor.RunReady();
  Expire(*client_);
  transport().last().Reply(MakeStatus(StatusCode::kUnauthenticated, "revoked"));
  setting_.executor.RunReady();
  EXPECT_TRUE(is_gone);
  EXPECT_EQ(client_, nullptr);
}

TEST_F(SessionTest, ALoginDuringARefreshTakesOverTheStore) {
  auto store = std::make_shared<SharedStore>();
  auto player = NewPlayerOf(store);
  Expire(*player);
  ASSERT_EQ(Count(kRefresh), 1u);
  ASSERT_TRUE(store->is_locked) << "by the refresh, for as long as its call takes";
  const auto refresh = transport().unaries.back();
  const Call login = player->auth().Login({"bob", "secret"}, [](const StatusOr<AuthTokens>&) {});
  transport().last().Answer<methods::Login>(TokensNumber(9));
  EXPECT_TRUE(refresh->is_dropped);
  EXPECT_FALSE(store->is_locked);
  EXPECT_EQ(store->saved.refresh_token, "refresh-9");
  EXPECT_EQ(player->tokens().refresh_token, "refresh-9");
  EXPECT_EQ(transport().last().Header("authorization"), "Bearer access-9") << "who waited goes on";
}

TEST_F(SessionTest, ASignOutByAnotherProcessIsNotUndone) {
  auto store = std::make_shared<SharedStore>();
  auto player = NewPlayerOf(store);
  store->saved = {};
  Expire(*player);
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(results_[0].status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(Count(kRefresh), 0u);
  EXPECT_EQ(store->saved, SessionTokens());
  EXPECT_EQ(player->tokens(), SessionTokens());
}

TEST_F(SessionTest, APlayerDoesNotTurnIntoAnother) {
  auto store = std::make_shared<SharedStore>();
  auto player = NewPlayerOf(store);
  store->saved = {.user_id = "u2", .access_token = "theirs", .refresh_token = "theirs"};
  const SessionTokens theirs = store->saved;
  Expire(*player);
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(results_[0].status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(player->tokens(), SessionTokens());
  EXPECT_EQ(store->saved, theirs);
}

TEST_F(SessionTest, AStoreThatCouldNotBeWrittenIsNotBelieved) {
  auto store = std::make_shared<SharedStore>();
  auto player = NewPlayerOf(store);
  Expire(*player);
  store->is_full = true;
  transport().last().Answer<methods::RefreshToken>(TokensNumber(2));
  EXPECT_EQ(store->saved.refresh_token, "refresh-1") << "spent";
  EXPECT_EQ(player->tokens().refresh_token, "refresh-2");

  Expire(*player);
  EXPECT_EQ(Count(kRefresh), 1u) << "a refresh that a crash would lose does not begin";
  store->is_full = false;
  Expire(*player);
  ASSERT_EQ(Count(kRefresh), 2u);
  EXPECT_EQ(wire::DecodeRequest<methods::RefreshToken>(transport().last().request)->refresh_token,
            "refresh-2");
  EXPECT_EQ(store->saved.refresh_token, "refresh-2");
  EXPECT_EQ(store->saved.refresh_nonce, transport().last().Header("idempotency-key"));
  transport().last().Answer<methods::RefreshToken>(TokensNumber(3));
  EXPECT_EQ(store->saved.refresh_token, "refresh-3");
}

TEST_F(SessionTest, ClientsThatShareAStoreSpendTheRefreshTokenOnce) {
  auto store = std::make_shared<SharedStore>();
  ClientOptions options = setting_.Options();
  options.token_store = store;
  auto one = setting_.NewPlayer(options);
  auto two = setting_.NewPlayer(options);
  store->saved = one->tokens();
  const Call first = GetTicket(*one);
  const Call second = GetTicket(*two);
  transport().unaries[0]->Reply(MakeStatus(StatusCode::kUnauthenticated, "expired"));
  setting_.executor.RunReady();
  ASSERT_EQ(Count(kRefresh), 1u);
  EXPECT_TRUE(store->is_locked);
  EXPECT_NE(store->saved.refresh_nonce, "") << "saved before it is used";
  transport().last().Answer<methods::RefreshToken>(TokensNumber(2));
  EXPECT_FALSE(store->is_locked);
  EXPECT_EQ(store->saved.refresh_token, "refresh-2");

  transport().unaries[1]->Reply(MakeStatus(StatusCode::kUnauthenticated, "expired"));
  setting_.executor.RunReady();
  EXPECT_EQ(Count(kRefresh), 1u) << "the other's tokens are ours too";
  EXPECT_EQ(transport().last().Header("authorization"), "Bearer access-2");
}

TEST_F(SessionTest, ARefreshThatARunDidNotSeeTheEndOfIsFinishedByTheNext) {
  auto store = std::make_shared<SharedStore>();
  ClientOptions options = setting_.Options();
  options.token_store = store;
  store->saved = {.user_id = "u1",
                  .access_token = "access-1",
                  .refresh_token = "refresh-1",
                  .expires_at = setting_.clock.WallNow() - seconds(1),
                  .refresh_nonce = "begun-before-the-crash"};
  client_ = setting_.NewClient(options);
  const Call call = GetTicket();  // Finds its session in the store.
  setting_.executor.RunReady();
  ASSERT_EQ(Count(kRefresh), 1u);
  EXPECT_EQ(transport().last().Header("idempotency-key"), "begun-before-the-crash");
}

TEST_F(SessionTest, ARefreshThatWasBegunIsFinishedAtOnce) {
  client_->SetTokens({.user_id = "u1",
                      .access_token = "access-1",
                      .refresh_token = "refresh-1",
                      .expires_at = setting_.clock.WallNow() + minutes(14),
                      .refresh_nonce = "begun-before-the-crash"});
  setting_.executor.RunReady();
  ASSERT_EQ(Count(kRefresh), 1u) << "the server keeps the lost answer for a short while only";
  EXPECT_EQ(transport().last().Header("idempotency-key"), "begun-before-the-crash");
}

TEST_F(SessionTest, ALockedStoreIsAnErrorNotASecondRefresh) {
  auto store = std::make_shared<SharedStore>();
  ClientOptions options = setting_.Options();
  options.token_store = store;
  client_ = setting_.NewPlayer(options);
  store->is_locked = true;
  const Call call = GetTicket();
  transport().last().Reply(MakeStatus(StatusCode::kUnauthenticated, "expired"));
  setting_.executor.RunReady();
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(results_[0].status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(Count(kRefresh), 0u);
}

TEST(TokenSubject, ReadsWhatIsThereAndNothingElse) {
  EXPECT_EQ(internal::SubjectOf("e30.eyJzdWIiOiJ1NyJ9.x"), "u7");
  EXPECT_EQ(internal::SessionIdOf("e30.eyJzdWIiOiJ1NyJ9.x"), "");
  EXPECT_EQ(internal::SessionIdOf("e30.eyJzaWQiOiJzMSJ9.x"), "s1");
  for (const char* bad : {"", "a", "a.b", "..", "e30.e30.x", "e30.!!!.x", "e30.eyJzdWIiOjd9.x", "e30.Ig.x"}) {
    EXPECT_EQ(internal::SubjectOf(bad), "") << bad;
  }
}

}  // namespace
}  // namespace oofgg
