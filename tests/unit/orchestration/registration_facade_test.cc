#include "orchestration/registration_facade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

class FakeRegistry final : public ServerRegistry {
 public:
  [[nodiscard]] milliseconds lease() const override { return milliseconds(15'000); }
  [[nodiscard]] Status Register(const ServerRegistration& registration) override {
    registered.push_back(registration);
    return answer;
  }
  [[nodiscard]] Status Report(std::string_view server_id, std::string_view owner,
                              const ServerReport& report) override {
    who = std::string(server_id) + " by " + std::string(owner);
    reported = report;
    return answer;
  }
  [[nodiscard]] Status Deregister(std::string_view server_id, std::string_view owner,
                                  std::string_view reason) override {
    who = std::string(server_id) + " by " + std::string(owner) + " for " + std::string(reason);
    return answer;
  }

  Status answer;
  std::vector<ServerRegistration> registered;
  std::string who;
  ServerReport reported;
};

CallContext By(std::string role, std::string peer = "10.0.0.7", std::string game = "") {
  return {.caller = Caller{.user_id = "svc-1", .role = std::move(role), .session_id = "s", .game_id = game},
          .bearer_token = {},
          .idempotency_key = {},
          .peer_address = std::move(peer)};
}

RegisterGameServerRequest Metal() {
  return {.id = "metal-1",
          .instance = "run1",
          .fleet = "arena",
          .address = "play.example:3101",
          .control = ":3100",
          .slots = 3};
}

class RegistrationFacadeTest : public ::testing::Test {
 protected:
  RegistrationFacadeTest() {
    facade_.AddFleet("arena");
    facade_.AddFleet("default");
    facade_.AddFleet("chess", "game-1");
  }
  StatusOr<GameServerLease> Register(const CallContext& context, const RegisterGameServerRequest& request) {
    return facade_.RegisterGameServer(context, request);
  }

  FakeRegistry registry_;
  RegistrationFacade facade_{
      registry_,
      {.control_networks =
           AddressList::Parse("192.168.0.0/16,2001:db8::/32,::1,169.254.0.0/16,224.0.0.0/4,127.0.0.0/8")
               .value(),
       .maker_keys = "{\"keys\":[]}"}};
};

TEST_F(RegistrationFacadeTest, RegistersAServerAtTheAddressItCallsFrom) {
  const auto lease = Register(By("service"), Metal());
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_EQ(lease->server_id, "metal-1.run1");
  EXPECT_EQ(lease->lease, milliseconds(15'000));
  EXPECT_EQ(lease->maker_keys, "{\"keys\":[]}");
  ASSERT_EQ(registry_.registered.size(), 1U);
  EXPECT_EQ(registry_.registered[0], (ServerRegistration{.name = "metal-1",
                                                         .instance = "run1",
                                                         .owner = "svc-1",
                                                         .fleet = "arena",
                                                         .host = "play.example",
                                                         .port = 3101,
                                                         .control = "10.0.0.7:3100",
                                                         .slots = 3}));
}

TEST_F(RegistrationFacadeTest, DefaultsAreTheFleetAndTheCallersOwnAddress) {
  auto request = Metal();
  request.fleet.clear();
  request.address = ":3101";
  ASSERT_TRUE(Register(By("admin", "2001:db8::7"), request).ok());
  EXPECT_EQ(registry_.registered[0].fleet, "default");
  EXPECT_EQ(registry_.registered[0].host, "2001:db8::7");
  EXPECT_EQ(registry_.registered[0].control, "[2001:db8::7]:3100");
}

TEST_F(RegistrationFacadeTest, EveryCallNeedsTheRole) {
  for (const char* role : {"user", "developer", ""}) {
    const auto context = By(role);
    EXPECT_EQ(Register(context, Metal()).status().code(), StatusCode::kPermissionDenied) << role;
    EXPECT_EQ(facade_.ReportGameServer(context, {}).status().code(), StatusCode::kPermissionDenied);
    EXPECT_EQ(facade_.DeregisterGameServer(context, {}).status().code(), StatusCode::kPermissionDenied);
  }
  EXPECT_EQ(Register({}, Metal()).status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(facade_.ReportGameServer({}, {}).status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(facade_.DeregisterGameServer({}, {}).status().code(), StatusCode::kUnauthenticated);
  EXPECT_TRUE(registry_.registered.empty());
}

TEST_F(RegistrationFacadeTest, MalformedRequestsNameTheField) {
  struct Row {
    const char* field;
    std::function<void(RegisterGameServerRequest&)> spoil;
  };
  const Row rows[] = {
      {"id", [](auto& request) { request.id = ""; }},
      {"id", [](auto& request) { request.id = "a.b"; }},
      {"id", [](auto& request) { request.id = "../close"; }},
      {"id", [](auto& request) { request.id = std::string(65, 'a'); }},
      {"instance", [](auto& request) { request.instance = ""; }},
      {"instance", [](auto& request) { request.instance = "a b"; }},
      {"slots", [](auto& request) { request.slots = 100'001; }},
      {"address", [](auto& request) { request.address = ""; }},
      {"address", [](auto& request) { request.address = "play.example"; }},
      {"address", [](auto& request) { request.address = "play.example:0"; }},
      {"address", [](auto& request) { request.address = "http://play.example:80"; }},
      {"address", [](auto& request) { request.address = "a b:80"; }},
      {"address", [](auto& request) { request.address = std::string(254, 'a') + ":80"; }},
      {"control", [](auto& request) { request.control = ""; }},
      {"control", [](auto& request) { request.control = ":0"; }},
      {"control", [](auto& request) { request.control = "metal.example:3100"; }},
      {"control", [](auto& request) { request.control = "10.0.0.0/8:3100"; }},
      {"control", [](auto& request) { request.control = "10.0.0.7,10.0.0.8:3100"; }},
      {"control", [](auto& request) { request.control = "localhost:3100"; }},
  };
  for (const Row& row : rows) {
    auto request = Metal();
    row.spoil(request);
    const Status status = Register(By("service"), request).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << row.field << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.field));
  }
  EXPECT_EQ(Register(By("service", ""), Metal()).status().code(), StatusCode::kInvalidArgument)
      << "nobody knows where the call comes from";
  EXPECT_TRUE(registry_.registered.empty());
}

TEST_F(RegistrationFacadeTest, ControlAddressesAreTheCallersOwnOrWhatTheOperatorAllows) {
  struct Row {
    const char* peer;
    const char* control;
    bool allowed;
  };
  const Row rows[] = {
      {"10.0.0.7", "10.0.0.7:3100", true},      {"::ffff:10.0.0.7", "10.0.0.7:3100", true},
      {"127.0.0.1", "127.0.0.1:3100", true},    {"10.0.0.7", "192.168.3.4:3100", true},
      {"10.0.0.7", "[2001:db8::1]:3100", true}, {"10.0.0.7", "10.0.0.8:3100", false},
      {"10.0.0.7", "127.0.0.1:3100", false},    {"10.0.0.7", "[::ffff:127.0.0.1]:3100", false},
      {"10.0.0.7", "[::1]:3100", false},        {"10.0.0.7", "0.0.0.0:3100", false},
      {"10.0.0.7", "[::]:3100", false},         {"10.0.0.7", "169.254.169.254:80", false},
      {"10.0.0.7", "[fe80::1]:3100", false},    {"10.0.0.7", "224.0.0.1:3100", false},
  };
  for (const Row& row : rows) {
    auto request = Metal();
    request.control = row.control;
    const Status status = Register(By("service", row.peer), request).status();
    EXPECT_EQ(status.code(), row.allowed ? StatusCode::kOk : StatusCode::kPermissionDenied)
        << row.control << " from " << row.peer << ": " << status;
  }
}

TEST_F(RegistrationFacadeTest, FleetsAreThoseOfTheOperatorAndOfTheCredentialsGame) {
  auto request = Metal();
  request.fleet = "nowhere";
  EXPECT_EQ(Register(By("service"), request).status().code(), StatusCode::kNotFound);
  request.fleet = "chess";
  EXPECT_TRUE(Register(By("service", "10.0.0.7", "game-1"), request).ok());
  EXPECT_TRUE(Register(By("service"), request).ok());
  EXPECT_EQ(Register(By("service", "10.0.0.7", "game-2"), request).status().code(),
            StatusCode::kPermissionDenied);
  EXPECT_EQ(Register(By("service", "10.0.0.7", "game-1"), Metal()).status().code(),
            StatusCode::kPermissionDenied)
      << "players of other games are seated there too";
}

TEST_F(RegistrationFacadeTest, ReportsAreTheOwnersOrAnAdmins) {
  const auto lease = facade_.ReportGameServer(
      By("service"), {.server_id = "metal-1.run1", .slots = 4, .reserved = 1, .players = 2});
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_EQ(lease->server_id, "metal-1.run1");
  EXPECT_EQ(registry_.who, "metal-1.run1 by svc-1");
  EXPECT_EQ(registry_.reported.slots, 4U);
  EXPECT_EQ(registry_.reported.reserved, 2U) << "whoever plays has a seat";
  EXPECT_EQ(registry_.reported.state, GameServerState::kReady);
  ASSERT_TRUE(facade_.ReportGameServer(By("admin"), {.server_id = "x", .draining = true}).ok());
  EXPECT_EQ(registry_.who, "x by ") << "an admin may for all";
  EXPECT_EQ(registry_.reported.state, GameServerState::kDraining);
  ASSERT_TRUE(
      facade_.ReportGameServer(By("service"), {.server_id = "x", .draining = true, .unhealthy = true}).ok());
  EXPECT_EQ(registry_.reported.state, GameServerState::kSick);
  EXPECT_EQ(facade_.ReportGameServer(By("service"), {.server_id = "x", .players = 100'001}).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(RegistrationFacadeTest, WhatTheRegistryRefusesIsRefused) {
  registry_.answer = MakeStatus(StatusCode::kNotFound, "lapsed");
  EXPECT_EQ(Register(By("service"), Metal()).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(facade_.ReportGameServer(By("service"), {.server_id = "x"}).status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(facade_.DeregisterGameServer(By("service"), {.server_id = "x"}).status().code(),
            StatusCode::kNotFound);
}

TEST_F(RegistrationFacadeTest, SignsOffWithAReason) {
  ASSERT_TRUE(facade_.DeregisterGameServer(By("service"), {.server_id = "x", .reason = "upgrade"}).ok());
  EXPECT_EQ(registry_.who, "x by svc-1 for upgrade");
  EXPECT_EQ(facade_.DeregisterGameServer(By("service"), {.server_id = "x", .reason = std::string(201, 'a')})
                .status()
                .code(),
            StatusCode::kInvalidArgument);
}

TEST_F(RegistrationFacadeTest, NobodyJoinsAFleetThatCloses) {
  facade_.CloseFleet("arena");
  EXPECT_EQ(Register(By("service"), Metal()).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace oofgg::orchestration
