// What goes through WebSockets.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/unit/net_websocket/websocket_fixture.h"
#include "v1/api/common/global_service.pb.h"

namespace oofgg::net {
namespace {

using nlohmann::json;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::v1::api::common::WebSocketMessage;

class WebSocketEventsTest : public WebSocketTest {
 protected:
  static json Read(WebSocketPeer& peer) {
    const std::string text = peer.Message();
    json message = json::parse(text, nullptr, false);
    EXPECT_TRUE(message.is_object()) << text;
    return message.is_object() ? message : json::object();
  }
  static WebSocketMessage ReadBinary(WebSocketPeer& peer) {
    WebSocketMessage message;
    EXPECT_TRUE(message.ParseFromString(peer.Message()));
    return message;
  }
};

TEST_F(WebSocketEventsTest, AnEventReachesTheOtherMembers) {
  const auto ann = Connect("ann");
  const auto bob = Connect("bob");
  const auto eve = Connect("eve", "t");
  ann->SendText(R"({"type":"move","data":{"x":1},"extra":true})");
  EXPECT_EQ(Read(*bob), (json{{"type", "move"},
                              {"data", {{"x", 1}}},
                              {"extra", true},
                              {"instance_id", "s"},
                              {"player_id", "ann"},
                              {"seq", 1}}));
  bob->SendText(R"({"type":"answer"})");
  EXPECT_EQ(Read(*ann), (json{{"type", "answer"}, {"instance_id", "s"}, {"player_id", "bob"}, {"seq", 2}}))
      << "and not what she said herself";
  EXPECT_TRUE(eve->IsSilent());
}

TEST_F(WebSocketEventsTest, AnEventReachesMoreMembersThanAThreadTellsAtOnce) {
  const auto ann = Connect("ann");
  std::vector<std::unique_ptr<WebSocketPeer>> others;
  for (int i = 0; i < 100; ++i) others.push_back(Connect("player-" + std::to_string(i)));
  ann->SendText(R"({"type":"first"})");
  ann->SendText(R"({"type":"second"})");
  for (const auto& other : others) {
    EXPECT_EQ(Read(*other)["type"], "first");
    EXPECT_EQ(Read(*other)["type"], "second");
  }
}

TEST_F(WebSocketEventsTest, WhatHasToBeWaitedForKeepsItsPlaceAmongMessages) {
  const auto ann = Connect("ann");
  const auto bob = Connect("bob");
  ann->SendText(R"({"type":"before"})");
  ann->SendText(R"({"type":"subscribe","instance_id":"t"})");
  ann->SendText(R"({"type":"there","instance_id":"t"})");
  ann->SendText(R"({"type":"after"})");
  EXPECT_EQ(Read(*ann), (json{{"type", "subscribed"}, {"instance_id", "t"}}));
  EXPECT_EQ(Read(*bob)["type"], "before");
  EXPECT_EQ(Read(*bob)["type"], "after");
  EXPECT_EQ(sessions_.events("t").size(), 1U);
}

TEST_F(WebSocketEventsTest, ASessionThatIsNotAtHandIsServedByWorkers) {
  const auto ann = Connect("ann", "slow");
  const auto bob = Connect("bob", "slow");
  ann->SendText(R"({"type":"move"})");
  EXPECT_EQ(Read(*bob)["type"], "move");
}

TEST_F(WebSocketEventsTest, WithEchoTheSenderHearsItToo) {
  const auto ann = Connect("ann", "s", "&echo=1");
  ann->SendText(R"({"type":"move"})");
  EXPECT_EQ(Read(*ann), (json{{"type", "move"}, {"instance_id", "s"}, {"player_id", "ann"}, {"seq", 1}}));
}

TEST_F(WebSocketEventsTest, WhatTheServerSaysOfAPlayerIsNewsToThemToo) {
  const auto ann = Connect("ann");
  GameEvent event;
  event.name = "joined";
  event.session_id = "s";
  event.player_id = "ann";
  event.type = EventType::kSystem;
  event.attributes["team_id"] = "red";
  sessions_.Say(event);
  EXPECT_EQ(Read(*ann), (json{{"type", "joined"},
                              {"instance_id", "s"},
                              {"player_id", "ann"},
                              {"seq", 1},
                              {"attributes", {{"team_id", "red"}}}}));
}

TEST_F(WebSocketEventsTest, WhatOnlyTellsAPlaceIsNoMessage) {
  const auto ann = Connect("ann");
  sessions_.Say({.session_id = "s"});
  sessions_.Say({.name = "next", .session_id = "s"});
  EXPECT_EQ(Read(*ann), (json{{"type", "next"}, {"instance_id", "s"}, {"seq", 2}}));
}

TEST_F(WebSocketEventsTest, MoreSessionsAreSubscribedTo) {
  const auto ann = Connect("ann");
  const auto bob = Connect("bob", "t");
  ann->SendText(R"({"type":"subscribe","instance_id":"t"})");
  EXPECT_EQ(ann->Message(), R"({"type":"subscribed","instance_id":"t"})");
  ann->SendText(R"({"type":"subscribe","instance_id":"t"})");
  EXPECT_EQ(ann->Message(), R"({"type":"subscribed","instance_id":"t"})") << "as often as it likes";
  EXPECT_EQ(sessions_.streams(), 3U);
  bob->SendText(R"({"type":"hello"})");
  EXPECT_EQ(Read(*ann)["instance_id"], "t");
  ann->SendText(R"({"type":"hello back","instance_id":"t"})");
  EXPECT_EQ(Read(*bob)["type"], "hello back");
  ann->SendText(R"({"type":"elsewhere","instance_id":"u"})");
  const json refused = Read(*ann);
  EXPECT_EQ(refused["type"], "error");
  EXPECT_EQ(refused["instance_id"], "u");
  EXPECT_EQ(refused["reason"], "NOT_SUBSCRIBED");
}

TEST_F(WebSocketEventsTest, AConnectionWithoutASessionOfItsOwn) {
  const auto ann = Connect("ann", "");
  ann->SendText(R"({"type":"move"})");
  EXPECT_THAT(Read(*ann)["error"], HasSubstr("instance_id"));
  ann->SendText(R"({"type":"subscribe"})");
  EXPECT_THAT(Read(*ann)["error"], HasSubstr("instance_id"));
  ann->SendText(R"({"type":"subscribe","instance_id":"s"})");
  EXPECT_EQ(Read(*ann)["type"], "subscribed");
}

TEST_F(WebSocketEventsTest, SessionsOfOneConnectionAreLimited) {
  Listen({.max_sessions = 2});
  const auto ann = Connect("ann");
  ann->SendText(R"({"type":"subscribe","instance_id":"t"})");
  EXPECT_EQ(Read(*ann)["type"], "subscribed");
  ann->SendText(R"({"type":"subscribe","instance_id":"u"})");
  EXPECT_EQ(Read(*ann)["code"], "RESOURCE_EXHAUSTED");
}

TEST_F(WebSocketEventsTest, ThePathsSessionThatIsNotToBeHadEndsTheConnection) {
  for (const auto& [session, close] :
       {std::pair("forbidden", "<close 4403>"), std::pair("missing", "<close 4404>")}) {
    const auto ann = Ask(std::string("/") + session + "?token=ann", 101);
    const json told = Read(*ann);
    EXPECT_EQ(told["type"], "error");
    EXPECT_EQ(told["instance_id"], session);
    EXPECT_EQ(ann->Message(), close);
    EXPECT_EQ(ann->ReadToEnd(), "");
  }
  const auto ann = Ask("/away?token=ann", 101);
  EXPECT_EQ(Read(*ann)["code"], "UNAVAILABLE");
  EXPECT_THAT(ann->Message(), AnyOf("<end>", "<reset>")) << "so that the SDK tries again";
}

TEST_F(WebSocketEventsTest, ASubscriptionThatIsRefusedLeavesTheOthers) {
  const auto ann = Connect("ann");
  for (const char* session : {"forbidden", "missing", "away"}) {
    ann->SendText(std::string(R"({"type":"subscribe","instance_id":")") + session + "\"}");
    const json told = Read(*ann);
    EXPECT_EQ(told["type"], "error");
    EXPECT_EQ(told["instance_id"], session);
  }
  const auto bob = Connect("bob");
  bob->SendText(R"({"type":"x"})");
  EXPECT_EQ(Read(*ann)["type"], "x");
}

TEST_F(WebSocketEventsTest, AfterABreakItGoesOnBehindTheLastNumber) {
  const auto ann = Connect("ann");
  const auto watcher = Connect("watcher");
  for (int i = 1; i <= 5; ++i) ann->SendText(R"({"type":"x","data":)" + std::to_string(i) + "}");
  EXPECT_EQ(Read(*watcher)["seq"], 1);
  watcher->MessageWith("\"seq\":5");
  const auto bob = Connect("bob", "s", "&seq=3");
  EXPECT_EQ(Read(*bob)["seq"], 4);
  EXPECT_EQ(Read(*bob)["seq"], 5);
  const auto eve = Connect("eve", "");
  eve->SendText(R"({"type":"subscribe","instance_id":"s","seq":4})");
  EXPECT_EQ(Read(*eve)["type"], "subscribed");
  EXPECT_EQ(Read(*eve)["seq"], 5);
}

TEST_F(WebSocketEventsTest, EventsThatAreGoneAreNamed) {
  const auto ann = Connect("ann");
  ann->SendText(R"({"type":"subscribe","instance_id":"t","seq":9})");
  const json told = Read(*ann);
  EXPECT_EQ(told["reason"], "EVENTS_GONE");
  EXPECT_EQ(told["error"], "events 1 to 5 are gone");
  ann->SendText(R"({"type":"subscribe","instance_id":"t"})");
  EXPECT_EQ(Read(*ann)["type"], "subscribed") << "the connection is as good as before";
  const auto bob = Ask("/s?token=bob&seq=9", 101);
  EXPECT_EQ(Read(*bob)["reason"], "EVENTS_GONE");
  EXPECT_EQ(bob->Message(), "<close 4416>");
}

TEST_F(WebSocketEventsTest, WhoIsTooSlowIsToldWhatIsLostAndDroppedSoAsToComeBack) {
  const auto ann = Connect("ann");
  sessions_.End("s", WithReason(MakeStatus(StatusCode::kAborted, "events 3 to 9 are lost"), "SLOW_CONSUMER"));
  const json told = Read(*ann);
  EXPECT_EQ(told["reason"], "SLOW_CONSUMER");
  EXPECT_EQ(told["error"], "events 3 to 9 are lost");
  EXPECT_EQ(ann->Message(), "<end>");
}

TEST_F(WebSocketEventsTest, EventsThatAreLostOnTheWayAreNamedAndTheClientIsDroppedSoAsToComeBack) {
  const auto ann = Connect("ann");
  ann->SendText(R"({"type":"move"})");
  Eventually("it is stored", [&] { return !sessions_.events("s").empty(); });
  const auto bob = Connect("bob", "s", "&seq=1");
  ann->SendText(R"({"type":"move"})");
  EXPECT_EQ(Read(*bob)["seq"], 2);
  sessions_.End("s",
                WithReason(MakeStatus(StatusCode::kOutOfRange, "events 3 to 9 are lost"), "EVENTS_GONE"));
  for (WebSocketPeer* peer : {ann.get(), bob.get()}) {
    EXPECT_EQ(Read(*peer)["reason"], "EVENTS_GONE");
    EXPECT_EQ(peer->Message(), "<end>");
  }
}

TEST_F(WebSocketEventsTest, WhereEventsTurnOutToBeGoneBeforeAnyCameItIsClosed) {
  const auto ann = Connect("ann");
  ann->SendText(R"({"type":"move"})");
  Eventually("it is stored", [&] { return !sessions_.events("s").empty(); });
  const auto bob = Connect("bob", "s", "&seq=1");
  sessions_.End("s",
                WithReason(MakeStatus(StatusCode::kOutOfRange, "events 2 to 9 are gone"), "EVENTS_GONE"));
  EXPECT_EQ(Read(*bob)["reason"], "EVENTS_GONE");
  EXPECT_EQ(bob->Message(), "<close 4416>");
}

TEST_F(WebSocketEventsTest, ASessionThatEndsLeavesTheConnection) {
  const auto ann = Connect("ann");
  ann->SendText(R"({"type":"subscribe","instance_id":"t"})");
  EXPECT_EQ(Read(*ann)["type"], "subscribed");
  const Status over =
      WithReason(MakeStatus(StatusCode::kFailedPrecondition, "the session is over"), "SESSION_OVER");
  sessions_.Say({.name = "last", .session_id = "s"});
  sessions_.End("s", over);
  EXPECT_EQ(Read(*ann)["type"], "last") << "what was said before comes before";
  const json told = Read(*ann);
  EXPECT_EQ(told["reason"], "SESSION_OVER");
  EXPECT_EQ(told["instance_id"], "s");
  sessions_.Say({.name = "still here", .session_id = "t"});
  EXPECT_EQ(Read(*ann)["type"], "still here");
}

TEST_F(WebSocketEventsTest, WhereThePathsSessionIsLostForAMomentTheClientComesBack) {
  const auto ann = Connect("ann");
  sessions_.End("s", MakeStatus(StatusCode::kUnavailable, "the store is away"));
  EXPECT_EQ(Read(*ann)["code"], "UNAVAILABLE");
  EXPECT_THAT(ann->Message(), AnyOf("<end>", "<reset>"));
}

TEST_F(WebSocketEventsTest, AnEventThatIsNotTakenCostsOnlyItself) {
  const auto ann = Connect("ann");
  const auto bob = Connect("bob");
  for (const char* type : {"joined", "left", "session", "entity", "subscribed", "error"}) {
    ann->SendText(std::string(R"({"type":")") + type + "\"}");
    EXPECT_EQ(Read(*ann)["code"], "INVALID_ARGUMENT") << type;
  }
  ann->SendText(R"({"type":"too fast"})");
  const json told = Read(*ann);
  EXPECT_EQ(told["instance_id"], "s");
  EXPECT_EQ(told["retry_after_ms"], 10);
  ann->SendText("no JSON");
  EXPECT_EQ(Read(*ann)["type"], "error");
  ann->SendText(R"({"type":"right"})");
  EXPECT_EQ(Read(*bob)["type"], "right");
}

TEST_F(WebSocketEventsTest, WhoSpeaksBinaryHearsBinary) {
  const auto ann = Connect("ann");
  const auto bob = Connect("bob", "s", "&echo=1");
  WebSocketMessage message;
  message.mutable_game_event()->set_event_name("move");
  message.mutable_game_event()->set_data("{\"x\":1}");
  (*message.mutable_game_event()->mutable_attributes())["speed"].set_int_value(5);
  bob->SendBinary(message.SerializeAsString());
  const auto echo = ReadBinary(*bob).game_event();
  EXPECT_EQ(echo.event_name(), "move");
  EXPECT_EQ(echo.player_id(), "bob");
  EXPECT_EQ(echo.session_id(), "s");
  EXPECT_EQ(echo.sequence(), 1U);
  EXPECT_EQ(Read(*ann), (json{{"type", "move"},
                              {"data", {{"x", 1}}},
                              {"attributes", {{"speed", 5}}},
                              {"instance_id", "s"},
                              {"player_id", "bob"},
                              {"seq", 1}}));
  ann->SendText(R"({"type":"text","data":[1,2],"attributes":{"a":true}})");
  const auto heard = ReadBinary(*bob).game_event();
  EXPECT_EQ(heard.event_name(), "text");
  EXPECT_EQ(heard.data(), "[1,2]");
  EXPECT_TRUE(heard.attributes().at("a").bool_value());
}

TEST_F(WebSocketEventsTest, SubscriptionsAndErrorsInBinary) {
  const auto ann = Connect("ann", "");
  WebSocketMessage subscribe;
  subscribe.mutable_game_event()->set_event_name("subscribe");
  subscribe.mutable_game_event()->set_session_id("s");
  ann->SendBinary(subscribe.SerializeAsString());
  const auto subscribed = ReadBinary(*ann).game_event();
  EXPECT_EQ(subscribed.event_name(), "subscribed");
  EXPECT_EQ(subscribed.session_id(), "s");
  subscribe.mutable_game_event()->set_session_id("t");
  subscribe.mutable_game_event()->set_sequence(9);
  ann->SendBinary(subscribe.SerializeAsString());
  const auto response = ReadBinary(*ann).response();
  EXPECT_EQ(response.code(), static_cast<int>(StatusCode::kOutOfRange));
  EXPECT_EQ(response.message(), "events 1 to 5 are gone");
  EXPECT_EQ(response.error().details(0), "EVENTS_GONE");
  EXPECT_EQ(response.error().details(1), "session_id:t");
  ann->SendBinary("\xff\xff");
  EXPECT_EQ(ReadBinary(*ann).response().code(), static_cast<int>(StatusCode::kInvalidArgument));
  ann->SendText("{}");
  EXPECT_EQ(Read(*ann)["type"], "error") << "text again";
}

TEST_F(WebSocketEventsTest, ManyEventsKeepTheirOrder) {
  constexpr int kEvents = 1'500;
  const auto ann = Connect("ann");
  const auto bob = Connect("bob");
  std::string burst;
  for (int i = 1; i <= kEvents; ++i) {
    burst += testing::MaskedFrame(0x81, R"({"type":"x","data":)" + std::to_string(i) + "}");
  }
  ann->Send(burst);
  for (int i = 1; i <= kEvents; ++i) {
    const json event = Read(*bob);
    ASSERT_EQ(event["seq"], i);
    ASSERT_EQ(event["data"], i);
  }
}

}  // namespace
}  // namespace oofgg::net
