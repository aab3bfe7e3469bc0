// Several oofgg-game on one PostgreSQL: what is submitted at one is on the lists of all, whatever dies.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <deque>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/servers/running_server.h"
#include "tests/support/eventually.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redis_server.h"

namespace oofgg::testing {
namespace {

/// With a Redis between them, or without.
class LeaderboardInstancesTest : public ::testing::TestWithParam<bool> {
 protected:
  LeaderboardInstancesTest() : auth_(StartAuth(folder_)) {
    const auto made =
        AdminOf(folder_, *auth_)->admin().CreateServiceCredential({.name = "game", .game_id = {}});
    EXPECT_TRUE(made.ok()) << made.status();
    credential_ = folder_.path() + "/credential";
    std::ofstream(credential_) << made->credential << "\n";
    chmod(credential_.c_str(), 0600);
    if (GetParam()) redis_ = std::make_unique<RedisServer>();
    one_ = Start();
    two_ = Start();
  }

  std::unique_ptr<RunningServer> Start() {
    std::vector<std::string> arguments = {"--database",           database_.url(), "--games",
                                          "arena=Arena",          "--auth",        auth_->address("grpc"),
                                          "--service-credential", credential_};
    if (redis_ != nullptr) arguments.insert(arguments.end(), {"--redis", redis_->address()});
    return StartGame(homes_.emplace_back(), *auth_, std::move(arguments));
  }

  /// A player, at one instance; and the same player's client of another.
  std::unique_ptr<Client> Enter(const std::string& name) { return SignUp(name, *auth_, one_.get()); }
  std::unique_ptr<Client> At(const RunningServer& instance, const Client& player) {
    auto client = ClientOf(auth_.get(), &instance);
    client->SetTokens(player.tokens());
    return client;
  }

  static StatusOr<LeaderboardEntry> Submit(Client& player, std::int64_t value) {
    ScoreSubmission score;
    score.game_id = "arena";
    score.value = value;
    return player.scores().SubmitScore(score);
  }
  /// "value value …" from the top, or the error.
  static std::string Listed(Client& player, const std::string& period = {}) {
    LeaderboardRequest request;
    request.game_id = "arena";
    request.time_period = period;
    request.limit = 100;
    const auto board = player.scores().GetLeaderboard(request);
    if (!board.ok()) return board.status().ToString();
    std::string text;
    for (const LeaderboardEntry& entry : board->entries) text += std::to_string(entry.score.value) + " ";
    return text;
  }
  static bool Becomes(Client& player, const std::string& expected) {
    return Eventually([&] { return Listed(player) == expected; });
  }

  PostgresServer database_;
  TemporaryDirectory folder_;
  std::deque<TemporaryDirectory> homes_;
  std::unique_ptr<RedisServer> redis_;
  std::unique_ptr<RunningServer> auth_;
  std::string credential_;
  std::unique_ptr<RunningServer> one_;
  std::unique_ptr<RunningServer> two_;
};
INSTANTIATE_TEST_SUITE_P(Redis, LeaderboardInstancesTest, ::testing::Bool(),
                         [](const auto& with) { return with.param ? "With" : "Without"; });

TEST_P(LeaderboardInstancesTest, WhatIsSubmittedAtOneIsOnTheListsOfAll) {
  const auto ann = Enter("ann");
  const auto bob = SignUp("bob", *auth_, two_.get());
  ASSERT_TRUE(Submit(*ann, 7).ok());
  ASSERT_TRUE(Submit(*bob, 9).ok());
  EXPECT_TRUE(Becomes(*ann, "9 7 ")) << Listed(*ann);
  EXPECT_TRUE(Becomes(*bob, "9 7 ")) << Listed(*bob);
  EXPECT_EQ(Listed(*ann, "daily"), "9 7 ");
  ASSERT_TRUE(Submit(*At(*two_, *ann), 11).ok());
  EXPECT_TRUE(Becomes(*ann, "11 9 ")) << Listed(*ann);
}

TEST_P(LeaderboardInstancesTest, AnInstanceThatIsKilledRightAfterItsAnswerLosesNothing) {
  const auto ann = Enter("ann");
  const auto there = At(*two_, *ann);
  ASSERT_TRUE(Submit(*ann, 7).ok());
  one_->Kill();
  EXPECT_TRUE(Becomes(*there, "7 ")) << Listed(*there);
}

TEST_P(LeaderboardInstancesTest, WhoseAccountIsDeletedIsOffTheListsOfAll) {
  const auto ann = Enter("ann");
  const auto bob = SignUp("bob", *auth_, two_.get());
  ASSERT_TRUE(Submit(*ann, 7).ok());
  ASSERT_TRUE(Submit(*bob, 5).ok());
  ASSERT_TRUE(Becomes(*bob, "7 5 ")) << Listed(*bob);
  ASSERT_TRUE(ann->account().DeleteAccount({.password = std::string(kPassword)}).ok());
  const auto bob_there = At(*one_, *bob);
  EXPECT_TRUE(Becomes(*bob, "5 ")) << Listed(*bob);
  EXPECT_TRUE(Becomes(*bob_there, "5 ")) << Listed(*bob_there);
}

TEST_P(LeaderboardInstancesTest, AllEndAlikeWhenOneDiesAmongSubmissionsAndRedisToo) {
  constexpr int kPlayers = 4;
  std::vector<std::unique_ptr<Client>> players;
  for (int i = 0; i < kPlayers; ++i) {
    players.push_back(SignUp("player" + std::to_string(i), *auth_, i % 2 == 0 ? one_.get() : two_.get()));
  }
  std::vector<std::int64_t> best(kPlayers, 0);  // Of what was acknowledged.
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kPlayers; ++i) {
    threads.emplace_back([&, i] {
      for (std::int64_t value = static_cast<std::int64_t>(i) + 1; !stop; value += kPlayers) {
        if (Submit(*players[i], value).ok()) {
          best[i] = value;
        } else if (i % 2 == 0) {
          return;  // Its server died.
        }
      }
    });
  }
  const auto stored = [this](int count) {
    const std::string asked = "SELECT count(*) > " + std::to_string(count) + " FROM game_scores";
    return Eventually([&] { return database_.Sql(asked) == "t\n"; });
  };
  EXPECT_TRUE(stored(0));
  if (redis_ != nullptr) redis_->Kill();
  EXPECT_TRUE(stored(100));
  one_->Kill();
  if (redis_ != nullptr) redis_->Start();
  EXPECT_TRUE(stored(200));
  stop = true;
  for (std::thread& thread : threads) thread.join();

  one_ = Start();
  // What is stored is at least what was acknowledged.
  const std::string truth = database_.Sql(
      "SELECT string_agg(best || ' ', '' ORDER BY best DESC)"
      " FROM (SELECT max(value) AS best FROM game_scores GROUP BY player_id) b");
  const auto at_one = At(*one_, *players[0]);
  EXPECT_EQ(Listed(*at_one) + "\n", truth);
  EXPECT_TRUE(Eventually([&] { return Listed(*players[1]) + "\n" == truth; })) << Listed(*players[1]);
  for (std::size_t i = 0; i < kPlayers; ++i) {
    PlayerRankRequest request;
    request.game_id = "arena";
    request.player_id = players[i]->tokens().user_id;
    const auto rank = players[1]->scores().GetPlayerRank(request);
    ASSERT_TRUE(rank.ok()) << rank.status();
    EXPECT_GE(rank->score_value, best[i]) << "an acknowledged score is lost";
  }
}

}  // namespace
}  // namespace oofgg::testing
