#include "presence/json_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace oofgg::presence {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

TEST(ParseClientObjectTest, ReadsTheExampleOfTheManual) {
  const auto object = ParseClientObject(R"({"user_id": 1, "friends": [2, 3, 4]})", ProtocolVersion::kV1);
  ASSERT_TRUE(object.ok()) << object.status();
  EXPECT_EQ(object->version, ProtocolVersion::kV1);
  EXPECT_EQ(object->user_id, "1");
  EXPECT_THAT(object->friends, Optional(ElementsAre("2", "3", "4")));
  EXPECT_EQ(object->online, std::nullopt);
  EXPECT_TRUE(object->integer_ids);
}

TEST(ParseClientObjectTest, IntegersAndStringsNameTheSameUser) {
  const auto object = ParseClientObject(
      R"({"user_id":"1","friends":["1",1,-7,9223372036854775807,18446744073709551615,-9223372036854775808]})",
      ProtocolVersion::kV1);
  ASSERT_TRUE(object.ok()) << object.status();
  EXPECT_THAT(object->friends, Optional(ElementsAre("1", "1", "-7", "9223372036854775807",
                                                    "18446744073709551615", "-9223372036854775808")));
}

TEST(ParseClientObjectTest, ReadsAllOfV2) {
  const auto object = ParseClientObject(
      R"({"v":2,"user_id":"zo\u00eb","token":"abc","ping":17,"online":false,"later":{"x":[null]}})",
      ProtocolVersion::kV1);
  ASSERT_TRUE(object.ok()) << object.status();
  EXPECT_EQ(object->version, ProtocolVersion::kV2);
  EXPECT_EQ(object->user_id, "zo\xC3\xAB");
  EXPECT_EQ(object->token, "abc");
  EXPECT_EQ(object->ping, "17");
  EXPECT_EQ(object->online, false);
  EXPECT_FALSE(object->integer_ids);
}

TEST(ParseClientObjectTest, TheVersionSticks) {
  EXPECT_EQ(ParseClientObject(R"({"ping":true})", ProtocolVersion::kV2)->ping, "true");
  EXPECT_EQ(ParseClientObject(R"({"ping":true})", ProtocolVersion::kV1)->ping, std::nullopt)
      << "v1 does not know the member";
}

TEST(ParseClientObjectTest, PingFalseIsNoPing) {
  EXPECT_EQ(ParseClientObject(R"({"ping":false})", ProtocolVersion::kV2)->ping, std::nullopt);
}

TEST(ParseClientObjectTest, V2SaysWhatToShow) {
  const auto shown = [](const char* text) {
    return ParseClientObject(text, ProtocolVersion::kV2).value().status;
  };
  EXPECT_EQ(shown(R"({"user_id":1})"), std::nullopt);
  EXPECT_EQ(shown(R"({"state":"online"})"), PresenceStatus());
  EXPECT_EQ(shown(R"({"state":"away","text":"caf\u00e9"})"),
            (PresenceStatus{PresenceState::kAway, "caf\xC3\xA9"}));
  EXPECT_EQ(shown(R"({"state":"in_match","session_id":"s1"})"),
            (PresenceStatus{PresenceState::kInMatch, "", "s1"}));
  EXPECT_EQ(shown(R"({"state":"invisible"})"), PresenceStatus{PresenceState::kOffline});
  EXPECT_EQ(shown(R"({"text":"tea"})"), (PresenceStatus{PresenceState::kOnline, "tea"}))
      << "all of it is said";
  EXPECT_EQ(ParseClientObject(R"({"state":7,"text":"x"})", ProtocolVersion::kV1)->status, std::nullopt)
      << "v1 does not know the members";
}

struct BadObject {
  const char* text;
  const char* message;
};

TEST(ParseClientObjectTest, BadObjectsAreNamed) {
  const std::string long_id = R"({"user_id":")" + std::string(129, 'x') + R"("})";
  const std::string long_token = R"({"token":")" + std::string(8193, 'x') + R"("})";
  const std::string long_text = R"({"v":2,"text":")" + std::string(257, 'x') + R"("})";
  std::string many = R"({"friends":[0)";
  for (int i = 0; i < 5'000; ++i) many += ",0";
  many += "]}";
  const BadObject cases[] = {
      {"", "malformed JSON; one object is expected"},
      {"{", "malformed JSON; one object is expected"},
      {"{]", "malformed JSON; one object is expected"},
      {"[1]", "malformed JSON; one object is expected"},
      {"{} {}", "malformed JSON; one object is expected"},
      {R"({"user_id":1,})", "malformed JSON; one object is expected"},
      {R"({"user_id":01})", "malformed JSON; one object is expected"},
      {R"({user_id:1})", "malformed JSON; one object is expected"},
      {"{'user_id':1}", "malformed JSON; one object is expected"},
      {"{\"user_id\":\"\xFF\"}", "malformed JSON; one object is expected"},
      {R"({"user_id":"\ud800"})", "malformed JSON; one object is expected"},
      {"{\"user_id\":\"a\nb\"}", "malformed JSON; one object is expected"},
      {R"({"user_id":null})", "user_id: must be a string or an integer of 64 bits"},
      {R"({"user_id":true})", "user_id: must be a string or an integer of 64 bits"},
      {R"({"user_id":[1]})", "user_id: must be a string or an integer of 64 bits"},
      {R"({"user_id":{}})", "user_id: must be a string or an integer of 64 bits"},
      {R"({"user_id":1.0})", "user_id: must be a string or an integer of 64 bits"},
      {R"({"user_id":1e3})", "user_id: must be a string or an integer of 64 bits"},
      {R"({"user_id":18446744073709551616})", "user_id: must be a string or an integer of 64 bits"},
      {R"({"user_id":-9223372036854775809})", "user_id: must be a string or an integer of 64 bits"},
      {R"({"user_id":""})", "user_id: is 0 bytes long; 1 to 128 are allowed"},
      {long_id.c_str(), "user_id: is 129 bytes long; 1 to 128 are allowed"},
      {R"({"friends":1})", "friends: must be an array of ids"},
      {R"({"friends":null})", "friends: must be an array of ids"},
      {R"({"friends":{"2":true}})", "friends: must be an array of ids"},
      {R"({"friends":"2,3"})", "friends: must be an array of ids"},
      {R"({"friends":[1,2.5]})", "friends[1]: must be a string or an integer of 64 bits"},
      {R"({"friends":[[2]]})", "friends[0]: must be a string or an integer of 64 bits"},
      {R"({"friends":["a","b",""]})", "friends[2]: is 0 bytes long; 1 to 128 are allowed"},
      {many.c_str(), "friends: has 5001 ids; at most 5000 are allowed"},
      {R"({"online":0})", "online: must be true or false"},
      {R"({"online":"false"})", "online: must be true or false"},
      {R"({"online":null})", "online: must be true or false"},
      {R"({"v":0})", "v: must be 1 or 2"},
      {R"({"v":3})", "v: must be 1 or 2"},
      {R"({"v":2.0})", "v: must be 1 or 2"},
      {R"({"v":"2"})", "v: must be 1 or 2"},
      {R"({"v":true})", "v: must be 1 or 2"},
      {R"({"token":1})", "token: must be a string"},
      {R"({"token":""})", "token: must have 1 to 8192 bytes"},
      {long_token.c_str(), "token: must have 1 to 8192 bytes"},
      {R"({"v":2,"ping":"now"})", "ping: must be true or an integer"},
      {R"({"v":2,"ping":1.5})", "ping: must be true or an integer"},
      {R"({"v":2,"state":"busy"})", "state: must be online, away, in_match or invisible"},
      {R"({"v":2,"state":1})", "state: must be online, away, in_match or invisible"},
      {R"({"v":2,"text":1})", "text: must be a string"},
      {R"({"v":2,"text":"a\u0000b"})", "text: has a control character; send one line of text"},
      {long_text.c_str(), "text: is 257 bytes long; 256 at most are allowed"},
      {R"({"v":2,"session_id":null})", "session_id: must be a string"},
      {R"({"v":2,"session_id":"s1"})", "session_id: goes only with the state `in_match`"},
  };
  for (const BadObject& bad : cases) {
    const auto object = ParseClientObject(bad.text, ProtocolVersion::kV1);
    ASSERT_FALSE(object.ok()) << bad.text;
    EXPECT_EQ(object.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(object.status().message(), bad.message) << std::string_view(bad.text).substr(0, 60);
  }
}

std::string Update(const PresenceUpdate& update, ProtocolVersion version, bool integer_ids) {
  std::string line;
  AppendUpdate(line, update, version, integer_ids);
  return line;
}

TEST(AppendUpdateTest, V1SaysOnlyWhat) {
  EXPECT_EQ(Update({"2", PresenceState::kOnline, 5}, ProtocolVersion::kV1, true), "{\"online\":true}\n");
  EXPECT_EQ(Update({"2", PresenceState::kOffline, 5}, ProtocolVersion::kV1, true), "{\"online\":false}\n");
}

TEST(AppendUpdateTest, V2SaysWhoInTheClientsOwnForm) {
  const auto line = [](std::string id, bool integer_ids) {
    return Update({std::move(id), PresenceState::kOnline, 5}, ProtocolVersion::kV2, integer_ids);
  };
  EXPECT_EQ(line("2", true), "{\"online\":true,\"user_id\":2}\n");
  EXPECT_EQ(line("2", false), "{\"online\":true,\"user_id\":\"2\"}\n");
  EXPECT_EQ(line("18446744073709551615", true), "{\"online\":true,\"user_id\":18446744073709551615}\n");
  EXPECT_EQ(line("-9", true), "{\"online\":true,\"user_id\":-9}\n");
  for (const std::string name : {"007", "-0", "1.0", "18446744073709551616", "bob", "-"}) {
    EXPECT_EQ(line(name, true), "{\"online\":true,\"user_id\":\"" + name + "\"}\n");
  }
}

TEST(AppendUpdateTest, V2SaysWhatIsShown) {
  const PresenceUpdate away{"2", PresenceState::kAway, 5, "t\"a"};
  EXPECT_EQ(Update(away, ProtocolVersion::kV1, true), "{\"online\":true}\n");
  EXPECT_EQ(Update(away, ProtocolVersion::kV2, true),
            "{\"online\":true,\"user_id\":2,\"state\":\"away\",\"text\":\"t\\\"a\"}\n");
  EXPECT_EQ(Update({"2", PresenceState::kInMatch, 5, "", "s1"}, ProtocolVersion::kV2, true),
            "{\"online\":true,\"user_id\":2,\"state\":\"in_match\",\"session_id\":\"s1\"}\n");
  EXPECT_EQ(Update({"2", PresenceState::kOnline, 5, "tea"}, ProtocolVersion::kV2, true),
            "{\"online\":true,\"user_id\":2,\"text\":\"tea\"}\n");
}

TEST(AppendUpdateTest, StringsAreEscaped) {
  EXPECT_EQ(Update({"a\"\\\n\x1F", PresenceState::kOnline, 5}, ProtocolVersion::kV2, false),
            "{\"online\":true,\"user_id\":\"a\\\"\\\\\\u000a\\u001f\"}\n");
}

TEST(AppendTest, OtherLines) {
  std::string out;
  AppendPong(out, "17");
  AppendRefusal(out, MakeStatus(StatusCode::kUnauthenticated, "no \"x\""));
  EXPECT_EQ(out, "{\"pong\":17}\n{\"error\":\"no \\\"x\\\"\",\"code\":\"UNAUTHENTICATED\"}\n");
}

TEST(JsonProtocolTest, IdsHaveNoControlCharacters) {
  const auto parse = [](const std::string& id) {
    return ParseClientObject(R"({"user_id":")" + id + "\"}", ProtocolVersion::kV1).status();
  };
  EXPECT_TRUE(parse(R"(a \"quoted\" name)").ok());
  EXPECT_EQ(parse(R"(a\nb)").message(), "user_id: has a control character; ids are one line of text");
  EXPECT_FALSE(parse(R"(\u0000)").ok());
  EXPECT_FALSE(parse("a\x7f").ok());
}

TEST(JsonProtocolTest, WhatHasRunOutMayBeTriedAgain) {
  std::string line;
  AppendRefusal(line, MakeStatus(StatusCode::kResourceExhausted, "full"));
  AppendRefusal(line, MakeStatus(StatusCode::kInvalidArgument, "wrong"));
  EXPECT_EQ(line, R"({"error":"full","code":"RESOURCE_EXHAUSTED","reconnect":true})"
                  "\n"
                  R"({"error":"wrong","code":"INVALID_ARGUMENT"})"
                  "\n");
}

}  // namespace
}  // namespace oofgg::presence
