// The light client's half of the presence port over UDP, datagram by datagram. Against the server's half it
// plays in tests/unit/net_presence/udp_simulation_test.cc.

#include "client/light/light_udp_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/presence_limits.h"

namespace oofgg::internal {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Phase = LightSession::Phase;
using nlohmann::json;

class LightUdpSessionTest : public ::testing::Test {
 protected:
  void Start() {
    book_.SetFriends(wishes_.friends);
    session_ = std::make_unique<LightUdpSession>(LightSession::Parts{
        .wishes = wishes_, .book = book_, .token = token_, .first_revision = 100, .heartbeat = 10s});
    session_->Start(now_);
  }
  /// The hello is in force; the fence is not.
  void StartGreeted() {
    Start();
    Hear(R"({"cookie":"c1"})");
    Hear(R"({"welcome":true,"seq":1000})");
    Hear(R"({"rev":101,"seq":1001})");
  }
  void StartSettled() {
    StartGreeted();
    Hear(R"({"rev":102,"seq":1002})");
    Said();
    ASSERT_TRUE(session_->was_settled());
  }
  void Hear(std::string_view datagram) { session_->OnBytes(now_, datagram); }
  void HearOnline(const std::string& user, int sequence) {
    Hear(json{{"online", true}, {"user_id", user}, {"seq", sequence}}.dump());
  }
  std::vector<std::string> Said() { return session_->TakeOutput(); }
  void Wait(Duration time) {
    now_ += time;
    session_->Advance(now_);
  }
  void SetFriends(std::vector<std::string> friends) {
    wishes_.friends = std::move(friends);
    book_.SetFriends(wishes_.friends);
    session_->OnFriends(now_);
  }
  [[nodiscard]] std::optional<PresenceState> StateOf(const std::string& user) const {
    const auto state = book_.StateOf(user);
    return state.has_value() ? std::optional(state->state) : std::nullopt;
  }
  static std::vector<std::string> Ids(int count) {
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) ids.push_back("a-friend-with-number-" + std::to_string(i));
    return ids;
  }

  TimePoint now_{1h};
  LightWishes wishes_{.user_id = "ann", .friends = {"bob", "cid"}};
  std::string token_;
  FriendBook book_;
  std::unique_ptr<LightUdpSession> session_;
};

TEST_F(LightUdpSessionTest, AsksForACookieInADatagramAsLongAsTheAnswer) {
  Start();
  const auto said = Said();
  ASSERT_THAT(said, SizeIs(1));
  EXPECT_GE(said[0].size(), 30U);
  EXPECT_EQ(json::parse(said[0]).at("v"), 2);
}

TEST_F(LightUdpSessionTest, TheHelloSaysAll) {
  token_ = "secret";
  wishes_.status = PresenceStatus{.state = PresenceState::kAway, .text = "tea"};
  Start();
  Said();
  Hear(R"({"cookie":"c1"})");
  EXPECT_THAT(Said(),
              ElementsAre(R"({"ack":0,"cookie":"c1","friends":["bob","cid"],"rev":101,"state":"away",)"
                          R"("text":"tea","token":"secret","user_id":"ann","v":2})"));
}

TEST_F(LightUdpSessionTest, WhatIsNotAnsweredIsSaidAgainMoreAndMoreSeldom) {
  Start();
  Said();
  std::size_t times = 0;
  for (Duration waited = 0ms; waited < 2900ms; waited += 10ms) {
    Wait(10ms);
    times += Said().size();
  }
  EXPECT_GE(times, 3U);
  EXPECT_LE(times, 5U);
  EXPECT_EQ(session_->phase(), Phase::kOpen);
  Wait(100ms);
  EXPECT_EQ(session_->phase(), Phase::kLost);
}

TEST_F(LightUdpSessionTest, LinesAreTakenInOrderAndAcknowledgedTogether) {
  StartSettled();
  HearOnline("cid", 1004);
  EXPECT_EQ(StateOf("cid"), PresenceState::kOffline) << "the line before is missing";
  HearOnline("bob", 1003);
  HearOnline("bob", 1003);
  HearOnline("cid", 1004);
  EXPECT_EQ(StateOf("bob"), PresenceState::kOnline);
  EXPECT_EQ(StateOf("cid"), PresenceState::kOnline);
  EXPECT_THAT(Said(), ElementsAre(R"({"ack":1004,"cookie":"c1","v":2})"));
  EXPECT_THAT(Said(), IsEmpty());
}

TEST_F(LightUdpSessionTest, NothingIsBelievedBeforeTheWelcome) {
  Start();
  Hear(R"({"cookie":"c1"})");
  Said();
  HearOnline("bob", 1);
  EXPECT_EQ(StateOf("bob"), std::nullopt);
  EXPECT_THAT(Said(), IsEmpty());
}

TEST_F(LightUdpSessionTest, TheFenceIsAnEmptyRevision) {
  StartGreeted();
  HearOnline("bob", 1002);
  const auto said = Said();
  EXPECT_EQ(said.back(), R"({"ack":1001,"cookie":"c1","rev":102,"v":2})");
  EXPECT_EQ(StateOf("cid"), std::nullopt);
  Hear(R"({"rev":102,"seq":1003})");
  EXPECT_EQ(StateOf("bob"), PresenceState::kOnline);
  EXPECT_EQ(StateOf("cid"), PresenceState::kOffline);
}

TEST_F(LightUdpSessionTest, ALongListGoesInPartsThatFit) {
  const auto ids = Ids(2000);
  StartSettled();
  SetFriends(ids);
  const auto said = Said();
  std::set<std::string> sent;
  for (const std::string& datagram : said) {
    EXPECT_LE(datagram.size(), presence::kMaxDatagramBytes);
    const json object = json::parse(datagram);
    EXPECT_EQ(object.at("rev"), 103);
    EXPECT_EQ(object.at("parts"), said.size());
    for (const json& id : object.at("friends")) EXPECT_TRUE(sent.insert(id).second);
  }
  EXPECT_EQ(sent, std::set<std::string>(ids.begin(), ids.end()));
  Wait(250ms);
  EXPECT_THAT(Said(), SizeIs(said.size()));
}

TEST_F(LightUdpSessionTest, AListThatDoesNotFitBesideTheTokenComesAfterTheHello) {
  token_ = std::string(900, 't');
  wishes_.friends = Ids(100);
  Start();
  Said();
  Hear(R"({"cookie":"c1"})");
  const auto hello = Said();
  ASSERT_THAT(hello, SizeIs(1));
  EXPECT_EQ(json::parse(hello[0]).at("friends"), json::array());
  Hear(R"({"welcome":true,"seq":1000})");
  Hear(R"({"rev":101,"seq":1001})");
  EXPECT_FALSE(session_->was_settled());
  for (const std::string& datagram : Said()) {
    EXPECT_EQ(json::parse(datagram).count("token"), 0U);
    EXPECT_GT(json::parse(datagram).at("friends").size(), 0U);
  }
}

TEST_F(LightUdpSessionTest, WhatDoesNotFitAtAllIsRefused) {
  token_ = std::string(1'200, 't');
  Start();
  Hear(R"({"cookie":"c1"})");
  EXPECT_EQ(session_->phase(), Phase::kRefused);
  EXPECT_EQ(session_->why().code(), StatusCode::kInvalidArgument);
}

TEST_F(LightUdpSessionTest, ListsOfLongIdsAreRefusedWhenTheyAreTooManyParts) {
  StartSettled();
  std::vector<std::string> ids;
  for (int i = 0; i < 5000; ++i) ids.push_back(std::to_string(i) + std::string(120, 'x'));
  SetFriends(ids);
  EXPECT_EQ(session_->phase(), Phase::kRefused);
}

TEST_F(LightUdpSessionTest, AStatusBesideAListThatIsUnderWaySaysBoth) {
  StartSettled();
  SetFriends({"dan"});
  wishes_.status = PresenceStatus{.state = PresenceState::kAway};
  session_->OnStatus(now_);
  const auto said = Said();
  EXPECT_EQ(said.back(), R"({"ack":1002,"cookie":"c1","friends":["dan"],"rev":104,"state":"away","v":2})");
  Hear(R"({"rev":104,"seq":1003})");
  const auto fence = Said();
  ASSERT_THAT(fence, SizeIs(1));
  EXPECT_EQ(json::parse(fence[0]).count("friends"), 0U);
}

TEST_F(LightUdpSessionTest, AQuietPlayerKeepsAliveByName) {
  StartSettled();
  Wait(10s);
  EXPECT_THAT(Said(), ElementsAre(R"({"ack":1002,"cookie":"c1","ping":true,"user_id":"ann","v":2})"));
  Hear(R"({"pong":true})");
  Wait(3s);
  EXPECT_EQ(session_->phase(), Phase::kOpen);
  EXPECT_THAT(Said(), IsEmpty());
  Wait(7s);
  EXPECT_THAT(Said(), SizeIs(1));
  Wait(3s);
  EXPECT_EQ(session_->phase(), Phase::kLost);
}

TEST_F(LightUdpSessionTest, AServerThatBeganAnewIsALostLink) {
  StartSettled();
  Hear(R"({"cookie":"c1"})");
  EXPECT_EQ(session_->phase(), Phase::kOpen) << "asked for twice";
  Hear(R"({"cookie":"c2"})");
  EXPECT_EQ(session_->phase(), Phase::kLost);
  StartSettled();
  Hear(R"({"welcome":true,"seq":900})");
  EXPECT_EQ(session_->phase(), Phase::kOpen) << "an old one, overtaken";
  Hear(R"({"welcome":true,"seq":2000})");
  EXPECT_EQ(session_->phase(), Phase::kLost) << "it did not know us any more";
}

TEST_F(LightUdpSessionTest, AWelcomeOfAnEarlierLifeGivesWayToOurs) {
  Start();
  Hear(R"({"cookie":"c1"})");
  Hear(R"({"welcome":true,"seq":500})");
  HearOnline("bob", 501);
  Hear(R"({"welcome":true,"seq":1000})");
  EXPECT_EQ(StateOf("bob"), std::nullopt);
  Hear(R"({"rev":101,"seq":1001})");
  Hear(R"({"rev":102,"seq":1002})");
  EXPECT_EQ(StateOf("bob"), PresenceState::kOffline);
}

TEST_F(LightUdpSessionTest, ASignOffIsSaidUntilItsPingComesBack) {
  StartSettled();
  wishes_.signs_off = true;
  session_->OnSignOff(now_);
  const std::string goodbye =
      R"({"ack":1002,"cookie":"c1","online":false,"ping":103,"rev":103,"user_id":"ann","v":2})";
  EXPECT_THAT(Said(), ElementsAre(goodbye));
  Wait(250ms);
  EXPECT_THAT(Said(), ElementsAre(goodbye));
  Hear(R"({"pong":103})");
  EXPECT_EQ(session_->phase(), Phase::kSignedOff);
}

TEST_F(LightUdpSessionTest, WhatIsSentRawGetsTheCookie) {
  Start();
  Said();
  EXPECT_FALSE(session_->SendRaw("{}")) << "there is none yet";
  Hear(R"({"cookie":"c1"})");
  Said();
  EXPECT_TRUE(session_->SendRaw(R"({"v":2,"ping":7})"));
  EXPECT_TRUE(session_->SendRaw(R"({"cookie":"mine"})"));
  EXPECT_TRUE(session_->SendRaw("not JSON"));
  EXPECT_THAT(Said(), ElementsAre(R"({"cookie":"c1","ping":7,"v":2})", R"({"cookie":"mine"})", "not JSON"));
}

TEST_F(LightUdpSessionTest, GarbageIsIgnored) {
  StartSettled();
  Hear(json{{"cookie", std::string(65, 'c')}}.dump());
  for (const char* text : {"", "x", "[]", "{", R"({"seq":-1})", R"({"seq":"1003"})", R"({"cookie":7})",
                           R"({"cookie":""})", R"({"online":true,"user_id":"bob","seq":1e30})"}) {
    Hear(text);
  }
  EXPECT_EQ(session_->phase(), Phase::kOpen);
  EXPECT_EQ(StateOf("bob"), PresenceState::kOffline);
}

}  // namespace
}  // namespace oofgg::internal
