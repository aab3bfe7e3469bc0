// oofgg-maker as a process: from POST /request to a seat on a game server that answers.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>

#include "tests/integration/servers/maker_fixture.h"
#include "tests/support/redis_server.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

class MakerServerTest : public MakerFixture {};

TEST_F(MakerServerTest, FromRequestToTheGameItself) {
  Start();
  EXPECT_EQ(Ask("GET", "alice").status, 404) << "looking queues nothing";
  const HttpReply asked = Ask("POST", "alice");
  EXPECT_EQ(asked.status, 202);
  EXPECT_EQ(asked.body, "Accepted");
  const HttpReply seated = Await("alice");
  ASSERT_EQ(seated.status, 200) << seated.body;
  EXPECT_THAT(seated.body, ::testing::MatchesRegex("127\\.0\\.0\\.1:[0-9]+"));

  TcpPeer player(seated.body);
  ASSERT_TRUE(player.Send("{\"player\":\"alice\"}\n"));
  EXPECT_THAT(player.ReadLine(), Optional(HasSubstr("\"welcome\"")));
  EXPECT_THAT(player.ReadLine(), Optional(HasSubstr("\"alice\"")));
  TcpPeer stranger(seated.body);
  ASSERT_TRUE(stranger.Send("{\"player\":\"mallory\"}\n"));
  EXPECT_THAT(stranger.ReadToEnd(), Optional(HasSubstr("no seat is reserved")));
}

TEST_F(MakerServerTest, AskingAgainChangesNothing) {
  Start();
  std::vector<std::future<HttpReply>> asked;
  for (int i = 0; i < 8; ++i) {
    asked.push_back(std::async(std::launch::async, [this] { return Ask("POST", "alice"); }));
  }
  for (auto& reply : asked) EXPECT_THAT(reply.get().status, ::testing::AnyOf(200, 202));
  const std::string address = Seat("alice");
  EXPECT_EQ(Ask("POST", "alice").body, address);
  EXPECT_EQ(Ask("GET", "alice").body, address);
  EXPECT_THAT(Loads(), ElementsAre(HasSubstr("\"reserved\":1,")));
  EXPECT_EQ(Seat("bob"), address) << "there was room";
  EXPECT_THAT(Loads(), ElementsAre(HasSubstr("\"reserved\":2,")));
}

TEST_F(MakerServerTest, ARedisAsItComesIsTakenUnlessCallersAreVerified) {
  const RedisServer redis({"--appendonly", "no"});
  Start({"--redis", redis.address()});
  EXPECT_NE(Seat("alice"), "");
  EXPECT_EQ(maker_->Terminate(), 0);
  EXPECT_THAT(maker_->process().errors(), HasSubstr("set `appendonly yes`")) << "said, but no fault";
  ChildProcess strict("oofgg-maker",
                      In(folder_, {"--redis", redis.address(), "--jwks", "x", "--process-command", "x"}));
  EXPECT_EQ(strict.Wait(), 1);
  EXPECT_THAT(strict.errors(), HasSubstr("--allow-volatile-redis"));
}

TEST_F(MakerServerTest, WhileTheQueueIsAwayItIsSaidWhenToComeBack) {
  RedisServer redis({"--appendonly", "yes"});
  Start({"--redis", redis.address()});
  ASSERT_NE(Seat("alice"), "");
  redis.Kill();
  for (const char* method : {"POST", "GET", "DELETE"}) {
    const HttpReply away = Ask(method, "bob");
    EXPECT_EQ(away.status, 503) << method << ": " << away.body;
    EXPECT_THAT(away.headers, ::testing::Contains(::testing::Pair("retry-after", "1"))) << method;
  }
}

TEST_F(MakerServerTest, WithdrawingFreesTheSeat) {
  Start();
  const std::string address = Seat("alice");
  const HttpReply withdrawn = Ask("DELETE", "alice");
  EXPECT_EQ(withdrawn.status, 200);
  EXPECT_EQ(withdrawn.body, "Withdrawn");
  EXPECT_EQ(Ask("GET", "alice").status, 404);
  EXPECT_EQ(Ask("DELETE", "alice").status, 404);
  // Three seats, and three others get them all.
  for (const char* client : {"bob", "cid", "dan"}) EXPECT_EQ(Seat(client), address) << client;
}

TEST_F(MakerServerTest, AFullServerIsFollowedByAnother) {
  Start();
  const std::string first = Seat("p1");
  EXPECT_EQ(Seat("p2"), first);
  EXPECT_EQ(Seat("p3"), first);
  EXPECT_NE(Seat("p4"), first);
  EXPECT_EQ(GameServersOf(folder_).size(), 2U);
}

TEST_F(MakerServerTest, AWarmServerIsReadyBeforeAnybodyAsks) {
  Start({"--fleet-min-ready", "1"});
  const std::string address = Seat("alice");
  TcpPeer player(address);
  ASSERT_TRUE(player.Send("{\"player\":\"alice\"}\n"));
  EXPECT_THAT(player.ReadLine(), Optional(HasSubstr("\"welcome\"")));
}

TEST_F(MakerServerTest, AGameThatCannotStartIsAFailureThatSaysWhy) {
  const std::string game = folder_.path() + "/game";
  std::ofstream(game) << "#!/nonexistent/interpreter\n";  // What is not there at all is refused at the start.
  std::filesystem::permissions(game, std::filesystem::perms::owner_all);
  Start({}, game + " --port {port}");
  EXPECT_EQ(Ask("POST", "alice").status, 202);
  const HttpReply failed = Await("alice");
  EXPECT_EQ(failed.status, 503);
  EXPECT_THAT(failed.body, HasSubstr("cannot run '" + game + "'"));
  EXPECT_EQ(Ask("GET", "bob").status, 404) << "the maker itself is well";
  EXPECT_EQ(maker_->Terminate(), 0);
  EXPECT_THAT(maker_->process().errors(), HasSubstr("fleet default: its command has no {control_port}"));
}

TEST_F(MakerServerTest, TokensAndTicketsWhereTheyAreRequired) {
  const auto auth = StartAuth(folder_);
  Start({"--jwks", JwksUrl(*auth)});
  const auto ann = SignUp("ann", *auth);
  const std::string bearer = "Bearer " + ann->tokens().access_token;
  std::string forged = bearer;
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  for (const std::string& value :
       {std::string(), std::string("ann"), std::string("Bearer "), std::string("Bearer no.token.atall"),
        ann->tokens().access_token, forged, "bearer" + bearer}) {
    const HttpReply refused = Ask("POST", value);
    EXPECT_EQ(refused.status, 401) << value;
    EXPECT_EQ(refused.body, "Unauthorized") << value;
  }

  const HttpReply asked = Ask("POST", bearer, "", "application/json");
  EXPECT_EQ(asked.status, 202);
  EXPECT_THAT(asked.body, HasSubstr("\"pending\""));
  const HttpReply seated = Await(bearer, "application/json");
  ASSERT_EQ(seated.status, 200) << seated.body;
  const auto json = nlohmann::json::parse(seated.body, nullptr, false);
  ASSERT_TRUE(json.is_object()) << seated.body;
  EXPECT_EQ(json.value("status", ""), "ready");
  const std::string address = json.value("host", "") + ":" + std::to_string(json.value("port", 0));
  const std::string hello = "{\"ticket\":\"" + json.value("ticket", "") + "\"}\n";

  TcpPeer bare(address);
  ASSERT_TRUE(bare.Send("{\"player\":\"" + ann->tokens().user_id + "\"}\n"));
  EXPECT_THAT(bare.ReadToEnd(), Optional(HasSubstr("join ticket")));
  TcpPeer player(address);
  ASSERT_TRUE(player.Send(hello));
  EXPECT_THAT(player.ReadLine(), Optional(HasSubstr(ann->tokens().user_id)));
  TcpPeer copycat(address);
  ASSERT_TRUE(copycat.Send(hello));
  EXPECT_THAT(copycat.ReadToEnd(), Optional(HasSubstr("\"error\"")));

  const auto bob = SignUp("bob", *auth);
  EXPECT_EQ(Ask("GET", "Bearer " + bob->tokens().access_token).status, 404)
      << "a request is its owner's alone";
  // Only for a token that was good once: fleets are for operators.
  const auto player_client = ClientOf(auth.get(), nullptr, maker_.get());
  player_client->SetTokens(ann->tokens());
  EXPECT_EQ(player_client->fleets().ListGameServers({.fleet = ""}).status().code(),
            StatusCode::kPermissionDenied);
}

TEST_F(MakerServerTest, TellsOpsHowItIs) {
  Start();
  for (const char* page : {"/healthz", "/readyz", "/metrics", "/version"}) {
    const auto reply = http::Fetch(http_, {.url = "http://" + maker_->address("ops") + page});
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->status, 200) << page;
  }
}

}  // namespace
}  // namespace oofgg::testing
