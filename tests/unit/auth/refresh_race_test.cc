#include <gtest/gtest.h>

#include <functional>
#include <latch>
#include <set>
#include <thread>

#include "tests/unit/auth/facade_fixture.h"

// Sixteen clients at once. The stores' own races are in tests/conformance/auth.
namespace oofgg::auth {
namespace {

using testing::FacadeFixture;

constexpr std::size_t kClients = 16;

template <typename Result>
std::vector<Result> AllAtOnce(const std::function<Result(std::size_t)>& client) {
  std::vector<Result> results(kClients);
  std::latch start(kClients);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kClients; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      results[i] = client(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return results;
}

using Answers = std::vector<StatusOr<AuthTokens>>;

TEST(RefreshRaceTest, WithOneNonceAllGetOneAndTheSamePair) {
  FacadeFixture auth;
  const std::string token = auth.Register("alice")->refresh_token;
  const Answers answers =
      AllAtOnce<StatusOr<AuthTokens>>([&](std::size_t) { return auth.Refresh(token, "nonce"); });
  std::set<std::string> pairs;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    pairs.insert(answer->refresh_token + " " + answer->access_token);
  }
  EXPECT_EQ(pairs.size(), 1U);
  EXPECT_TRUE(auth.Refresh(answers[0]->refresh_token).ok());
}

TEST(RefreshRaceTest, WithDifferentNoncesOneWinsAndTheSessionEnds) {
  FacadeFixture auth;
  const std::string token = auth.Register("alice")->refresh_token;
  const Answers answers = AllAtOnce<StatusOr<AuthTokens>>(
      [&](std::size_t client) { return auth.Refresh(token, "nonce-" + std::to_string(client)); });
  std::string winner;
  int won = 0;
  for (const auto& answer : answers) {
    if (!answer.ok()) continue;
    ++won;
    winner = answer->refresh_token;
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(ReasonOf(auth.Refresh(winner).status()), "SESSION_REVOKED");
}

TEST(RegisterRaceTest, OfManyWithOneNameOneWins) {
  FacadeFixture auth;
  const Answers answers = AllAtOnce<StatusOr<AuthTokens>>([&](std::size_t client) {
    return auth.Register(client % 2 == 0 ? "alice" : "ALICE", "", "key-" + std::to_string(client));
  });
  int won = 0;
  for (const auto& answer : answers) {
    EXPECT_TRUE(answer.ok() || ReasonOf(answer.status()) == "USERNAME_TAKEN") << answer.status();
    won += answer.ok() ? 1 : 0;
  }
  EXPECT_EQ(won, 1);
}

TEST(RegisterRaceTest, OfManyRepetitionsAllGetTheOneAccount) {
  AuthRoomOptions options;
  options.guard.per_account.reset();
  FacadeFixture auth(options);
  const Answers answers =
      AllAtOnce<StatusOr<AuthTokens>>([&](std::size_t) { return auth.Register("alice", "", "key"); });
  std::set<std::string> accounts;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    accounts.insert(answer->user_id);
  }
  EXPECT_EQ(accounts.size(), 1U);
}

}  // namespace
}  // namespace oofgg::auth
