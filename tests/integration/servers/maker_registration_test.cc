// Game servers that the maker did not start: each registers itself through the SDK, and players find it.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "oofgg/game_server.h"
#include "tests/integration/servers/maker_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/redis_server.h"

namespace oofgg::testing {
namespace {

using ::testing::HasSubstr;

/// A game server of the test's own: what oofgg::GameServer does, registered by oofgg::Client.
class Metal {
 public:
  Metal(const std::string& instance, Client& client) : client_(client) {
    GameServerOptions options;
    options.control_listen = "127.0.0.1:0";
    options.slots = 2;
    options.server_id = "metal." + instance;
    options.registers = true;
    server_ = std::move(GameServer::Start(options, [](std::string_view) {}).value());
    request_ = {.id = "metal",
                .instance = instance,
                .address = "play.example:3101",
                .control = ":" + std::to_string(server_->control_port())};
  }

  Status Register() {
    auto registration = client_.fleets().KeepRegistered(
        {.server = request_, .report = [this] {
           const GameServerLoad load = server_->load();
           return ReportGameServerRequest{
               .slots = load.slots, .reserved = load.reserved, .players = load.players};
         }});
    if (!registration.ok()) return registration.status();
    registration_ = *std::move(registration);
    server_->SetMakerKeys(auth::Jwks::Parse(registration_->lease().maker_keys).value());
    return {};
  }
  GameServer& server() { return *server_; }
  ServerRegistration& registration() { return *registration_; }
  RegisterGameServerRequest& request() { return request_; }

 private:
  Client& client_;
  RegisterGameServerRequest request_;
  std::unique_ptr<GameServer> server_;
  std::unique_ptr<ServerRegistration> registration_;
};

class MakerRegistrationTest : public MakerFixture {
 protected:
  MakerRegistrationTest() {
    auth_ = StartAuth(folder_);
    StartAMaker();
    const auto made =
        AdminOf(folder_, *auth_)->admin().CreateServiceCredential({.name = "metal", .game_id = {}});
    EXPECT_TRUE(made.ok()) << made.status();
    credential_ = made->credential;
    client_ = ClientOfMaker();
    player_ = SignUp("ann", *auth_, nullptr, maker_.get());
    bearer_ = "Bearer " + player_->tokens().access_token;
  }

  std::unique_ptr<Client> ClientOfMaker() {
    ClientOptions options;
    options.service_credential = credential_;
    return ClientOf(auth_.get(), nullptr, maker_.get(), std::move(options));
  }
  bool MakerHasTheFleet() {
    const auto metrics = http::Fetch(http_, {.url = "http://" + maker_->address("ops") + "/metrics"});
    return metrics.ok() && metrics->body.find("oofgg_fleet_held{fleet=\"default\"} 1") != std::string::npos;
  }
  void StartAMaker() { Start({"--jwks", JwksUrl(*auth_), "--container-backend", "none"}); }

  /// The answer's JSON once it is no longer pending.
  nlohmann::json Seated() {
    return nlohmann::json::parse(Await(bearer_, "application/json").body, nullptr, false);
  }

  std::unique_ptr<RunningServer> auth_;
  std::string credential_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<Client> player_;
  std::string bearer_;
};

TEST_F(MakerRegistrationTest, FromRegistrationToAPlayerOnTheServer) {
  EXPECT_EQ(Ask("POST", bearer_).status, 202) << "there is no server, and none can be started";
  Metal metal("run1", *client_);
  ASSERT_TRUE(metal.Register().ok());
  EXPECT_EQ(metal.registration().lease().server_id, "metal.run1");
  const auto seated = Seated();
  ASSERT_EQ(seated.value("status", ""), "ready") << seated;
  EXPECT_EQ(seated.value("host", ""), "play.example");
  EXPECT_EQ(seated.value("port", 0), 3101);
  const std::string ticket = seated.value("ticket", "");
  const auto admitted = metal.server().Admit(ticket);
  ASSERT_TRUE(admitted.ok()) << admitted.status();
  EXPECT_EQ(admitted->player_id, player_->tokens().user_id);
  EXPECT_EQ(metal.server().Admit(ticket).status().code(), StatusCode::kAlreadyExists);

  const auto servers = client_->fleets().ListGameServers({});
  ASSERT_TRUE(servers.ok()) << servers.status();
  ASSERT_EQ(servers->servers.size(), 1U);
  EXPECT_EQ(servers->servers[0].id, "metal.run1");
  EXPECT_EQ(servers->servers[0].slots, 2U);

  ASSERT_TRUE(metal.registration().SignOff("maintenance").ok());
  EXPECT_TRUE(Eventually([&] { return client_->fleets().ListGameServers({})->servers.empty(); }));
  EXPECT_EQ(Ask("POST", bearer_).status, 202) << "and ann waits for the next one";
}

TEST_F(MakerRegistrationTest, ASeatOutlivesAKilledMaker) {
  Metal metal("run1", *client_);
  ASSERT_TRUE(metal.Register().ok());
  Ask("POST", bearer_);
  ASSERT_EQ(Seated().value("status", ""), "ready");
  maker_->Kill();
  StartAMaker();
  EXPECT_EQ(Seated().value("status", ""), "ready") << "though nobody has registered again";
  EXPECT_EQ(metal.server().load().reserved, 1U);
}

TEST_F(MakerRegistrationTest, TheMakerThatTakesTheFleetOverKnowsWhoRegistered) {
  const RedisServer redis({"--appendonly", "no"});
  const std::vector<std::string> flags{"--jwks",  JwksUrl(*auth_), "--container-backend",    "none",
                                       "--redis", redis.url(),     "--allow-volatile-redis", "--fleet-lease",
                                       "1000"};
  Start(flags);
  ASSERT_TRUE(Eventually([&] { return MakerHasTheFleet(); }));
  const auto client = ClientOfMaker();
  Metal metal("run1", *client);
  ASSERT_TRUE(metal.Register().ok());
  Ask("POST", bearer_);
  ASSERT_EQ(Seated().value("status", ""), "ready");

  auto next = StartMaker(folder_, flags);
  maker_->Kill();  // And with it the only one that the server could report to.
  maker_ = std::move(next);
  ASSERT_TRUE(Eventually([&] { return MakerHasTheFleet(); }));
  const auto operating = ClientOfMaker();
  EXPECT_TRUE(Eventually([&] {
    const auto servers = operating->fleets().ListGameServers({});
    return servers.ok() && servers->servers.size() == 1 && servers->servers[0].id == "metal.run1";
  }));
  EXPECT_EQ(Seated().value("status", ""), "ready");
  EXPECT_EQ(metal.server().load().reserved, 1U);
  EXPECT_EQ(Ask("DELETE", bearer_).status, 200);
  EXPECT_TRUE(Eventually([&] { return metal.server().load().reserved == 0; }));
}

TEST_F(MakerRegistrationTest, ARestartedServerIsAnotherOneAndOldTicketsAreVoid) {
  std::string ticket;
  {
    Metal first("run1", *client_);
    ASSERT_TRUE(first.Register().ok());
    Ask("POST", bearer_);
    ticket = Seated().value("ticket", "");
  }
  Metal second("run2", *client_);
  ASSERT_TRUE(second.Register().ok());
  ASSERT_TRUE(Eventually([&] {
    Ask("POST", bearer_);
    return second.server().load().reserved == 1;
  }));
  EXPECT_EQ(ReasonOf(second.server().Admit(ticket).status()), "TOKEN_AUDIENCE_WRONG");
  EXPECT_TRUE(second.server().Admit(Seated().value("ticket", "")).ok());
}

TEST_F(MakerRegistrationTest, PlayersMayNotAndNobodyPointsTheMakerElsewhere) {
  RegisterGameServerRequest request = Metal("run1", *client_).request();
  EXPECT_EQ(player_->fleets().RegisterGameServer(request).status().code(), StatusCode::kPermissionDenied);
  request.control = "192.0.2.1:80";
  EXPECT_EQ(ReasonOf(client_->fleets().RegisterGameServer(request).status()), "CONTROL_ADDRESS");
  EXPECT_EQ(client_->fleets().ReportGameServer({.server_id = "metal.run1"}).status().code(),
            StatusCode::kNotFound);
}

}  // namespace
}  // namespace oofgg::testing
