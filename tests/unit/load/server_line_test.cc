#include "servers/cli/load/server_line.h"

#include <gtest/gtest.h>

#include "presence/json_protocol.h"

namespace oofgg::load {
namespace {

using Kind = ServerLine::Kind;

// As the server itself writes them, so that the two cannot drift apart.
std::string Update(PresenceState state, const std::string& text = "", std::uint64_t sequence = 0) {
  PresenceUpdate update;
  update.user_id = "42";
  update.state = state;
  update.text = text;
  std::string line;
  presence::AppendUpdate(line, update, presence::ProtocolVersion::kV2, true, sequence);
  return line;
}

TEST(ServerLineTest, UpdatesSayWhoAndWhat) {
  const ServerLine online = ReadServerLine(Update(PresenceState::kOnline));
  EXPECT_EQ(online.kind, Kind::kUpdate);
  EXPECT_EQ(online.shown, Shown::kOnline);
  EXPECT_EQ(online.user_id, 42U);
  EXPECT_EQ(online.sequence, 0U);
  EXPECT_EQ(ReadServerLine(Update(PresenceState::kOffline)).shown, Shown::kOffline);
  const ServerLine away = ReadServerLine(Update(PresenceState::kAway, "tea", 7));
  EXPECT_EQ(away.shown, Shown::kAway);
  EXPECT_EQ(away.sequence, 7U);
}

TEST(ServerLineTest, TheTextIsTheNumberOfTheChange) {
  EXPECT_EQ(ReadServerLine(Update(PresenceState::kOnline)).change, 1U) << "coming online the first time";
  EXPECT_EQ(ReadServerLine(Update(PresenceState::kOnline, "27")).change, 27U);
  EXPECT_EQ(ReadServerLine(Update(PresenceState::kAway, "28", 9)).change, 28U);
}

TEST(ServerLineTest, ARedirectSaysWhere) {
  const ServerLine line = ReadServerLine(R"({"redirect":"127.0.0.1:8081"})");
  EXPECT_EQ(line.kind, Kind::kRedirect);
  EXPECT_EQ(line.go_to, "127.0.0.1:8081");
  const ServerLine error =
      ReadServerLine(R"({"error":"it \"restarts\"","reconnect":true,"redirect":"127.0.0.1:8082"})");
  EXPECT_EQ(error.kind, Kind::kError);
  EXPECT_EQ(error.go_to, "127.0.0.1:8082");
  EXPECT_EQ(ReadServerLine(R"({"error":"words, \",\"redirect\":\"x\""})").go_to, "");
}

TEST(ServerLineTest, WordsOfOthersChangeNothing) {
  const ServerLine line =
      ReadServerLine(Update(PresenceState::kOnline, R"(","state":"away","seq":9,"user_id":1)", 3));
  EXPECT_EQ(line.shown, Shown::kOnline);
  EXPECT_EQ(line.user_id, 42U);
  EXPECT_EQ(line.sequence, 3U);
}

TEST(ServerLineTest, TheOtherLines) {
  std::string line;
  presence::AppendPong(line, "17");
  EXPECT_EQ(ReadServerLine(line).kind, Kind::kPong);
  EXPECT_EQ(ReadServerLine(line).number, 17U);
  line.clear();
  presence::AppendWelcome(line, 1'800'000'000'000'001);
  EXPECT_EQ(ReadServerLine(line).kind, Kind::kWelcome);
  EXPECT_EQ(ReadServerLine(line).sequence, 1'800'000'000'000'001U);
  line.clear();
  presence::AppendRevision(line, 5, 6);
  EXPECT_EQ(ReadServerLine(line).kind, Kind::kRevision);
  EXPECT_EQ(ReadServerLine(line).number, 5U);
  EXPECT_EQ(ReadServerLine(line).sequence, 6U);
  line.clear();
  presence::AppendCookie(line, "0123456789abcdef");
  EXPECT_EQ(ReadServerLine(line).kind, Kind::kCookie);
  EXPECT_EQ(ReadServerLine(line).text, "0123456789abcdef");
  line.clear();
  presence::AppendRefusal(line, MakeStatus(StatusCode::kUnavailable, R"(a "reason")"));
  EXPECT_EQ(ReadServerLine(line).kind, Kind::kError);
  EXPECT_EQ(ReadServerLine(line).text, R"(a \"reason\")");
}

TEST(ServerLineTest, WhatIsNoneOfThemIsOther) {
  for (const char* line : {"", "{", "hello", R"({"error":"unfinished\)", R"({"later":"a:1"})"}) {
    const auto kind = ReadServerLine(line).kind;
    EXPECT_TRUE(kind == Kind::kOther || kind == Kind::kError) << line;
  }
}

}  // namespace
}  // namespace oofgg::load
