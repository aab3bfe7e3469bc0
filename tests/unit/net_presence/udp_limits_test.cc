// Who may say what to the presence port over UDP, and how much of it.

#include <gmock/gmock.h>

#include "tests/unit/net_presence/udp_fixture.h"

namespace oofgg::net {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

TEST_F(UdpTest, StrangersCannotEndAPlayer) {
  const std::string cookie = CookieOf(kAnn);
  Say(kAnn, V2(cookie, R"("user_id":"ann")"));
  // The address may be forged; the cookie is not known.
  Say(kAnn, R"({"v":1,"user_id":"ann","online":false})");
  Say(kAnn, R"({"v":2,"online":false,"cookie":"0123456789abcdef"})");
  Say(kAnn, "{");
  Say(kAnn, std::string(100, '{'));
  Say(kAnn, R"({"friends":7})");
  EXPECT_TRUE(IsOnline("ann"));
}

TEST_F(UdpTest, WhatAStrangerSaysIsNotRead) {
  // Read, it would be found wrong.
  Say(kAnn, R"({"v":2,"friends":7,"cookie":"0123456789abcdef"})");
  EXPECT_THAT(HeardBy(kAnn), ElementsAre(::testing::StartsWith(R"({"cookie":)")));
  Say(kAnn, R"({"user_id":1,"friends":7,"pad":"-------------------"})");
  EXPECT_THAT(HeardBy(kAnn), IsEmpty());
  EXPECT_EQ(players_->counts().malformed, 0U);
  EXPECT_EQ(players_->counts().unproved, 1U);
}

TEST_F(UdpTest, LongDatagramsAreRefused) {
  const std::string cookie = CookieOf(kAnn);
  Say(kAnn, V2(cookie, R"("user_id":"ann","pad":")" + std::string(1'200, 'x') + '"'));
  EXPECT_THAT(
      HeardBy(kAnn),
      ElementsAre(
          R"({"error":"friends: make the datagram longer than 1200 bytes; send them in parts","code":"INVALID_ARGUMENT"})"));
  Say(kAnn, std::string(5'000, ' '));
  EXPECT_THAT(HeardBy(kAnn), IsEmpty());
  EXPECT_EQ(players_->counts().malformed, 2U);
}

TEST_F(UdpTest, AnAddressMaySendSoMuch) {
  Open({.datagrams_per_address = {.per_second = 10, .burst = 10}});
  for (int i = 0; i < 15; ++i) Say(kAnn, "{");
  EXPECT_EQ(players_->counts().over_rate, 5U);
  Say(kBob, "{");
  EXPECT_EQ(players_->counts().over_rate, 5U) << "nobody else notices";
}

TEST_F(UdpTest, WhoReadsNothingIsNotHeardForEver) {
  const std::string cookie = SignOn(kAnn, R"("user_id":"ann","rev":1,"ack":0)");
  for (int rev = 2; rev < 100; ++rev) Say(kAnn, V2(cookie, R"("friends":[],"rev":)" + std::to_string(rev)));
  EXPECT_EQ(HeardBy(kAnn).size(), 16U);
  Wait(1s);
  EXPECT_LE(HeardBy(kAnn).size(), 32U);
  Acknowledge(kAnn, cookie, 17);
  Say(kAnn, V2(cookie, R"("friends":[],"rev":100)"));
  EXPECT_THAT(HeardBy(kAnn), Contains(HasSubstr(R"("rev":100)")));
}

TEST_F(UdpTest, TheEndOfALoginDoesNotEndTheNext) {
  const auto authenticate = [](std::string_view token) -> StatusOr<Caller> {
    Caller caller;
    caller.user_id = "ann";
    caller.session_id = "session of " + std::string(token);
    return caller;
  };
  Open({}, authenticate);
  const std::string cookie = SignOn(kAnn, R"("user_id":"ann","rev":1,"ack":0,"token":"one")");
  players_->EndLogin("session of one");
  // Before it is her turn to be ended, she goes, and comes back by another login.
  Say(kAnn, V2(cookie, R"("online":false,"rev":2)"));
  Say(kAnn, V2(cookie, R"("user_id":"ann","rev":3,"ack":0,"token":"two")"));
  Advance();
  EXPECT_TRUE(IsOnline("ann"));
  players_->EndLogin("session of two");
  Advance();
  EXPECT_FALSE(IsOnline("ann"));
}

TEST_F(UdpTest, PlayersAndFriendsOfAnAddressAreBounded) {
  Open({.max_players_per_address = 2, .max_friends_per_address = 3});
  Say(kHere, R"({"user_id":1,"friends":[7,8]})");
  Say(kHereToo, R"({"user_id":2,"friends":[7,8]})");
  EXPECT_THAT(
      HeardBy(kHereToo),
      ElementsAre(
          R"({"error":"too many friends on the lists from your address; send a token, or shorter lists","code":"RESOURCE_EXHAUSTED","reconnect":true})"));
  EXPECT_EQ(players_->players(), 1U);
  Say(kHereToo, R"({"user_id":2})");
  const UdpPeer third = PeerAt("127.0.0.1", 4'002);
  Say(third, R"({"user_id":3})");
  EXPECT_THAT(
      HeardBy(third),
      ElementsAre(
          R"({"error":"too many connections from your address; close some","code":"RESOURCE_EXHAUSTED","reconnect":true})"));
  EXPECT_EQ(players_->counts().over_friends, 1U);
  EXPECT_EQ(players_->counts().over_players_of_address, 1U);
  EXPECT_EQ(players_->counts().over_players, 0U);
}

TEST_F(UdpTest, AnAddressMayHaveSoManyTokensChecked) {
  int checked = 0;
  const auto authenticate = [&](std::string_view token) -> StatusOr<Caller> {
    ++checked;
    return Caller{std::string(token), "user", "login"};
  };
  Open({.tokens_per_address = {.per_second = 1, .burst = 2}}, authenticate);
  const auto bring_token = [&](const UdpPeer& peer, const std::string& user) {
    Say(peer, V2(CookieOf(peer), R"("user_id":")" + user + R"(","token":")" + user + '"'));
    return HeardBy(peer);
  };
  bring_token(PeerAt("203.0.113.1", 1), "one");
  bring_token(PeerAt("203.0.113.1", 2), "two");
  EXPECT_THAT(
      bring_token(PeerAt("203.0.113.1", 3), "three"),
      ElementsAre(
          R"({"error":"too many tokens from your address at once; try again soon","code":"RESOURCE_EXHAUSTED","reconnect":true})"));
  EXPECT_EQ(checked, 2);
  EXPECT_EQ(players_->counts().over_tokens, 1U);
  bring_token(kBob, "bob");
  EXPECT_TRUE(IsOnline("bob")) << "nobody else notices";
  clock_.Advance(1s);
  bring_token(PeerAt("203.0.113.1", 3), "three");
  EXPECT_TRUE(IsOnline("three"));
  for (int i = 0; i < 5; ++i) Say(kHere, R"({"user_id":"here","token":"here","online":false})");
  EXPECT_EQ(players_->counts().over_tokens, 1U) << "this machine may bring more";
}

TEST_F(UdpTest, TokensAreCheckedAndTheirLoginsEnd) {
  const auto authenticate = [](std::string_view token) -> StatusOr<Caller> {
    if (token != "good") return MakeStatus(StatusCode::kUnauthenticated, "is expired");
    return Caller{"ann", "user", "login-1"};
  };
  Open({.require_token = true}, authenticate);
  const std::string cookie = CookieOf(kAnn);
  Say(kAnn, V2(cookie, R"("user_id":"ann")"));
  Say(kAnn, V2(cookie, R"("user_id":"ann","token":"bad")"));
  Say(kAnn, V2(cookie, R"("user_id":"bob","token":"good")"));
  EXPECT_THAT(
      HeardBy(kAnn),
      ElementsAre(R"({"error":"token: is required here; log in and send one","code":"UNAUTHENTICATED"})",
                  R"({"error":"token: is expired","code":"UNAUTHENTICATED"})",
                  R"({"error":"token: belongs to another user","code":"PERMISSION_DENIED"})"));
  Say(kAnn, V2(cookie, R"("user_id":"ann","token":"good")"));
  EXPECT_TRUE(IsOnline("ann"));
  HeardBy(kAnn);
  players_->EndLogin("login-2");
  Advance();
  EXPECT_TRUE(IsOnline("ann"));
  players_->EndLogin("login-1");
  Advance();
  EXPECT_FALSE(IsOnline("ann")) << "without grace";
  EXPECT_EQ(HeardBy(kAnn).size(), 1U);
  Say(kAnn, V2(cookie, R"("user_id":"ann","token":"good")"));
  HeardBy(kAnn);
  players_->SendLoginsAway();
  Advance();
  EXPECT_TRUE(IsOnline("ann")) << "by grace";
  EXPECT_THAT(
      HeardBy(kAnn),
      ElementsAre(
          R"({"error":"connect again, to be recognised anew","code":"UNAVAILABLE","reconnect":true})"));
}

TEST_F(UdpTest, WhoComesBackIsThereByTheNewLogin) {
  Open({.require_token = true}, [](std::string_view token) -> StatusOr<Caller> {
    return Caller{"ann", "user", std::string(token)};
  });
  const std::string cookie = CookieOf(kAnn);
  Say(kAnn, V2(cookie, R"("user_id":"ann","token":"login-1","rev":1)"));
  Say(kAnn, V2(cookie, R"("user_id":"ann","online":false,"rev":2)"));
  Say(kAnn, V2(cookie, R"("user_id":"ann","token":"login-2","rev":3)"));
  players_->EndLogin("login-1");
  Advance();
  EXPECT_TRUE(IsOnline("ann"));
  players_->EndLogin("login-2");
  Advance();
  EXPECT_FALSE(IsOnline("ann"));
}

TEST_F(UdpTest, ATokenTakesAUserFromWhoShowsNone) {
  Say(kHere, R"({"user_id":"ann"})");
  presence::PresenceConnection proven = hub_.Connect("ann", {.proven = true}, {}, host_, 0);
  Settle();
  EXPECT_THAT(
      HeardBy(kHere),
      ElementsAre(
          R"({"error":"this user has signed in with a token; connect with a token too","code":"PERMISSION_DENIED"})"));
  Say(kHere, R"({"user_id":"ann"})");
  EXPECT_EQ(HeardBy(kHere).size(), 1U);
  EXPECT_EQ(players_->players(), 0U);
}

}  // namespace
}  // namespace oofgg::net
