#include "net/websocket/text_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "net/websocket/json_reader.h"

namespace oofgg::net {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

GameEvent EventOf(std::string_view text) {
  auto event = ReadTextMessage(text);
  EXPECT_TRUE(event.ok()) << text << ": " << event.status();
  return event.ok() ? *std::move(event) : GameEvent();
}

std::string FaultOf(std::string_view text) {
  const auto event = ReadTextMessage(text);
  EXPECT_EQ(event.status().code(), StatusCode::kInvalidArgument) << text;
  const auto message = event.status().message();
  return {message.data(), message.size()};
}

json MessageOf(const GameEvent& event) {
  std::string out;
  AppendTextEvent(out, event);
  return json::parse(out);
}

/// What the other members get of `text`.
json PassedOn(std::string_view text) {
  GameEvent event = EventOf(text);
  event.session_id = "theirs";
  event.player_id = "ann";
  event.sequence = 7;
  return MessageOf(event);
}

TEST(TextMessageTest, TheSdksFramesAreUnderstood) {
  const GameEvent subscribe = EventOf(R"({"type":"subscribe","instance_id":"s1"})");
  EXPECT_EQ(subscribe.name, kSubscribeType);
  EXPECT_EQ(subscribe.session_id, "s1");
  EXPECT_EQ(subscribe.sequence, 0U);

  const GameEvent bare = EventOf(R"({"type":"fire"})");
  EXPECT_EQ(bare.name, "fire");
  EXPECT_EQ(bare.session_id, "");
  EXPECT_EQ(bare.data, "") << "data undefined is left out";

  const GameEvent move = EventOf(R"({"type":"move","data":{"x":1,"y":[true,null]}})");
  EXPECT_EQ(move.name, "move");
  EXPECT_EQ(move.data, R"({"x":1,"y":[true,null]})");
  EXPECT_TRUE(move.attributes.empty());
}

TEST(TextMessageTest, ASubscriptionMayResume) {
  EXPECT_EQ(EventOf(R"({"type":"subscribe","instance_id":"s1","seq":4294967297})").sequence, 4294967297U);
  EXPECT_EQ(EventOf(R"({"type":"subscribe","instance_id":"s1","seq":null})").sequence, 0U);
  for (const char* bad : {"-1", "1.5", "\"1\"", "1e3", "99999999999999999999"}) {
    EXPECT_THAT(FaultOf(std::string(R"({"type":"subscribe","seq":)") + bad + "}"), HasSubstr("seq"));
  }
}

TEST(TextMessageTest, AMessageIsPassedOnWholeWithWhoAndWhere) {
  const json passed = PassedOn(
      R"({ "type" : "chat", "data": "hi", "room": {"id":[1]}, "error": "no", "attributes": {"a":{"b":1}},
           "instance_id":"mine", "player_id":"bob", "seq":99, "timestamp": 1.50 })");
  EXPECT_EQ(passed,
            json::parse(
                R"({"type":"chat","data":"hi","room":{"id":[1]},"error":"no","attributes":{"a":{"b":1}},
                            "instance_id":"theirs","player_id":"ann","seq":7,"timestamp":1.5})"));
}

TEST(TextMessageTest, DataIsAnyJson) {
  for (const char* data :
       {"null", "0", "-1.5e+3", "\"\\ud83d\\ude00 \\ud800\"", "[]", "{}", "false", "[[{}]]"}) {
    std::string out;
    AppendTextEvent(out, EventOf(std::string(R"({"type":"x","data":)") + data + "}"));
    EXPECT_THAT(out, HasSubstr(std::string("\"data\":") + data)) << "as it was written";
  }
}

TEST(TextMessageTest, AttributesTeamAndAddresseesAreThoseOfEvents) {
  const GameEvent event = EventOf(
      R"({"type":"x","attributes":{"a":"text","b":-3,"c":0.1,"d":true},"team_id":"red","to_player_ids":["ann","bob"]})");
  EXPECT_EQ(event.attributes, (Attributes{{"a", "text"}, {"b", -3}, {"c", 0.1F}, {"d", true}}));
  EXPECT_EQ(event.team_id, "red");
  EXPECT_EQ(event.to_player_ids, (std::vector<std::string>{"ann", "bob"}));
  EXPECT_EQ(PassedOn(R"({"type":"x","attributes":{"a":"t","b":-3,"c":0.1,"d":true},"team_id":"red"})"),
            json::parse(R"({"type":"x","attributes":{"a":"t","b":-3,"c":0.1,"d":true},"team_id":"red",
                            "instance_id":"theirs","player_id":"ann","seq":7})"));
}

TEST(TextMessageTest, AttributesThatEventsCannotHoldAreKeptAsTheyAre) {
  for (const char* attributes :
       {R"({"a":null})", R"({"a":[1]})", R"({"a":3000000000})", R"({"a":0.123456789012})",
        R"({"ws_members":"{}"})", R"([1])", R"("text")", "{}"}) {
    const std::string text = std::string(R"({"type":"x","attributes":)") + attributes + "}";
    EXPECT_EQ(PassedOn(text)["attributes"], json::parse(attributes)) << text;
  }
}

TEST(TextMessageTest, WhatIsNotRightIsNamed) {
  for (const char* text :
       {"", "[]", "null", "{", "{}}", R"({"type":"x"} {})", R"({"type":"x",})", R"({type:"x"})",
        R"({"type":"x","data":01})", R"({"type":"x","data":+1})", R"({"type":"x","data":"\x"})",
        R"({"type":"x","data":[1,]})", R"({"type":"x","data":nul})", "{\"type\":\"\n\"}",
        R"({"type":"x","data":1.})", R"({"type":"x" "data":1})"}) {
    EXPECT_THAT(FaultOf(text), HasSubstr("JSON object")) << text;
  }
  EXPECT_THAT(FaultOf("{}"), HasSubstr("type"));
  EXPECT_THAT(FaultOf(R"({"type":1})"), HasSubstr("type"));
  EXPECT_THAT(FaultOf(R"({"type":""})"), HasSubstr("type"));
  EXPECT_THAT(FaultOf(R"({"type":"\ud800"})"), HasSubstr("type"));
  EXPECT_THAT(FaultOf(R"({"type":"x","instance_id":5})"), HasSubstr("instance_id"));
  EXPECT_THAT(FaultOf(R"({"type":"x","team_id":5})"), HasSubstr("team_id"));
  EXPECT_THAT(FaultOf(R"({"type":"x","to_player_ids":"ann"})"), HasSubstr("to_player_ids"));
  EXPECT_THAT(FaultOf(R"({"type":"x","to_player_ids":[1]})"), HasSubstr("to_player_ids"));
  EXPECT_THAT(FaultOf(R"({"type":"x","t\u0079pe":"joined"})"), HasSubstr("twice"));
  EXPECT_THAT(FaultOf(R"({"type":"x","more":")" + std::string(4096, 'x') + "\"}"), HasSubstr("4096"));
  std::string many = R"({"type":"x")";
  for (int i = 0; i < 64; ++i) many += ",\"" + std::to_string(i) + "\":0";
  EXPECT_THAT(FaultOf(many + "}"), HasSubstr("members"));
}

TEST(TextMessageTest, NestingHasALimit) {
  const auto nested = [](std::size_t depth) {
    return R"({"type":"x","data":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_TRUE(ReadTextMessage(nested(64)).ok());
  EXPECT_FALSE(ReadTextMessage(nested(65)).ok());
  EXPECT_FALSE(ReadTextMessage(nested(12'000)).ok());
}

TEST(TextMessageTest, AnEventOfAGrpcPlayerIsAMessage) {
  GameEvent event;
  event.id = "s/3";
  event.name = "say \"hi\"\n";
  event.session_id = "s";
  event.player_id = "bob";
  event.sequence = 3;
  event.data = "no JSON: \"\\\x01";
  event.to_player_ids = {"ann"};
  EXPECT_EQ(MessageOf(event), (json{{"type", "say \"hi\"\n"},
                                    {"instance_id", "s"},
                                    {"player_id", "bob"},
                                    {"seq", 3},
                                    {"data", "no JSON: \"\\\x01"},
                                    {"to_player_ids", {"ann"}}}));
  event.data = " {\"x\": 1} ";
  EXPECT_EQ(MessageOf(event)["data"], json({{"x", 1}}));
  event.data.clear();
  EXPECT_FALSE(MessageOf(event).contains("data"));
}

TEST(TextMessageTest, NobodyForgesAMemberOfOurs) {
  GameEvent event;
  event.name = "x";
  event.session_id = "s";
  event.sequence = 3;
  event.attributes["ws_members"] =
      R"({"type":"joined","t\u0079pe":"joined","seq":9,"player_id":"me","data":1,"instance_id":"t","team_id":"r","ok":1})";
  EXPECT_EQ(MessageOf(event), (json{{"type", "x"}, {"instance_id", "s"}, {"seq", 3}, {"ok", 1}}));
  for (const char* broken : {"", "{", "[1]", "{\"a\":1", "\"\"", R"({"\ud800":1})", "{}"}) {
    event.attributes["ws_members"] = broken;
    EXPECT_EQ(MessageOf(event), (json{{"type", "x"}, {"instance_id", "s"}, {"seq", 3}})) << broken;
  }
  event.attributes["ws_members"] = 5;
  EXPECT_EQ(MessageOf(event), (json{{"type", "x"}, {"instance_id", "s"}, {"seq", 3}}));
  event.attributes = {{"a", 1}, {"ws_members", R"({"attributes":{"b":2},"ok":1})"}};
  EXPECT_EQ(MessageOf(event)["attributes"], (json{{"a", 1}}));
}

TEST(TextMessageTest, AnErrorIsWhatTheSdkLogs) {
  std::string out;
  AppendTextError(out, "s1",
                  WithReason(MakeStatus(StatusCode::kOutOfRange, "events 1 to 5 are gone"), "EVENTS_GONE"));
  EXPECT_EQ(json::parse(out), (json{{"type", "error"},
                                    {"instance_id", "s1"},
                                    {"error", "events 1 to 5 are gone"},
                                    {"code", "OUT_OF_RANGE"},
                                    {"reason", "EVENTS_GONE"}}));
  out.clear();
  AppendTextError(out, "",
                  RetryLater(StatusCode::kResourceExhausted, "too fast", std::chrono::milliseconds(20)));
  EXPECT_EQ(
      json::parse(out),
      (json{
          {"type", "error"}, {"error", "too fast"}, {"code", "RESOURCE_EXHAUSTED"}, {"retry_after_ms", 20}}));
  out.clear();
  AppendTextSubscribed(out, "s1");
  EXPECT_EQ(out, R"({"type":"subscribed","instance_id":"s1"})");
}

TEST(JsonReaderTest, StringsMeanWhatTheySay) {
  EXPECT_EQ(Unquoted(R"("a\"\\\/\b\f\n\r\t\u0041\u00e4\u20ac\ud83d\ude00")"),
            "a\"\\/\b\f\n\r\tA\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
  for (const char* half : {R"("\ud83d")", R"("\ud83dx")", R"("\ude00")", R"("\ud83d\u0041")"}) {
    EXPECT_TRUE(IsJson(half));
    EXPECT_EQ(Unquoted(half), std::nullopt) << half;
  }
}

}  // namespace
}  // namespace oofgg::net
