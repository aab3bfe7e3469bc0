#include "wire/websocket.h"

#include <gtest/gtest.h>

#include <limits>

#include "v1/api/common/global_service.pb.h"

namespace oofgg::wire {
namespace {

using ::v1::api::common::WebSocketMessage;

TEST(WebSocketMessageTest, AGameEventIsTheEvent) {
  GameEvent event;
  event.name = "move";
  event.session_id = "s";
  event.player_id = "ann";
  event.data = "{}";
  event.attributes = {{"a", 5}, {"b", "text"}};
  event.sequence = 7;
  event.to_player_ids = {"bob"};
  const auto read = DecodeWebSocketMessage(EncodeWebSocketEvent(event));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->name, "move");
  EXPECT_EQ(read->session_id, "s");
  EXPECT_EQ(read->data, "{}");
  EXPECT_EQ(read->attributes, event.attributes);
  EXPECT_EQ(read->sequence, 7U);
  EXPECT_EQ(read->to_player_ids, event.to_player_ids);
}

TEST(WebSocketMessageTest, APlayersActionIsAnEventToo) {
  WebSocketMessage message;
  auto& action = *message.mutable_player_action();
  action.set_session_id("s");
  action.set_type(::v1::api::player::SHOOT);
  action.mutable_position()->set_x(1.5F);
  action.mutable_velocity()->set_z(-2);
  (*action.mutable_action())["weapon"].set_string_value("bow");
  const auto event = DecodeWebSocketMessage(message.SerializeAsString());
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(event->name, "shoot");
  EXPECT_EQ(event->type, EventType::kAction);
  EXPECT_EQ(event->session_id, "s");
  EXPECT_EQ(event->attributes, (Attributes{{"weapon", "bow"}}));
  EXPECT_EQ(event->data, R"({"position":{"x":1.5,"y":0,"z":0},"velocity":{"x":0,"y":0,"z":-2}})");
  action.clear_position();
  action.clear_velocity();
  EXPECT_EQ(DecodeWebSocketMessage(message.SerializeAsString())->data, "");
}

TEST(WebSocketMessageTest, WhatClientsDoNotSendIsRefused) {
  WebSocketMessage nothing;
  WebSocketMessage global;
  global.mutable_global_event();
  WebSocketMessage nowhere;
  nowhere.mutable_player_action()->mutable_position()->set_y(std::numeric_limits<float>::quiet_NaN());
  WebSocketMessage unknown;
  unknown.mutable_player_action()->set_type(static_cast<::v1::api::player::ActionType>(99));
  for (const WebSocketMessage& message : {nothing, global, nowhere, unknown}) {
    EXPECT_EQ(DecodeWebSocketMessage(message.SerializeAsString()).status().code(),
              StatusCode::kInvalidArgument)
        << message.DebugString();
  }
  EXPECT_EQ(DecodeWebSocketMessage("\xff\xff").status().code(), StatusCode::kInvalidArgument);
}

TEST(WebSocketMessageTest, AnErrorIsAResponse) {
  WebSocketMessage message;
  ASSERT_TRUE(message.ParseFromString(
      EncodeWebSocketError("s", WithReason(MakeStatus(StatusCode::kAborted, "too slow"), "SLOW_CONSUMER"))));
  EXPECT_EQ(message.response().code(), 10);
  EXPECT_EQ(message.response().message(), "too slow");
  EXPECT_EQ(message.response().error().details(0), "SLOW_CONSUMER");
  EXPECT_EQ(message.response().error().details(1), "session_id:s");
}

}  // namespace
}  // namespace oofgg::wire
