// WebSockets of oofgg-game as a process, beside players who speak gRPC.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/integration/servers/running_server.h"
#include "tests/support/eventually.h"
#include "tests/support/inbox.h"
#include "tests/support/websocket_peer.h"
#include "wire/websocket.h"

namespace oofgg::testing {
namespace {

using nlohmann::json;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class WebSocketServerTest : public ::testing::Test {
 protected:
  WebSocketServerTest() : auth_(StartAuth(folder_)) {
    const auto made =
        AdminOf(folder_, *auth_)->admin().CreateServiceCredential({.name = "game", .game_id = {}});
    EXPECT_TRUE(made.ok()) << made.status();
    const std::string credential = folder_.path() + "/credential";
    std::ofstream(credential) << made->credential << "\n";
    chmod(credential.c_str(), 0600);
    game_ = StartGame(
        folder_, *auth_,
        {"--games", "arena=Arena", "--auth", auth_->address("grpc"), "--service-credential", credential});
  }

  std::unique_ptr<Client> Enter(const std::string& name) { return SignUp(name, *auth_, game_.get()); }

  static std::string MakeSession(Client& host, const std::vector<Client*>& others) {
    const auto session = host.games().CreateSession({.game_id = "arena", .state = SessionState::kWaiting});
    EXPECT_TRUE(session.ok()) << session.status();
    for (Client* other : others) {
      JoinLeaveRequest join;
      join.game_id = "arena";
      join.session_id = session->id;
      EXPECT_TRUE(other->games().JoinLeave(join).ok());
    }
    return session->id;
  }

  /// A browser of `player`, as the public SDK connects.
  std::unique_ptr<WebSocketPeer> Browse(const Client& player, const std::string& session,
                                        const std::string& more = {}) {
    auto peer = std::make_unique<WebSocketPeer>(game_->address("websocket"));
    EXPECT_EQ(peer->Upgrade("/" + session + "?token=" + player.tokens().access_token + more,
                            "Origin: https://play.example\r\n"),
              101);
    return peer;
  }
  /// One that listens by now: it has been told of its subscription.
  std::unique_ptr<WebSocketPeer> Listen(const Client& player, const std::string& session,
                                        const std::string& more = {}) {
    auto peer = Browse(player, session, more);
    peer->SendText(R"({"type":"subscribe","instance_id":")" + session + "\"}");
    EXPECT_THAT(peer->MessageWith("subscribed"), HasSubstr(session));
    return peer;
  }

  TemporaryDirectory folder_;
  std::unique_ptr<RunningServer> auth_;
  std::unique_ptr<RunningServer> game_;
};

std::function<bool(const StatusOr<GameEvent>&)> Named(const std::string& name) {
  return [name](const StatusOr<GameEvent>& event) { return !event.ok() || event->name == name; };
}

TEST_F(WebSocketServerTest, ABrowserAndAGrpcPlayerShareASession) {
  Inbox<StatusOr<GameEvent>> bobs;
  const auto ann = Enter("ann");
  const auto bob = Enter("bob");
  const std::string session = MakeSession(*ann, {bob.get()});
  const auto browser = Listen(*ann, session);
  auto stream = bob->games().StreamEvents({.session_id = session},
                                          [&](StatusOr<GameEvent> event) { bobs.Put(std::move(event)); });
  ASSERT_TRUE(stream.Send({.name = "here"}).ok());
  ASSERT_TRUE(bobs.Next(Named("here")).has_value());
  EXPECT_THAT(browser->MessageWith("here"), HasSubstr(bob->tokens().user_id));

  browser->SendText(R"({"type":"move","data":{"x":1},"attributes":{"speed":5}})");
  const auto moved = bobs.Next(Named("move"));
  ASSERT_TRUE(moved.has_value() && moved->ok());
  EXPECT_EQ((*moved)->data, "{\"x\":1}");
  EXPECT_EQ((*moved)->attributes, (Attributes{{"speed", 5}}));
  EXPECT_EQ((*moved)->player_id, ann->tokens().user_id);

  ASSERT_TRUE(stream.Send({.name = "answer", .attributes = {{"ok", true}}, .data = "not JSON"}).ok());
  const json answer = json::parse(browser->MessageWith("answer"));
  EXPECT_EQ(answer.at("type"), "answer");
  EXPECT_EQ(answer.at("data"), "not JSON");
  EXPECT_EQ(answer.at("attributes"), (json{{"ok", true}}));
  EXPECT_EQ(answer.at("instance_id"), session);
  EXPECT_EQ(answer.at("seq"), (*moved)->sequence + 1);

  ASSERT_TRUE(
      bob->games()
          .CreateEntity({.session_id = session, .name = "ball", .controller = EntityController::kPlayer})
          .ok());
  const json entity = json::parse(browser->MessageWith("\"entity\""));
  EXPECT_EQ(entity.at("attributes").at("change"), "created");
  EXPECT_EQ(entity.at("data").at("name"), "ball");
}

TEST_F(WebSocketServerTest, TextAndBinaryEchoAndResume) {
  const auto ann = Enter("ann");
  const auto bob = Enter("bob");
  const std::string session = MakeSession(*ann, {bob.get()});
  const auto first = Listen(*ann, session);
  const auto second = Listen(*bob, session, "&echo=1");
  GameEvent event;
  event.name = "binary";
  second->SendBinary(wire::EncodeWebSocketEvent(event));
  const auto echo = wire::DecodeWebSocketMessage(second->Message());
  ASSERT_TRUE(echo.ok()) << echo.status();
  EXPECT_EQ(echo->name, "binary");
  const json heard = json::parse(first->MessageWith("binary"));
  EXPECT_EQ(heard.at("seq"), echo->sequence);

  second->SendText(R"({"type":"two","more":[1]})");
  EXPECT_THAT(second->MessageWith("two"), HasSubstr("[1]"));
  const auto resumed = Browse(*ann, session, "&seq=" + std::to_string(echo->sequence));
  const json two = json::parse(resumed->Message());
  EXPECT_EQ(two.at("type"), "two");
  EXPECT_EQ(two.at("more"), json({1}));
  const auto beyond = Browse(*ann, session, "&seq=99999");
  EXPECT_THAT(beyond->Message(), HasSubstr("\"type\":\"error\""));
  EXPECT_EQ(beyond->Message(), "<close 4400>");
}

TEST_F(WebSocketServerTest, NobodySpeaksForTheServer) {
  Inbox<StatusOr<GameEvent>> anns;
  const auto ann = Enter("ann");
  const std::string session = MakeSession(*ann, {});
  const auto browser = Listen(*ann, session, "&echo=1");
  for (const char* name : {"joined", "left", "session", "entity", "subscribed", "error"}) {
    browser->SendText(std::string(R"({"type":")") + name + "\"}");
    EXPECT_THAT(browser->Message(), HasSubstr("INVALID_ARGUMENT")) << name;
    auto stream = ann->games().StreamEvents({.session_id = session},
                                            [&](StatusOr<GameEvent> event) { anns.Put(std::move(event)); });
    ASSERT_TRUE(stream.Send({.name = name}).ok());
    const auto end = anns.Next([](const auto& event) { return !event.ok(); });
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ(end->status().code(), StatusCode::kInvalidArgument) << name << ": " << end->status();
  }
  browser->SendText(R"({"type":"fine"})");
  EXPECT_THAT(browser->MessageWith("fine"), StartsWith("{")) << "it has cost nothing else";
}

TEST_F(WebSocketServerTest, TooManyEventsCostOnlyThemselves) {
  const auto ann = Enter("ann");
  const std::string session = MakeSession(*ann, {});
  const auto browser = Listen(*ann, session, "&echo=1");
  for (int i = 0; i < 400; ++i) browser->SendText(R"({"type":"x"})");
  const json refused = json::parse(browser->MessageWith("RESOURCE_EXHAUSTED"));
  EXPECT_EQ(refused.at("type"), "error");
  EXPECT_TRUE(refused.contains("retry_after_ms"));
  ASSERT_TRUE(Eventually([&] {
    browser->SendText(R"({"type":"patient"})");
    return browser->MessageWith("").find("\"patient\"") != std::string::npos;
  }));
}

TEST_F(WebSocketServerTest, WhoIsNoMemberIsToldAndClosed) {
  const auto ann = Enter("ann");
  const auto eve = Enter("eve");
  const std::string session = MakeSession(*ann, {});
  const auto stranger = Browse(*eve, session);
  const json told = json::parse(stranger->Message());
  EXPECT_EQ(told.at("type"), "error");
  EXPECT_EQ(told.at("code"), "PERMISSION_DENIED");
  EXPECT_EQ(stranger->Message(), "<close 4403>");
  const auto lost = Browse(*eve, "no-such-session");
  EXPECT_THAT(lost->Message(), HasSubstr("NOT_FOUND"));
  EXPECT_EQ(lost->Message(), "<close 4404>");
}

TEST_F(WebSocketServerTest, WhoLeavesIsToldAndKeepsTheConnection) {
  const auto ann = Enter("ann");
  const auto bob = Enter("bob");
  const std::string session = MakeSession(*ann, {bob.get()});
  const auto anns = Listen(*ann, session);
  const auto bobs = Listen(*bob, session);
  JoinLeaveRequest leave;
  leave.game_id = "arena";
  leave.session_id = session;
  leave.action = JoinLeaveAction::kLeave;
  ASSERT_TRUE(bob->games().JoinLeave(leave).ok());
  EXPECT_THAT(bobs->MessageWith("\"error\""), HasSubstr(session));
  EXPECT_THAT(anns->MessageWith("\"left\""), HasSubstr(bob->tokens().user_id));
  bobs->SendFrame(0x89, "");
  EXPECT_EQ(bobs->Next()->opcode, 0xa);
}

TEST_F(WebSocketServerTest, ABadTokenIsA401) {
  for (const char* query : {"", "?token=", "?token=abc"}) {
    WebSocketPeer peer(game_->address("websocket"));
    EXPECT_EQ(peer.Upgrade(std::string("/s") + query), 401) << query;
  }
}

TEST_F(WebSocketServerTest, ALogoutClosesForGood) {
  const auto ann = Enter("ann");
  const std::string session = MakeSession(*ann, {});
  const auto browser = Listen(*ann, session);
  const std::string token = ann->tokens().access_token;
  ASSERT_TRUE(ann->account().Logout({}).ok());
  EXPECT_EQ(browser->MessageWith("<"), "<close 4401>");
  WebSocketPeer again(game_->address("websocket"));
  EXPECT_EQ(again.Upgrade("/" + session + "?token=" + token), 401);
}

TEST_F(WebSocketServerTest, ADrainDropsThem) {
  const auto ann = Enter("ann");
  const std::string session = MakeSession(*ann, {});
  const auto browser = Listen(*ann, session);
  game_->process().Signal(SIGTERM);
  EXPECT_THAT(browser->MessageWith("<"), AnyOf("<end>", "<reset>"))
      << "without a close, so that the SDK comes back";
  EXPECT_EQ(game_->process().Wait(), 0) << game_->process().errors();
}

}  // namespace
}  // namespace oofgg::testing
