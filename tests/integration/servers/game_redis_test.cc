// Two oofgg-game on one Redis and one PostgreSQL: any of them serves any session, and what happens to one of
// them, or to Redis, is nobody's loss.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/integration/servers/running_server.h"
#include "tests/support/eventually.h"
#include "tests/support/inbox.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redis_server.h"

namespace oofgg::testing {
namespace {

using ::testing::HasSubstr;
using Players = std::set<std::string>;

/// An open stream of events, which the server is known to have.
struct OpenStream {
  Inbox<StatusOr<GameEvent>> heard;
  EventStream stream;
};

class GameRedisTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kInstances = 2;

  /// Both of them. `lease`: how long one may say nothing; where none dies, longer than a slow machine needs.
  void StartAll(const std::string& lease) {
    for (std::size_t i = 0; i < kInstances; ++i) {
      games_[i] = StartGame(homes_[i], *auth_,
                            {"--database", database_, "--redis", redis_.address(), "--games", "arena=Arena",
                             "--disconnect-grace", "2s", "--presence-lease", lease});
    }
  }

  std::unique_ptr<Client> Enter(std::size_t instance, const std::string& name) {
    return SignUp(name, *auth_, games_[instance].get());
  }
  /// The same player at another instance.
  std::unique_ptr<Client> At(std::size_t instance, const Client& player) {
    auto client = ClientOf(auth_.get(), games_[instance].get());
    client->SetTokens(player.tokens());
    return client;
  }
  int Readiness(std::size_t instance) {
    http::CurlClient client;
    const auto reply = http::Fetch(client, {.url = "http://" + games_[instance]->address("ops") + "/readyz"});
    return reply.ok() ? reply->status : 0;
  }

  const std::string database_ = PostgresServer::Shared().NewSchemaUrl();
  RedisServer redis_;
  TemporaryDirectory folder_;
  std::array<TemporaryDirectory, kInstances> homes_;
  std::unique_ptr<RunningServer> auth_ = StartAuth(folder_);
  std::array<std::unique_ptr<RunningServer>, kInstances> games_;
};

StatusOr<Session> MakeSession(Client& player, const std::string& key = "") {
  CreateSessionRequest request;
  request.game_id = "arena";
  request.state = SessionState::kWaiting;
  request.attributes = {{"map", std::string("desert")}, {"level", 3}};
  return player.games().CreateSession(request, {.idempotency_key = key});
}

Status Join(Client& player, const std::string& session) {
  JoinLeaveRequest join;
  join.game_id = "arena";
  join.session_id = session;
  return player.games().JoinLeave(join).status();
}

std::unique_ptr<OpenStream> Attend(Client& player, const std::string& session) {
  auto open = std::make_unique<OpenStream>();
  open->stream = player.games().StreamEvents(
      {.session_id = session, .game_id = "arena", .after_sequence = 0},
      [&heard = open->heard](StatusOr<GameEvent> event) { heard.Put(std::move(event)); });
  GameEvent here;
  here.name = "here";
  here.type = EventType::kGameEvent;
  EXPECT_TRUE(open->stream.Send(here).ok());
  const auto own = open->heard.Next([&](const StatusOr<GameEvent>& event) {
    return !event.ok() || (event->name == "here" && event->player_id == player.tokens().user_id);
  });
  EXPECT_TRUE(own.has_value() && own->ok());
  return open;
}

Players PlayersOf(Client& viewer, const std::string& session) {
  const auto found = viewer.games().GetSession({.id = session, .game_id = "arena"});
  if (!found.ok() || found->sessions.empty()) return {};
  return {found->sessions[0].user_ids.begin(), found->sessions[0].user_ids.end()};
}

std::string IdOf(const Client& player) { return player.tokens().user_id; }

TEST_F(GameRedisTest, AnyInstanceServesAnySession) {
  StartAll("60s");
  const auto ann = Enter(0, "ann");
  const auto bob = Enter(1, "bob");
  const auto session = MakeSession(*ann, "key-1");
  ASSERT_TRUE(session.ok()) << session.status();
  ASSERT_TRUE(Join(*bob, session->id).ok());
  EXPECT_EQ(PlayersOf(*ann, session->id), (Players{IdOf(*ann), IdOf(*bob)}));

  const auto ann_there = At(1, *ann);
  EXPECT_EQ(MakeSession(*ann_there, "key-1")->id, session->id) << "the key was used at the other";
  const auto listed = ann_there->games().GetSession({.game_id = "arena"});
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->sessions.size(), 1U);
  EXPECT_EQ(listed->sessions[0].attributes, session->attributes);

  CreateEntityRequest door;
  door.session_id = session->id;
  door.name = "gate";
  const auto made = ann->games().CreateEntity(door);
  ASSERT_TRUE(made.ok()) << made.status();
  UpdateEntityRequest change;
  change.session_id = session->id;
  change.id = made->id;
  change.version = made->version;
  change.data = "open";
  const auto changed = ann_there->games().UpdateEntity(change);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(ann->games().UpdateEntity(change).status().code(), StatusCode::kAborted);
  GetEntityRequest get;
  get.session_id = session->id;
  get.id = made->id;
  EXPECT_EQ(bob->games().GetEntity(get)->entities.at(0).data, "open");
}

TEST_F(GameRedisTest, WhoGoesOnAtAnotherInstanceStaysAndWhoDoesNotLeaves) {
  StartAll("60s");
  const auto ann = Enter(0, "ann");
  const auto bob = Enter(1, "bob");
  const auto cid = Enter(0, "cid");
  const auto session = MakeSession(*ann);
  ASSERT_TRUE(session.ok()) << session.status();
  ASSERT_TRUE(Join(*bob, session->id).ok());
  ASSERT_TRUE(Join(*cid, session->id).ok());
  const auto of_bob = Attend(*bob, session->id);
  auto of_ann = Attend(*ann, session->id);
  auto of_cid = Attend(*cid, session->id);
  const auto ann_there = At(1, *ann);
  const auto of_ann_there = Attend(*ann_there, session->id);
  of_ann.reset();
  of_cid.reset();  // Later than she, and does not come back.
  EXPECT_TRUE(Eventually([&] { return PlayersOf(*bob, session->id) == Players{IdOf(*ann), IdOf(*bob)}; }));
}

TEST_F(GameRedisTest, WhoseInstanceIsKilledLeavesAfterTheGrace) {
  StartAll("5s");
  const auto ann = Enter(0, "ann");
  const auto bob = Enter(1, "bob");
  const auto session = MakeSession(*ann);
  ASSERT_TRUE(session.ok()) << session.status();
  ASSERT_TRUE(Join(*bob, session->id).ok());
  const auto of_ann = Attend(*ann, session->id);
  const auto of_bob = Attend(*bob, session->id);
  games_[0]->Kill();
  EXPECT_TRUE(Eventually([&] { return PlayersOf(*bob, session->id) == Players{IdOf(*bob)}; }));
  const auto left = of_bob->heard.Next(
      [](const StatusOr<GameEvent>& event) { return !event.ok() || event->name == "left"; });
  ASSERT_TRUE(left.has_value() && left->ok());
  EXPECT_EQ((*left)->player_id, IdOf(*ann));
  EXPECT_EQ(bob->games().GetSession({.id = session->id})->sessions.at(0).host_id, IdOf(*bob));
}

TEST_F(GameRedisTest, NothingAcknowledgedIsLostWhenRedisIsKilledAndNobodyLeavesForIt) {
  StartAll("10s");
  const auto ann = Enter(0, "ann");
  const auto bob = Enter(1, "bob");
  const auto session = MakeSession(*ann);
  ASSERT_TRUE(session.ok()) << session.status();
  ASSERT_TRUE(Join(*bob, session->id).ok());
  const auto of_ann = Attend(*ann, session->id);
  auto of_bob = Attend(*bob, session->id);
  EXPECT_EQ(Readiness(0), 200);
  redis_.Kill();
  EXPECT_TRUE(Eventually([&] { return Readiness(0) == 503 && Readiness(1) == 503; }));
  EXPECT_EQ(MakeSession(*ann).status().code(), StatusCode::kUnavailable);
  redis_.Start();
  EXPECT_TRUE(Eventually([&] { return Readiness(0) == 200 && Readiness(1) == 200; }));
  EXPECT_EQ(PlayersOf(*ann, session->id), (Players{IdOf(*ann), IdOf(*bob)}));
  of_bob.reset();  // Who has been there all the time stays, and longer than who goes now.
  EXPECT_TRUE(Eventually([&] { return PlayersOf(*ann, session->id) == Players{IdOf(*ann)}; }));
}

TEST_F(GameRedisTest, SessionsOfAnotherDatabaseAreNotServed) {
  const auto start = [this](const std::string& database) {
    return StartGame(homes_[0], *auth_, {"--database", database, "--redis", redis_.address()});
  };
  EXPECT_NE(start(database_)->address("grpc"), "");
  EXPECT_NE(start(database_)->address("grpc"), "") << "the same again";
  const std::string fault = "--redis: the sessions there are of games in another --database";
  ChildProcess child(
      "oofgg-game",
      In(folder_, {"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--presence-listen",
                   "127.0.0.1:0", "--websocket-listen", "127.0.0.1:0", "--jwks", JwksUrl(*auth_),
                   "--database", PostgresServer::Shared().NewSchemaUrl(), "--redis", redis_.address()}));
  EXPECT_EQ(child.Wait(), 1);
  EXPECT_THAT(child.errors(), HasSubstr(fault));
  const auto for_presence = start("sqlite:game.db");
  EXPECT_EQ(for_presence->Terminate(), 0);
  EXPECT_THAT(for_presence->process().errors(), HasSubstr(fault)) << "said, but no fault";
}

TEST_F(GameRedisTest, ARedisThatForgetsIsNotTaken) {
  const RedisServer volatile_redis({"--appendonly", "no"});
  ChildProcess child("oofgg-game", In(folder_, {"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0",
                                                "--presence-listen", "127.0.0.1:0", "--jwks", JwksUrl(*auth_),
                                                "--redis", volatile_redis.address()}));
  EXPECT_EQ(child.Wait(), 1);
  EXPECT_THAT(child.errors(), HasSubstr("--allow-volatile-redis"));
}

}  // namespace
}  // namespace oofgg::testing
