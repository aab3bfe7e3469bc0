// Sessions that end before their tokens: told to another server within a second, over kills of either.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "oofgg/auth/key_store.h"
#include "tests/integration/servers/running_server.h"
#include "tests/support/eventually.h"
#include "tests/support/inbox.h"
#include "tests/support/patience.h"
#include "tests/support/ten_times.h"

namespace oofgg::testing {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

class RevocationTest : public ::testing::Test {
 protected:
  RevocationTest() {
    auth_ = StartAuth(folder_);
    admin_ = AdminOf(folder_, *auth_);
    const auto made = admin_->admin().CreateServiceCredential({.name = "game", .game_id = {}});
    EXPECT_TRUE(made.ok()) << made.status();
    credential_ = folder_.path() + "/credential";
    std::ofstream(credential_) << made->credential << "\n";
    chmod(credential_.c_str(), 0600);
    StartGameServer();
  }

  void StartGameServer() {
    game_ =
        StartGame(folder_, *auth_, {"--auth", auth_->address("grpc"), "--service-credential", credential_});
  }

  /// A client that has nothing but this access token, as whoever stole it.
  std::unique_ptr<Client> Holding(const std::string& access_token) {
    auto client = ClientOf(auth_.get(), game_.get());
    client->SetTokens({.access_token = access_token, .expires_at = Clock::System().WallNow() + 10min});
    return client;
  }

  /// How long the game server goes on believing the token; 20 s at most.
  std::chrono::milliseconds TimeUntilRefused(const std::string& access_token) {
    const auto thief = Holding(access_token);
    const auto start = SteadyClock::now();
    while (SteadyClock::now() < start + kPatience) {
      const auto player = thief->players().GetPlayer({.id = "nobody"});
      if (player.status().code() == StatusCode::kUnauthenticated) break;
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - start);
  }

  /// A game of the player's own with a score of theirs; returns its id.
  static std::string PlayAs(Client& player) {
    const auto game = player.games().CreateGame({.name = "Arena", .description = {}, .data = {}});
    EXPECT_TRUE(game.ok()) << game.status();
    Submit(player, game->id);
    return game->id;
  }
  static void Submit(Client& player, const std::string& game) {
    ScoreSubmission score;
    score.game_id = game;
    score.value = 7;
    const auto submitted = player.scores().SubmitScore(score);
    EXPECT_TRUE(submitted.ok()) << submitted.status();
  }

  /// Whether in the end nobody knows of the player any more.
  static bool IsForgotten(Client& other, const std::string& player, const std::string& game) {
    EXPECT_TRUE(Eventually(
        [&] { return other.players().GetPlayer({.id = player}).status().code() == StatusCode::kNotFound; }));
    const auto scores = other.scores().GetPlayerScores({.player_id = player, .game_id = {}, .cursor = {}});
    const auto rank = other.scores().GetPlayerRank({.player_id = player, .game_id = game, .score_type = {}});
    EXPECT_TRUE(scores.ok()) << scores.status();
    EXPECT_EQ(rank.status().code(), StatusCode::kNotFound);
    return scores.ok() && scores->scores.empty();
  }

  /// What a service hears of the auth server's own stream.
  struct Watching {
    Inbox<Revocations> greeted;
    Inbox<Status> ended;
    std::unique_ptr<Client> client;
    Call call;
  };
  std::unique_ptr<Watching> WatchAs(const std::string& credential) {
    auto watching = std::make_unique<Watching>();
    ClientOptions options;
    options.service_credential = credential;
    watching->client = ClientOf(auth_.get(), nullptr, nullptr, std::move(options));
    watching->call =
        watching->client->revocations().Watch([to = watching.get()](const StatusOr<Revocations>& message) {
          if (message.ok()) {
            to->greeted.Put(*message);
          } else {
            to->ended.Put(message.status());
          }
        });
    return watching;
  }

  TemporaryDirectory folder_;
  std::unique_ptr<RunningServer> auth_;
  std::unique_ptr<Client> admin_;
  std::string credential_;
  std::unique_ptr<RunningServer> game_;
};

TEST_F(RevocationTest, ABanReachesTheGameServerWithinASecondAndEndsWhatIsOpen) {
  const auto ann = SignUp("ann", *auth_, game_.get());
  Inbox<Status> ended;
  const auto watch = ann->presence().Watch({"somebody"}, [&](const StatusOr<PresenceUpdate>& update) {
    if (!update.ok()) ended.Put(update.status());
  });
  ASSERT_NE(ann->players().GetPlayer({.id = "nobody"}).status().code(), StatusCode::kUnauthenticated);
  const std::string user = ann->tokens().user_id;
  const std::string token = ann->tokens().access_token;
  ASSERT_TRUE(admin_->admin().Ban({.user_id = user, .reason = "cheated"}).ok());
  EXPECT_LT(TimeUntilRefused(token), TenTimes(1s));
  const auto status = ended.Next();
  ASSERT_TRUE(status.has_value()) << "her presence stream goes on";
  EXPECT_EQ(ReasonOf(ann->auth().Login({.username = "ann", .password = kPassword}).status()),
            "ACCOUNT_BANNED");
}

TEST_F(RevocationTest, ALogoutIsHeardToo) {
  const auto ann = SignUp("ann", *auth_, game_.get());
  const std::string token = ann->tokens().access_token;
  ASSERT_TRUE(ann->account().Logout({}).ok());
  EXPECT_LT(TimeUntilRefused(token), TenTimes(1s));
}

TEST_F(RevocationTest, AStreamToTheAuthServerItselfEndsWithItsCredential) {
  const auto made = admin_->admin().CreateServiceCredential({.name = "watcher", .game_id = {}});
  ASSERT_TRUE(made.ok()) << made.status();
  const auto watching = WatchAs(made->credential);
  ASSERT_TRUE(watching->greeted.Next().has_value());
  ASSERT_TRUE(admin_->admin().RevokeServiceCredential({.id = made->id}).ok());
  const auto end = watching->ended.Next();
  ASSERT_TRUE(end.has_value()) << "the stream goes on";
  EXPECT_EQ(end->code(), StatusCode::kUnauthenticated) << *end;
}

TEST_F(RevocationTest, AStreamToTheAuthServerItselfEndsWhenItsCredentialExpires) {
  const auto made =
      admin_->admin().CreateServiceCredential({.name = "watcher", .game_id = {}, .lifetime = 2s});
  ASSERT_TRUE(made.ok()) << made.status();
  const auto watching = WatchAs(made->credential);
  ASSERT_TRUE(watching->greeted.Next().has_value());
  ASSERT_TRUE(watching->ended.Next().has_value()) << "the stream goes on";
}

TEST_F(RevocationTest, WhatARetiredKeysTokenOpenedEnds) {
  const auto ann = SignUp("ann", *auth_, game_.get());
  const auto thief = Holding(ann->tokens().access_token);
  Inbox<Status> ended;
  const auto watch = thief->presence().Watch({"somebody"}, [&](const StatusOr<PresenceUpdate>& update) {
    if (!update.ok()) ended.Put(update.status());
  });
  ASSERT_NE(thief->players().GetPlayer({.id = "nobody"}).status().code(), StatusCode::kUnauthenticated);
  const std::string keys = folder_.path() + "/oofgg-data/auth-keys";
  const std::string kid = auth::KeyStore::Open(keys)->signing_key().kid();
  ASSERT_TRUE(auth::KeyStore::Retire(keys, kid, /*replace=*/true).ok());
  ASSERT_TRUE(auth_->process().WaitForErrors("signing with key"));
  // A token of the new key has the game server ask for the keys at once.
  const auto next = SignUp("next", *auth_, game_.get());
  (void)next->players().GetPlayer({.id = "nobody"});
  const auto end = ended.Next();
  ASSERT_TRUE(end.has_value()) << "the stream goes on";
  EXPECT_EQ(end->code(), StatusCode::kUnauthenticated) << *end;
  EXPECT_EQ(thief->players().GetPlayer({.id = "nobody"}).status().code(), StatusCode::kUnauthenticated);
}

TEST_F(RevocationTest, ADeletedAccountTakesScoresAndProfileWithIt) {
  const auto ann = SignUp("ann", *auth_, game_.get());
  const std::string game = PlayAs(*ann);
  const auto bob = SignUp("bob", *auth_, game_.get());
  Submit(*bob, game);
  const std::string user = ann->tokens().user_id;
  ASSERT_TRUE(ann->account().DeleteAccount({.password = std::string(kPassword)}).ok());
  EXPECT_TRUE(IsForgotten(*bob, user, game));
  LeaderboardRequest board;
  board.game_id = game;
  EXPECT_EQ(bob->scores().GetLeaderboard(board)->entries.size(), 1u) << "the others' stay";
}

TEST_F(RevocationTest, AGameServerThatWasAwayForgetsADeletedAccountWhenItReturns) {
  const auto ann = SignUp("ann", *auth_, game_.get());
  const std::string game = PlayAs(*ann);
  const std::string user = ann->tokens().user_id;
  game_->Kill();
  ASSERT_TRUE(admin_->admin().DeleteUser({user}).ok());
  auth_->Kill();  // It is in the database, not in somebody's memory.
  auth_ = StartAuth(folder_);
  StartGameServer();
  EXPECT_TRUE(IsForgotten(*SignUp("bob", *auth_, game_.get()), user, game));
}

TEST_F(RevocationTest, TheGameServerShowsHowLongItHasHeardNothing) {
  http::CurlClient client;
  const auto silence = [&] {
    const auto page = http::Fetch(client, {.url = "http://" + game_->address("ops") + "/metrics"});
    constexpr std::string_view kName = "\noofgg_revocation_silence_seconds ";
    const std::size_t at = page.ok() ? page->body.find(kName) : std::string::npos;
    return at == std::string::npos ? -1.0 : std::stod(page->body.substr(at + kName.size()));
  };
  EXPECT_GE(silence(), 0);
  EXPECT_LT(silence(), 5);
  auth_->Kill();
  ASSERT_TRUE(game_->process().WaitForErrors("nothing heard from the auth server for 10 s"));
  EXPECT_GE(silence(), 10);
}

TEST_F(RevocationTest, WhatWasAcknowledgedSurvivesAKillOfTheAuthServer) {
  std::vector<std::string> tokens;
  for (const char* name : {"ann", "bob", "cyd"}) {
    const auto player = SignUp(name, *auth_);
    tokens.push_back(player->tokens().access_token);
    ASSERT_TRUE(player->account().Logout({}).ok());
  }
  game_->Kill();  // It may have heard of some.
  auth_->Kill();
  auth_ = StartAuth(folder_);
  StartGameServer();
  for (const std::string& token : tokens) EXPECT_LT(TimeUntilRefused(token), TenTimes(5s));
}

TEST_F(RevocationTest, WhileTheAuthServerIsAwayTheGameServerGoesOnAndHearsAllWhenItIsBack) {
  const auto ann = SignUp("ann", *auth_, game_.get());
  const auto bob = SignUp("bob", *auth_, game_.get());
  const std::string address = auth_->address("grpc");
  const std::string ops = auth_->address("ops");
  auth_->Kill();
  EXPECT_NE(Holding(ann->tokens().access_token)->players().GetPlayer({.id = "nobody"}).status().code(),
            StatusCode::kUnauthenticated);
  auth_ = StartAuth(folder_, {"--listen", address, "--ops-listen", ops});
  const auto admin = AdminOf(folder_, *auth_);
  ASSERT_TRUE(admin->admin().Ban({.user_id = bob->tokens().user_id, .reason = {}}).ok());
  EXPECT_LT(TimeUntilRefused(bob->tokens().access_token), TenTimes(15s));
  EXPECT_NE(Holding(ann->tokens().access_token)->players().GetPlayer({.id = "nobody"}).status().code(),
            StatusCode::kUnauthenticated);
}

TEST_F(RevocationTest, NoAcknowledgedLogoutIsLostInAKillUnderLoad) {
  constexpr int kPlayers = 24;
  std::vector<std::unique_ptr<Client>> players;
  std::vector<std::string> tokens;
  for (int i = 0; i < kPlayers; ++i) {
    players.push_back(SignUp("player" + std::to_string(i), *auth_));
    tokens.push_back(players.back()->tokens().access_token);
  }
  std::vector<char> acknowledged(kPlayers, 0);
  Inbox<bool> answers;
  std::thread kill([&] {
    for (int i = 0; i < kPlayers / 3; ++i) EXPECT_TRUE(answers.Next().has_value());
    auth_->Kill();
  });
  std::vector<std::thread> leaving;
  for (int worker = 0; worker < 4; ++worker) {
    leaving.emplace_back([&, worker] {
      for (int i = worker; i < kPlayers; i += 4) {
        const auto player = static_cast<std::size_t>(i);
        acknowledged[player] = players[player]->account().Logout({}, {.timeout = 300ms}).ok() ? 1 : 0;
        answers.Put(acknowledged[player] != 0);
      }
    });
  }
  for (std::thread& thread : leaving) thread.join();
  kill.join();
  auth_ = StartAuth(folder_);
  const auto anybody = ClientOf(auth_.get());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (acknowledged[i] == 0) continue;
    const auto answer = anybody->auth().ValidateToken({.access_token = tokens[i]});
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_FALSE(answer->is_valid) << "player " << i << " was told to have signed out";
  }
}

}  // namespace
}  // namespace oofgg::testing
