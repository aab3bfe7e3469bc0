// What players on UDP say and hear, without a socket.

#include <gmock/gmock.h>

#include "base/presence_limits.h"
#include "tests/unit/net_presence/udp_fixture.h"
#include "tests/unit/net_presence/v1_lines.h"

namespace oofgg::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

TEST_F(UdpTest, TheExampleOfTheManualSpokenFromThisMachine) {
  Say(kHere, R"({"user_id": 1, "friends": [2, 3, 4]})");
  Say(kHereToo, R"({"user_id": 2, "friends": [1]})");
  EXPECT_THAT(HeardBy(kHereToo), ElementsAre(kOn));
  EXPECT_THAT(HeardBy(kHere), ElementsAre(kOn));
  Say(kHereToo, R"({"user_id": 2, "online": false})");
  EXPECT_THAT(HeardBy(kHere), ElementsAre(kOff));
}

TEST_F(UdpTest, V1HearsEachChangeThreeTimes) {
  Say(kHere, R"({"user_id":1,"friends":[2]})");
  Say(kHereToo, R"({"user_id":2})");
  EXPECT_THAT(HeardBy(kHere), ElementsAre(kOn));
  Wait(300ms);
  Say(kHereToo, R"({"online":false})");
  EXPECT_THAT(HeardBy(kHere), ElementsAre(kOff));
  Wait(200ms);
  EXPECT_THAT(HeardBy(kHere), ElementsAre(kOff))
      << "what was so before would be the last word if this is lost";
  Wait(500ms);
  EXPECT_THAT(HeardBy(kHere), ElementsAre(kOff));
  Wait(500ms);
  EXPECT_THAT(HeardBy(kHere), IsEmpty());
}

TEST_F(UdpTest, AV1DepartureBySilenceReachesThoseItListed) {
  Say(kHere, R"({"user_id":1,"friends":[2]})");
  Say(kHereToo, R"({"user_id":2})");
  Wait(15s);
  Say(kHereToo, R"({"user_id":2})");
  Wait(14'999ms);
  HeardBy(kHereToo);
  EXPECT_TRUE(IsOnline("1"));
  Wait(1ms);
  EXPECT_FALSE(IsOnline("1")) << "v1 has no grace";
  EXPECT_THAT(HeardBy(kHereToo), ElementsAre(kOff));
  EXPECT_TRUE(IsOnline("2"));
}

TEST_F(UdpTest, TheLongestLineFitsADatagram) {
  const std::string id(128, '"');
  std::string quoted;
  for (std::size_t i = 0; i < id.size(); ++i) quoted += R"(\")";
  presence::PresenceHub::ConnectionId friend_connection = hub_.Open(
      id, {.status = PresenceStatus{PresenceState::kInMatch, std::string(256, '"'), id}}, {}, host_, 0);
  const std::string cookie = CookieOf(kAnn);
  Say(kAnn, V2(cookie, R"("user_id":"ann","friends":[")" + quoted + R"("])"));
  const std::vector<std::string> heard = HeardBy(kAnn);
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_GT(heard.back().size(), 1'000U);
  EXPECT_LT(heard.back().size() + 16, presence::kMaxDatagramBytes) << "with a seq of 16 digits";
  hub_.Close(friend_connection);
}

TEST_F(UdpTest, V1FromElsewhereIsNotHeard) {
  Say(kAnn, R"({"user_id":1,"friends":[2,3,4,5,6,7,8,9]})");
  EXPECT_TRUE(sent_.empty());
  EXPECT_FALSE(IsOnline("1"));
  EXPECT_EQ(players_->counts().unproved, 1U);
  Open({.v1_networks = AddressList::Parse("203.0.113.0/31").value()});
  Say(kAnn, R"({"user_id":1})");
  Say(kBob, R"({"user_id":2})");
  EXPECT_TRUE(IsOnline("1"));
  EXPECT_FALSE(IsOnline("2"));
}

TEST_F(UdpTest, ARevisionWithoutAListIsConfirmedWhenAllIsTold) {
  std::string friends;
  for (int i = 0; i < 20; ++i) {
    const UdpPeer peer = PeerAt("127.0.0.1", static_cast<std::uint16_t>(5'000 + i));
    Say(peer, R"({"user_id":)" + std::to_string(i) + "}");
    friends += (i == 0 ? "" : ",") + std::to_string(i);
  }
  const std::string cookie = CookieOf(kAnn);
  Say(kAnn, V2(cookie, R"("user_id":"ann","rev":1,"friends":[)" + friends + "]"));
  Say(kAnn, V2(cookie, R"("rev":2)"));
  std::vector<std::string> heard = HeardBy(kAnn);
  ASSERT_EQ(heard.size(), 16U) << "the welcome, the list's confirmation, fourteen friends";
  EXPECT_EQ(heard[1], R"({"rev":1,"seq":1})");
  Acknowledge(kAnn, cookie, 15);
  heard = HeardBy(kAnn);
  ASSERT_EQ(heard.size(), 7U) << "six friends";
  EXPECT_EQ(heard.back(), R"({"rev":2,"seq":22})");
}

TEST_F(UdpTest, ACookieComesBeforeAnything) {
  const std::string hello = R"({"v":2,"user_id":"ann","friends":["bob"]})";
  Say(kAnn, hello);
  EXPECT_FALSE(IsOnline("ann"));
  EXPECT_EQ(players_->players(), 0U) << "no state for who is not proved";
  const std::vector<std::string> heard = HeardBy(kAnn);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].substr(0, 11), R"({"cookie":")");
  EXPECT_LE(heard[0].size() + 1, hello.size()) << "not more than was asked";
  Say(kAnn, V2(heard[0].substr(11, 16), R"("user_id":"ann","friends":["bob"])"));
  EXPECT_TRUE(IsOnline("ann"));
  Say(kBob, V2(heard[0].substr(11, 16), R"("user_id":"bob","pad":"0123456789")"));
  EXPECT_FALSE(IsOnline("bob")) << "another's cookie";
}

TEST_F(UdpTest, WhoAsksWithLessThanTheAnswerGetsNone) {
  Say(kAnn, R"({"v":2,"user_id":1})");
  Say(kAnn, R"({"v":2,"cookie":"0"})");
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(players_->counts().unproved, 2U);
}

TEST_F(UdpTest, ThisMachineNeedsACookieForV2Too) {
  Say(kHere, R"({"v":2,"user_id":"ann","friends":["bob"]})");
  EXPECT_FALSE(IsOnline("ann"));
}

TEST_F(UdpTest, ACookieIsGoodForAMinuteAtLeastAndTwoAtMost) {
  const std::string cookie = CookieOf(kAnn);
  Wait(60s);
  Say(kAnn, V2(cookie, R"("user_id":"ann")"));
  EXPECT_TRUE(IsOnline("ann"));
  const std::string late = CookieOf(kBob);
  Wait(120s);
  Say(kBob, V2(late, R"("user_id":"bob")"));
  EXPECT_FALSE(IsOnline("bob"));
}

TEST_F(UdpTest, APlayersOwnCookieLastsAsLongAsThePlayer) {
  const std::string cookie = CookieOf(kAnn);
  Say(kAnn, V2(cookie, R"("user_id":"ann")"));
  for (int i = 0; i < 20; ++i) {
    Wait(20s);
    Say(kAnn, V2(cookie));
  }
  EXPECT_TRUE(IsOnline("ann"));
}

TEST_F(UdpTest, UpdatesAreRepeatedUntilAcknowledged) {
  const std::string cookie = CookieOf(kAnn);
  Say(kAnn, V2(cookie, R"("user_id":"ann","friends":["1","2"])"));
  Say(kHere, R"({"user_id":1})");
  Say(kHereToo, R"({"user_id":2})");
  const std::string welcome = R"({"welcome":true,"seq":0})";
  const std::string first = R"({"online":true,"user_id":"1","seq":1})";
  const std::string second = R"({"online":true,"user_id":"2","seq":2})";
  EXPECT_THAT(HeardBy(kAnn), ElementsAre(welcome, first, second));
  Wait(250ms);
  EXPECT_THAT(HeardBy(kAnn), ElementsAre(welcome, first, second));
  Wait(250ms);
  EXPECT_THAT(HeardBy(kAnn), IsEmpty()) << "each pause is longer";
  Wait(250ms);
  EXPECT_THAT(HeardBy(kAnn), ElementsAre(welcome, first, second));
  Acknowledge(kAnn, cookie, 1);
  Wait(250ms);
  EXPECT_THAT(HeardBy(kAnn), ElementsAre(second));
  Acknowledge(kAnn, cookie, 1);
  Acknowledge(kAnn, cookie, 7);  // Was never sent.
  Acknowledge(kAnn, cookie, 2);
  Wait(10s);
  EXPECT_THAT(HeardBy(kAnn), IsEmpty());
  Say(kHere, R"({"online":false})");
  EXPECT_THAT(HeardBy(kAnn), ElementsAre(R"({"online":false,"user_id":"1","seq":3})"));
}

TEST_F(UdpTest, ASilentReaderCostsAFewDatagramsAndGetsTheNewest) {
  std::string friends;
  for (int i = 0; i < 40; ++i) friends += (i > 0 ? "," : "") + std::to_string(i);
  const std::string cookie = SignOn(kAnn, R"("user_id":"ann","friends":[)" + friends + "]");
  const auto say = [this](int user, const std::string& text) {
    Say(PeerAt("127.0.0.1", static_cast<std::uint16_t>(5'000 + user)), text);
  };
  for (int i = 0; i < 40; ++i) say(i, "{\"user_id\":" + std::to_string(i) + "}");
  EXPECT_EQ(HeardBy(kAnn).size(), 16U) << "the rest waits in the table";
  for (int i = 16; i < 40; ++i) say(i, R"({"online":false})");
  Acknowledge(kAnn, cookie, 16);
  EXPECT_THAT(HeardBy(kAnn), IsEmpty()) << "they came and went";
}

TEST_F(UdpTest, SilenceEndsAPlayer) {
  Say(kHere, R"({"user_id":1,"friends":[2]})");
  Say(kHereToo, R"({"user_id":2})");
  HeardBy(kHere);
  for (int i = 0; i < 6; ++i) {
    Wait(5s);
    EXPECT_EQ(IsOnline("2"), i < 5) << "after " << 5 * (i + 1) << " s";
    Say(kHere, R"({"user_id":1})");
  }
  EXPECT_TRUE(IsOnline("1")) << "was heard every 5 s";
  EXPECT_EQ(players_->players(), 1U);
}

TEST_F(UdpTest, AProgramStartedAnewIsNoFlap) {
  Say(kHere, R"({"user_id":1,"friends":["ann"]})");
  const std::string first = SignOn(kAnn, R"("user_id":"ann")");
  for (int i = 0; i < 4; ++i) {
    Wait(20s);
    Say(kHere, R"({"user_id":1})");
    Say(kAnn, V2(first));
  }
  HeardBy(kHere);
  const std::string second = CookieOf(kAnn);
  ASSERT_NE(second, first);
  Say(kAnn, V2(second, R"("user_id":"ann")"));
  EXPECT_EQ(players_->players(), 2U);
  EXPECT_THAT(HeardBy(kHere), IsEmpty());
}

TEST_F(UdpTest, PingsComeBack) {
  const std::string cookie = CookieOf(kAnn);
  Say(kAnn, V2(cookie, R"("user_id":"ann","ping":5)"));
  EXPECT_THAT(HeardBy(kAnn), ElementsAre(R"({"welcome":true,"seq":0})", R"({"pong":5})"));
  Say(kAnn, V2(cookie, R"("online":false,"ping":6)"));
  EXPECT_FALSE(IsOnline("ann"));
  Say(kAnn, V2(cookie, R"("online":false,"user_id":"ann","ping":7)"));
  EXPECT_THAT(HeardBy(kAnn), ElementsAre(R"({"pong":6})", R"({"pong":7})")) << "a sign-off may be repeated";
}

TEST_F(UdpTest, ALongListComesInPartsInAnyOrder) {
  const std::string cookie = CookieOf(kAnn);
  const auto part = [&](int number, const std::string& friends) {
    Say(kAnn, V2(cookie, R"("user_id":"ann","rev":1,"parts":3,"part":)" + std::to_string(number) +
                             R"(,"friends":[)" + friends + "]"));
  };
  Say(kHere, R"({"user_id":1})");
  part(2, "5");
  part(0, "1,2");
  part(0, "1,2");
  EXPECT_THAT(HeardBy(kAnn), ElementsAre(R"({"welcome":true,"seq":0})")) << "a list is taken whole";
  EXPECT_EQ(hub_.counts().friendships, 0U);
  part(1, "3,4");
  EXPECT_EQ(hub_.counts().friendships, 5U);
  EXPECT_THAT(HeardBy(kAnn), ElementsAre(R"({"rev":1,"seq":1})", R"({"online":true,"user_id":1,"seq":2})"));
  part(2, "5");
  EXPECT_EQ(hub_.counts().friendships, 5U) << "a late repeat";
  EXPECT_THAT(HeardBy(kAnn), IsEmpty());
  Say(kAnn, V2(cookie, R"("rev":2,"parts":2,"part":0,"friends":[1])"));
  Say(kAnn, V2(cookie, R"("rev":3,"friends":[1])"));
  EXPECT_EQ(hub_.counts().friendships, 1U);
  Say(kAnn, V2(cookie, R"("rev":2,"parts":2,"part":1,"friends":[2])"));
  EXPECT_EQ(hub_.counts().friendships, 1U) << "was overtaken";
}

TEST_F(UdpTest, WhatWasOvertakenIsNotHeard) {
  const std::string cookie = SignOn(kAnn, R"("user_id":"ann","rev":5,"friends":[1],"state":"away")");
  EXPECT_EQ(hub_.StateOf("ann").state, PresenceState::kAway);
  Say(kAnn, V2(cookie, R"("user_id":"ann","rev":4,"friends":[1,2],"state":"online")"));
  EXPECT_EQ(hub_.counts().friendships, 1U);
  EXPECT_EQ(hub_.StateOf("ann").state, PresenceState::kAway);
  EXPECT_THAT(HeardBy(kAnn), IsEmpty());
  Say(kAnn, V2(cookie, R"("user_id":"ann","rev":6,"state":"online")"));
  EXPECT_EQ(hub_.StateOf("ann").state, PresenceState::kOnline);
  EXPECT_THAT(HeardBy(kAnn), ElementsAre(R"({"rev":6,"seq":2})"));
  Say(kAnn, V2(cookie, R"("online":false,"rev":7)"));
  Say(kAnn, V2(cookie, R"("user_id":"ann","rev":6,"state":"online")"));
  Say(kAnn, V2(cookie, R"("user_id":"ann","rev":7)"));
  Say(kAnn, V2(cookie, R"("user_id":"ann")"));
  EXPECT_FALSE(IsOnline("ann")) << "nothing said before the sign-off brings ann back";
  HeardBy(kAnn);
  Wait(1s);
  Say(kAnn, V2(cookie, R"("user_id":"ann","rev":8)"));
  EXPECT_TRUE(IsOnline("ann"));
  EXPECT_THAT(HeardBy(kAnn), ElementsAre(R"({"welcome":true,"seq":0})", R"({"rev":8,"seq":1})"));
  Say(kAnn, V2(cookie, R"("online":false,"rev":9)"));
  Wait(30s);
  EXPECT_EQ(players_->players(), 0U) << "nor is it remembered for ever";
}

TEST_F(UdpTest, TheProvedAreToldWhatIsWrong) {
  const struct {
    const char* members;
    const char* error;
  } cases[] = {
      {R"("friends":7)", "friends: must be an array of ids"},
      {R"("user_id":"bob")", "user_id: is not the one this connection began with; open another connection"},
      {R"("friends":[1],"part":1)", "part: goes with parts, rev and friends; send all four"},
      {R"("rev":1,"part":1,"parts":2)", "part: goes with parts, rev and friends; send all four"},
      {R"("friends":[1],"rev":1,"part":2,"parts":2)", "part: must be an integer from 0 to 1"},
      {R"("friends":[1],"rev":0,"part":0,"parts":2)", "rev: must be an integer from 1 to 9007199254740991"},
      {R"("friends":[1],"rev":1,"part":0,"parts":999)", "parts: must be an integer from 1 to 256"},
      {R"("ack":-1)", "ack: must be an integer from 0 to 9007199254740991"},
      {R"("token":"t")", "token: cannot be checked by this server; leave it out"},
      {R"("state":"busy")", "state: must be online, away, in_match or invisible"},
  };
  for (const auto& bad : cases) {
    const std::string cookie = CookieOf(kAnn);
    const bool at_once = std::string_view(bad.members).find("token") != std::string_view::npos;
    if (!at_once) Say(kAnn, V2(cookie, R"("user_id":"ann")"));
    HeardBy(kAnn);
    Say(kAnn, V2(cookie, std::string(at_once ? R"("user_id":"ann",)" : "") + bad.members));
    EXPECT_THAT(HeardBy(kAnn),
                ElementsAre(R"({"error":")" + std::string(bad.error) + R"(","code":"INVALID_ARGUMENT"})"));
    EXPECT_EQ(players_->players(), 0U);
  }
  Say(kAnn, V2(CookieOf(kAnn)));
  EXPECT_THAT(
      HeardBy(kAnn),
      ElementsAre(R"({"error":"user_id: is missing; a player begins with it","code":"INVALID_ARGUMENT"})"));
}

TEST_F(UdpTest, ManyAreServedInTurns) {
  for (std::uint16_t i = 0; i < 200; ++i)
    Say(PeerAt("127.0.0.1", i), R"({"user_id":)" + std::to_string(i) + "}");
  const auto turns_until_nobody_is_left = [this] {
    int turns = 0;
    for (; players_->players() > 0; ++turns) {
      EXPECT_TRUE(players_->is_due());
      const std::size_t before = players_->players();
      players_->Advance();
      EXPECT_LE(before - players_->players(), 64U);
    }
    return turns;
  };
  executor_.AdvanceBy(30s);
  EXPECT_EQ(turns_until_nobody_is_left(), 4) << "who are silent";
  for (std::uint16_t i = 0; i < 200; ++i)
    Say(PeerAt("127.0.0.1", i), R"({"user_id":)" + std::to_string(i) + "}");
  players_->Drain([] {});
  EXPECT_EQ(turns_until_nobody_is_left(), 4) << "who are sent away";
}

TEST_F(UdpTest, ADrainSendsV2ClientsAway) {
  SignOn(kAnn, R"("user_id":"ann")");
  Say(kHere, R"({"user_id":1})");
  bool drained = false;
  players_->Drain([&drained] { drained = true; });
  EXPECT_FALSE(drained);
  Advance();
  EXPECT_TRUE(drained);
  EXPECT_THAT(
      HeardBy(kAnn),
      ElementsAre(
          R"({"error":"the server is restarting; reconnect","code":"UNAVAILABLE","reconnect":true})"));
  EXPECT_THAT(HeardBy(kHere), IsEmpty());
}

}  // namespace
}  // namespace oofgg::net
