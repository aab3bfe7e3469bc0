// The presence port of oofgg-game, spoken to as `nc` would, in both forms, and beside the SDK's stream.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/servers/running_server.h"
#include "tests/support/datagram_peer.h"
#include "tests/support/inbox.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

class PresencePortTest : public ::testing::Test {
 protected:
  /// One pair of servers for all tests: what one does must not disturb another, and starting costs.
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory();
    auth_ = StartAuth(*folder_).release();
    game_ = StartGame(*folder_, *auth_, {"--presence-grace", "20ms"}).release();
  }
  static void TearDownTestSuite() {
    delete game_;
    delete auth_;
    delete folder_;
  }

  static std::string Door() { return game_->address("presence"); }

  static TemporaryDirectory* folder_;
  static RunningServer* auth_;
  static RunningServer* game_;
};

TemporaryDirectory* PresencePortTest::folder_ = nullptr;
RunningServer* PresencePortTest::auth_ = nullptr;
RunningServer* PresencePortTest::game_ = nullptr;

TEST_F(PresencePortTest, FirstFormAsTypedByHand) {
  TcpPeer one(Door());
  ASSERT_TRUE(one.Send(R"({"user_id": 1, "friends": [2, 3, 4]})"));
  {
    TcpPeer two(Door());
    ASSERT_TRUE(two.Send(R"({"user_id": "2", "friends": [1]})"));
    EXPECT_EQ(one.ReadLine(), R"({"online":true})");
    EXPECT_EQ(two.ReadLine(), R"({"online":true})") << "1 was online already";
  }
  EXPECT_EQ(one.ReadLine(), R"({"online":false})") << "at once, without grace";
}

TEST_F(PresencePortTest, SecondFormSaysWhoAndMayPing) {
  TcpPeer ann(Door());
  ASSERT_TRUE(ann.Send("{\"v\":2,\"user_id\":11,\"friends\":[12]}\n{\"v\":2,\"ping\":7}\n"));
  EXPECT_EQ(ann.ReadLine(), R"({"pong":7})");
  TcpPeer bob(Door());
  // Split over segments, and packed: the second object comes with the end of the first.
  ASSERT_TRUE(bob.Send(R"({"v":2,"user_id":)"));
  ASSERT_TRUE(bob.Send("12}{\"ping\":true}"));
  EXPECT_EQ(bob.ReadLine(), R"({"pong":true})");
  EXPECT_EQ(ann.ReadLine(), R"({"online":true,"user_id":12})");
  ASSERT_TRUE(bob.Send(R"({"online":false})"));
  EXPECT_EQ(ann.ReadLine(), R"({"online":false,"user_id":12})");
}

TEST_F(PresencePortTest, ALostSecondFormClientIsOfflineAfterItsGrace) {
  TcpPeer ann(Door());
  ASSERT_TRUE(ann.Send(R"({"v":2,"user_id":"grace-ann","friends":["grace-bob"]})"));
  {
    TcpPeer bob(Door());
    ASSERT_TRUE(bob.Send(R"({"v":2,"user_id":"grace-bob"})"));
    EXPECT_EQ(ann.ReadLine(), R"({"online":true,"user_id":"grace-bob"})");
  }
  EXPECT_EQ(ann.ReadLine(), R"({"online":false,"user_id":"grace-bob"})");
}

TEST_F(PresencePortTest, ALaterObjectReplacesTheFriends) {
  TcpPeer watcher(Door());
  ASSERT_TRUE(watcher.Send(R"({"v":2,"user_id":"w","friends":["old"]}{"friends":["new"]}{"ping":1})"));
  EXPECT_EQ(watcher.ReadLine(), R"({"pong":1})");
  TcpPeer old(Door());
  ASSERT_TRUE(old.Send(R"({"v":2,"user_id":"old"}{"ping":1})"));
  EXPECT_EQ(old.ReadLine(), R"({"pong":1})");
  TcpPeer fresh(Door());
  ASSERT_TRUE(fresh.Send(R"({"v":2,"user_id":"new"})"));
  EXPECT_EQ(watcher.ReadLine(), R"({"online":true,"user_id":"new"})");
}

TEST_F(PresencePortTest, TheSdkSeesThoseWhoCameOverTcpAndIsSeenByThem) {
  Inbox<StatusOr<PresenceUpdate>> seen;
  const auto ann = SignUp("presence-ann", *auth_, game_);
  const std::string ann_id = ann->tokens().user_id;
  TcpPeer watcher(Door());
  ASSERT_TRUE(watcher.Send(R"({"v":2,"user_id":"tcp-watcher","friends":[")" + ann_id + "\"]}"));

  auto watch = ann->presence().Watch({"tcp-7"}, [&](StatusOr<PresenceUpdate> update) { seen.Put(update); });
  EXPECT_EQ(watcher.ReadLine(), R"({"online":true,"user_id":")" + ann_id + "\"}");
  const auto is = [](PresenceState state) {
    return [state](const StatusOr<PresenceUpdate>& update) { return !update.ok() || update->state == state; };
  };
  {
    TcpPeer seven(Door());
    ASSERT_TRUE(seven.Send(R"({"user_id":"tcp-7"})"));
    const auto online = seen.Next(is(PresenceState::kOnline));
    ASSERT_TRUE(online.has_value() && online->ok());
    EXPECT_EQ((*online)->user_id, "tcp-7");
  }
  const auto offline = seen.Next(is(PresenceState::kOffline));
  ASSERT_TRUE(offline.has_value() && offline->ok());
  EXPECT_EQ((*offline)->user_id, "tcp-7");
  watch.SignOff();
  EXPECT_EQ(watcher.ReadLine(), R"({"online":false,"user_id":")" + ann_id + "\"}");
}

TEST_F(PresencePortTest, UdpAsTypedByHand) {
  const DatagramPeer one(Door());
  one.Send("{\"user_id\": 71, \"friends\": [72]}\n");
  const DatagramPeer two(Door());
  two.Send("{\"user_id\": 72, \"friends\": [71]}\n");
  EXPECT_EQ(one.Receive(), R"({"online":true})");
  EXPECT_EQ(two.Receive(), R"({"online":true})");
  two.Send(R"({"online":false})");
  EXPECT_THAT(one.ReceiveWith("false"), Optional(std::string(R"({"online":false})")));
}

TEST_F(PresencePortTest, OneTableIsBehindAllDoors) {
  Inbox<StatusOr<PresenceUpdate>> seen;
  const auto ann = SignUp("udp-ann", *auth_, game_);
  const std::string ann_id = ann->tokens().user_id;
  auto watch = ann->presence().Watch({"udp-7"}, [&](StatusOr<PresenceUpdate> update) { seen.Put(update); },
                                     {.status = PresenceStatus{PresenceState::kAway, "tea"}});

  const DatagramPeer seven(Door());
  seven.Send(R"({"v":2,"user_id":"udp-7","pad":"0123456789"})");
  const auto offer = seven.ReceiveWith("cookie");
  ASSERT_TRUE(offer.has_value());
  seven.Send(R"({"v":2,)" + offer->substr(1, offer->size() - 2) +
             R"(,"user_id":"udp-7","rev":1,"friends":[")" + ann_id +
             R"("],"state":"in_match","session_id":"s1"})");
  EXPECT_THAT(seven.ReceiveWith(ann_id), Optional(HasSubstr(R"("state":"away","text":"tea")")));
  const auto playing = seen.Next(
      [](const StatusOr<PresenceUpdate>& update) { return update->state == PresenceState::kInMatch; });
  ASSERT_TRUE(playing.has_value());
  EXPECT_EQ((*playing)->session_id, "s1");

  TcpPeer watcher(Door());
  ASSERT_TRUE(watcher.Send(R"({"v":2,"user_id":"tcp-8","friends":["udp-7"]})"));
  EXPECT_EQ(watcher.ReadLine(), R"({"online":true,"user_id":"udp-7","state":"in_match","session_id":"s1"})");
}

TEST_F(PresencePortTest, ATokenProvesWhoItIs) {
  const auto ann = SignUp("proven-ann", *auth_, game_);
  const std::string id = ann->tokens().user_id;
  const std::string hello = R"({"v":2,"user_id":")" + id + "\"";
  TcpPeer proven(Door());
  ASSERT_TRUE(proven.Send(hello + R"(,"token":")" + ann->tokens().access_token + "\"}{\"ping\":1}"));
  EXPECT_EQ(proven.ReadLine(), R"({"pong":1})");

  TcpPeer pretender(Door());
  ASSERT_TRUE(pretender.Send(R"({"user_id":")" + id + "\"}"));
  EXPECT_THAT(pretender.ReadToEnd(), Optional(HasSubstr("{\"error\":")));
  TcpPeer thief(Door());
  ASSERT_TRUE(thief.Send(R"({"v":2,"user_id":"somebody","token":")" + ann->tokens().access_token + "\"}"));
  EXPECT_THAT(thief.ReadToEnd(), Optional(HasSubstr("belongs to another user")));
  ASSERT_TRUE(proven.Send(R"({"ping":2})"));
  EXPECT_EQ(proven.ReadLine(), R"({"pong":2})");
}

struct HostileLine {
  const char* name;
  std::string bytes;
  std::string said;  ///< In the `{"error":…}` before the close; empty: closed without a word.
};

const HostileLine kHostileLines[] = {
    {"NotJson", "hello\n", "begins with {"},
    {"Binary", std::string("\x16\x03\x01\x00\xff\xfe\x00\x01", 8), "begins with {"},
    {"Http", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "begins with {"},
    {"Array", "[1,2]", "begins with {"},
    {"Malformed", R"({"user_id":})", "malformed JSON"},
    {"TwoValues", R"({"user_id" 1})", "malformed JSON"},
    {"BrokenText", "{\"user_id\":\"\xff\xfe\"}", "malformed JSON"},
    {"NoId", R"({"friends":[1]})", "user_id"},
    {"EmptyObject", "{}", "user_id"},
    {"NullId", R"({"user_id":null})", "user_id"},
    {"FractionId", R"({"user_id":1.5})", "user_id"},
    {"HugeId", R"({"user_id":123456789012345678901234567890})", "user_id"},
    {"EmptyId", R"({"user_id":""})", "user_id"},
    {"LongId", R"({"user_id":")" + std::string(129, 'x') + "\"}", "user_id"},
    {"FriendsNoArray", R"({"user_id":1,"friends":"2"})", "friends"},
    {"FriendOfWrongType", R"({"user_id":1,"friends":[2,{}]})", "friends[1]"},
    {"OnlineNoBoolean", R"({"user_id":1,"online":"no"})", "online"},
    {"UnknownVersion", R"({"user_id":1,"v":3})", "v"},
    {"VersionNoNumber", R"({"user_id":1,"v":"2"})", "v"},
    {"PingNoNumber", R"({"user_id":1,"v":2,"ping":{}})", "ping"},
    {"TokenNoText", R"({"user_id":1,"token":1})", "token"},
    {"BadToken", R"({"user_id":1,"token":"no.token.atall"})", "token"},
    {"TooDeep", R"({"user_id":)" + std::string(40, '['), "32 levels"},
    {"Endless", R"({"user_id":")" + std::string(300 * 1024, 'x'), "262144 bytes"},
    {"AnotherId", R"({"user_id":"bad-1"}{"user_id":"bad-2"})", "user_id"},
};

TEST_F(PresencePortTest, BadInputIsToldWhyAndNobodyElseNotices) {
  TcpPeer bystander(Door());
  ASSERT_TRUE(bystander.Send(R"({"v":2,"user_id":"bystander","friends":["bad-1"]})"));
  for (const HostileLine& row : kHostileLines) {
    SCOPED_TRACE(row.name);
    TcpPeer bad(Door());
    ASSERT_TRUE(bad.connected());
    bad.Send(row.bytes);
    const auto said = bad.ReadToEnd();
    EXPECT_THAT(said, Optional(HasSubstr("{\"error\":")));
    EXPECT_THAT(said, Optional(HasSubstr(row.said)));
  }
  ASSERT_TRUE(bystander.Send(R"({"ping":1})"));
  EXPECT_THAT(bystander.ReadLineWith("pong"), Optional(std::string(R"({"pong":1})")));
}

TEST_F(PresencePortTest, TooManyFriendsAreRefusedAndAsManyAsAllowedAreNot) {
  const auto hello = [](int friends) {
    std::string text = R"({"v":2,"user_id":"popular","ping":1,"friends":[0)";
    for (int i = 1; i < friends; ++i) text += "," + std::to_string(i + 1'000'000);
    return text + "]}";
  };
  TcpPeer many(Door());
  ASSERT_TRUE(many.Send(hello(5'000)));
  EXPECT_EQ(many.ReadLine(), R"({"pong":1})");
  TcpPeer too_many(Door());
  too_many.Send(hello(5'001));
  EXPECT_THAT(too_many.ReadToEnd(), Optional(HasSubstr("5000")));
}

TEST_F(PresencePortTest, AHalfSentObjectAndAnEarlyEndHarmNobody) {
  TcpPeer half(Door());
  ASSERT_TRUE(half.Send(R"({"user_id":"ha)"));
  TcpPeer other(Door());
  ASSERT_TRUE(other.Send(R"({"v":2,"user_id":"other"}{"ping":1})"));
  EXPECT_EQ(other.ReadLine(), R"({"pong":1})");
  half.HalfClose();
  EXPECT_EQ(half.ReadToEnd(), "");
  TcpPeer silent(Door());
  silent.HalfClose();
  EXPECT_EQ(silent.ReadToEnd(), "");
}

}  // namespace
}  // namespace oofgg::testing
