// oofgg-game on PostgreSQL, in the database that oofgg-auth uses too: what players did outlives the server
// and the database's process.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>

#include "tests/integration/servers/running_server.h"
#include "tests/support/eventually.h"
#include "tests/support/inbox.h"
#include "tests/support/postgres_server.h"
#include "tests/support/ten_times.h"

namespace oofgg::testing {
namespace {

using namespace std::chrono_literals;

class GamePostgresTest : public ::testing::Test {
 protected:
  GamePostgresTest() : auth_(StartAuth(folder_, {"--database", database_.url()})) {
    const auto made =
        AdminOf(folder_, *auth_)->admin().CreateServiceCredential({.name = "game", .game_id = {}});
    EXPECT_TRUE(made.ok()) << made.status();
    credential_ = folder_.path() + "/credential";
    std::ofstream(credential_) << made->credential << "\n";
    chmod(credential_.c_str(), 0600);
    StartGameServer();
  }

  void StartGameServer() {
    game_ = StartGame(folder_, *auth_,
                      {"--database", database_.url(), "--games", "arena=Arena", "--auth",
                       auth_->address("grpc"), "--service-credential", credential_});
  }

  std::unique_ptr<Client> Enter(const std::string& name) { return SignUp(name, *auth_, game_.get()); }

  /// The same player against the server that runs now.
  std::unique_ptr<Client> Again(const Client& player) {
    auto client = ClientOf(auth_.get(), game_.get());
    client->SetTokens(player.tokens());
    return client;
  }

  int Readiness() {
    http::CurlClient client;
    const auto reply = http::Fetch(client, {.url = "http://" + game_->address("ops") + "/readyz"});
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? reply->status : 0;
  }

  PostgresServer database_;
  TemporaryDirectory folder_;
  std::unique_ptr<RunningServer> auth_;
  std::string credential_;
  std::unique_ptr<RunningServer> game_;
};

StatusOr<Session> OpenSession(Client& player, const CallOptions& options = {}) {
  return player.games().CreateSession({.game_id = "arena",
                                       .user_ids = {},
                                       .state = SessionState::kWaiting,
                                       .attributes = {{"map", std::string("desert")}, {"level", 3}},
                                       .region = 0,
                                       .data = "{}"},
                                      options);
}

StatusOr<Session> Join(Client& player, const Session& session) {
  JoinLeaveRequest join;
  join.game_id = session.game_id;
  join.session_id = session.id;
  join.team_id = "red";
  return player.games().JoinLeave(join);
}

StatusOr<LeaderboardEntry> Submit(Client& player, std::int64_t value) {
  ScoreSubmission score;
  score.game_id = "arena";
  score.value = value;
  return player.scores().SubmitScore(score);
}

StatusOr<Leaderboard> Board(Client& player, const std::string& period) {
  LeaderboardRequest request;
  request.game_id = "arena";
  request.time_period = period;
  return player.scores().GetLeaderboard(request);
}

TEST_F(GamePostgresTest, WhatPlayersDidIsThereAfterARestart) {
  const CallOptions keyed{.timeout = 0ms, .idempotency_key = "key-1"};
  const auto ann = Enter("ann");
  const auto bob = Enter("bob");
  const auto session = OpenSession(*ann, keyed);
  ASSERT_TRUE(session.ok()) << session.status();
  const auto joined = Join(*bob, *session);
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_EQ(joined->user_ids.size(), 2U);
  Player profile;
  profile.username = "bob";
  ASSERT_TRUE(bob->players().CreatePlayer(profile).ok());
  UpdatePlayerRequest change;
  change.team = "red";
  EXPECT_TRUE(bob->players().UpdatePlayer(change).ok());
  ASSERT_TRUE(Submit(*ann, 10).ok());
  ASSERT_TRUE(Submit(*bob, 30).ok());
  const auto second = Submit(*ann, 20);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->rank, 2);

  game_->Kill();
  StartGameServer();
  const auto ann_again = Again(*ann);
  const auto sessions = ann_again->games().GetSession({.id = session->id, .game_id = "arena"});
  ASSERT_TRUE(sessions.ok()) << sessions.status();
  EXPECT_EQ(sessions->sessions.at(0).user_ids, joined->user_ids);
  EXPECT_EQ(sessions->sessions.at(0).attributes, session->attributes);
  EXPECT_EQ(OpenSession(*ann_again, keyed)->id, session->id) << "the key was used before the restart";
  EXPECT_EQ(ann_again->players().GetPlayer({.id = bob->tokens().user_id})->team, "red");
  for (const char* period : {"", "daily", "monthly"}) {
    const auto board = Board(*ann_again, period);
    ASSERT_TRUE(board.ok()) << board.status();
    ASSERT_EQ(board->entries.size(), 2U) << period;
    EXPECT_EQ(board->entries[0].player_name, "bob");
    EXPECT_EQ(board->entries[1].score.value, 20);
  }
  JoinLeaveRequest leave;
  leave.game_id = "arena";
  leave.action = JoinLeaveAction::kLeave;
  leave.session_id = session->id;
  const auto left = Again(*bob)->games().JoinLeave(leave);
  ASSERT_TRUE(left.ok()) << left.status();
  EXPECT_EQ(left->user_ids.size(), 1U);

  // Events of a session go on with numbers that were never given out.
  Inbox<StatusOr<GameEvent>> heard;
  auto stream =
      ann_again->games().StreamEvents({.session_id = session->id, .game_id = "arena", .after_sequence = 0},
                                      [&](StatusOr<GameEvent> event) { heard.Put(std::move(event)); });
  GameEvent event;
  event.name = "here";
  event.type = EventType::kGameEvent;
  ASSERT_TRUE(stream.Send(event).ok());
  const auto here =
      heard.Next([](const StatusOr<GameEvent>& any) { return !any.ok() || any->name == "here"; });
  ASSERT_TRUE(here.has_value() && here->ok());
}

TEST_F(GamePostgresTest, NothingAcknowledgedIsLostWhenTheDatabaseIsKilled) {
  const auto ann = Enter("ann");
  EXPECT_EQ(Readiness(), 200);
  const auto session = OpenSession(*ann);
  ASSERT_TRUE(session.ok()) << session.status();
  ASSERT_TRUE(Submit(*ann, 7).ok());
  database_.Kill();
  ASSERT_TRUE(game_->process().WaitForErrors("connecting anew")) << "it must say so";
  EXPECT_EQ(Readiness(), 503) << "a load balancer must know";
  database_.Start();
  const auto back = std::chrono::steady_clock::now();
  ASSERT_TRUE(Eventually([&] { return Submit(*ann, 9).ok(); }));
  EXPECT_LT(std::chrono::steady_clock::now() - back, TenTimes(2s));
  EXPECT_TRUE(ann->games().GetSession({.id = session->id, .game_id = "arena"}).ok());
  const auto board = Board(*ann, "");
  ASSERT_TRUE(board.ok()) << board.status();
  EXPECT_EQ(board->entries.at(0).score.value, 9);
  EXPECT_EQ(game_->Terminate(), 0) << game_->process().errors();
}

TEST_F(GamePostgresTest, ADeletedAccountTakesWhatWasTheirsWithIt) {
  const auto ann = Enter("ann");
  const auto bob = Enter("bob");
  const std::string user = ann->tokens().user_id;
  const auto session = OpenSession(*bob);
  ASSERT_TRUE(session.ok()) << session.status();
  ASSERT_TRUE(Join(*ann, *session).ok());
  ASSERT_TRUE(Submit(*ann, 7).ok());
  ASSERT_TRUE(Submit(*bob, 5).ok());
  ASSERT_TRUE(ann->account().DeleteAccount({.password = std::string(kPassword)}).ok());
  EXPECT_TRUE(Eventually(
      [&] { return bob->players().GetPlayer({.id = user}).status().code() == StatusCode::kNotFound; }));
  EXPECT_EQ(Board(*bob, "")->entries.size(), 1U) << "the others' stay";
  EXPECT_EQ(bob->games().GetSession({.id = session->id, .game_id = "arena"})->sessions.at(0).user_ids,
            std::vector<std::string>{bob->tokens().user_id});
  EXPECT_EQ(database_.Sql("SELECT (SELECT count(*) FROM game_scores WHERE player_id = '" + user +
                          "') + (SELECT count(*) FROM game_standings WHERE player_id = '" + user +
                          "') + (SELECT count(*) FROM game_session_members WHERE user_id = '" + user + "')"),
            "0\n");
}

}  // namespace
}  // namespace oofgg::testing
