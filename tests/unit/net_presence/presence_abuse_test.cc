// What breaks a rule of the presence port is told why and closed, and nobody else notices.

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <map>
#include <span>
#include <utility>
#include <vector>

#include "tests/unit/net_presence/presence_fixture.h"

namespace oofgg::net {
namespace {

using namespace std::chrono_literals;

std::string Repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST_P(PresenceFormsTest, BadInputIsAnsweredExactly) {
  const std::string id_rule = "must be a string or an integer of 64 bits";
  const std::string malformed = "malformed JSON; one object is expected";
  const std::string no_object = "expected a JSON object, which begins with {";
  const struct {
    std::string sent;
    std::string error;
  } cases[] = {
      {"hello\n", no_object},
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", no_object},
      {"\x16\x03\x01\x02", no_object},
      {std::string(1, '\0'), no_object},
      {"[1,2]", no_object},
      {"\"user_id\"", no_object},
      {"42", no_object},
      {"}", no_object},
      {R"({"user_id":1},{"user_id":1})", no_object},
      {R"({"user_id":1}x)", no_object},
      {"{]", malformed},
      {"{user_id:1}", malformed},
      {R"({"user_id":1,})", malformed},
      {R"({"user_id" 1})", malformed},
      {R"({"user_id":NaN})", malformed},
      {"{\"user_id\":\"\xC0\x80\"}", malformed},
      {R"({"user_id":"\uD800"})", malformed},
      {"{}", "user_id: is missing; a connection begins with it"},
      {R"({"v":2,"ping":true})", "user_id: is missing; a connection begins with it"},
      {R"({"friends":[1]})", "user_id: is missing; a connection begins with it"},
      {R"({"user_id":null})", "user_id: " + id_rule},
      {R"({"user_id":1.5})", "user_id: " + id_rule},
      {R"({"user_id":[]})", "user_id: " + id_rule},
      {R"({"user_id":99999999999999999999})", "user_id: " + id_rule},
      {R"({"user_id":""})", "user_id: is 0 bytes long; 1 to 128 are allowed"},
      {R"({"user_id":")" + Repeat("x", 129) + R"("})", "user_id: is 129 bytes long; 1 to 128 are allowed"},
      {R"({"user_id":1,"friends":2})", "friends: must be an array of ids"},
      {R"({"user_id":1,"friends":[2,null]})", "friends[1]: " + id_rule},
      {R"({"user_id":1,"friends":[0)" + Repeat(",1", 5'000) + "]}",
       "friends: has 5001 ids; at most 5000 are allowed"},
      {R"({"user_id":1,"online":"no"})", "online: must be true or false"},
      {R"({"user_id":1,"v":3})", "v: must be 1 or 2"},
      {R"({"user_id":1,"v":2,"ping":{}})", "ping: must be true or an integer"},
      {R"({"user_id":1}{"user_id":2})",
       "user_id: is not the one this connection began with; open another connection"},
      {R"({"user_id":1,"online":false}{"friends":[2]})", "user_id: is missing; a connection begins with it"},
      {R"({"a":)" + Repeat("[", 32), "an object may nest 32 levels at most"},
      {R"({"a":")" + Repeat("x", 256 * 1024), "an object may have 262144 bytes at most"},
  };
  LineClient bystander = SignOn("bystander", R"({"v":2,"user_id":"bystander","friends":["witness"]})");
  for (const auto& bad : cases) {
    SCOPED_TRACE(bad.sent.substr(0, 60));
    LineClient client = Connect();
    client.Send(bad.sent);
    const std::string code = bad.error.ends_with("bytes at most") ? "OUT_OF_RANGE" : "INVALID_ARGUMENT";
    EXPECT_EQ(client.Line(), R"({"error":")" + bad.error + R"(","code":")" + code + "\"}");
    EXPECT_EQ(client.Line(), "<end>");
  }
  EXPECT_EQ(listener().counts().over_size, 1U);
  EXPECT_EQ(listener().counts().malformed, std::size(cases) - 1);
  ExpectOffline("1");
  LineClient witness = SignOn("witness", R"({"user_id":"witness"})");
  EXPECT_EQ(bystander.Line(), R"({"online":true,"user_id":"witness"})");
  witness.Close();
  EXPECT_EQ(bystander.Line(), R"({"online":false,"user_id":"witness"})");
}

TEST_P(PresenceFormsTest, WhatFollowsAFaultIsNotRead) {
  LineClient client = Connect();
  client.Send(R"({"user_id":1,"v":9}{"user_id":2})");
  EXPECT_EQ(client.Line(), R"({"error":"v: must be 1 or 2","code":"INVALID_ARGUMENT"})");
  client.Send(R"({"user_id":2})");
  EXPECT_EQ(client.Line(), "<end>");
  client.Close();
  Eventually("closed", [&] { return listener().connections() == 0; });
  EXPECT_EQ(hub_.counts().users, 0u);
}

TEST_P(PresenceFormsTest, WhoSendsOnAfterTheFaultIsCutOff) {
  LineClient client = Connect();
  client.Send("x");
  const std::string junk(64 * 1024, 'x');
  Eventually("cut off", [&] {
    client.TrySend(junk);
    return listener().connections() == 0;
  });
}

TEST_P(PresenceFormsTest, TheFirstObjectHasTenSeconds) {
  LineClient silent = Connect();
  LineClient trickling = Connect();
  trickling.Send(R"({"user_id":1,"friends":[)");
  Eventually("both are counted", [&] { return listener().connections() == 2; });
  LineClient idle = SignOn("2", R"({"user_id":2})");
  Eventually("deadlines", [&] { return timers_.NextTimer().has_value(); });
  timers_.AdvanceBy(9'999ms);
  trickling.Send("3,");
  EXPECT_TRUE(silent.IsSilent());
  timers_.AdvanceBy(1ms);
  EXPECT_EQ(silent.Line(),
            R"({"error":"no whole object within 10 s","code":"DEADLINE_EXCEEDED","reconnect":true})");
  EXPECT_EQ(silent.Line(), "<end>");
  EXPECT_EQ(trickling.Line(),
            R"({"error":"no whole object within 10 s","code":"DEADLINE_EXCEEDED","reconnect":true})");
  EXPECT_EQ(listener().counts().object_timeouts, 2U);
  timers_.AdvanceBy(1h);
  EXPECT_TRUE(idle.IsSilent()) << "who has said hello may be silent for ever";
  EXPECT_TRUE(IsOnline("2"));
}

TEST_P(PresenceFormsTest, ALaterObjectHasTenSecondsFromItsFirstByte) {
  LineClient one = SignOn("1", R"({"v":2,"user_id":1})");
  timers_.AdvanceBy(1h);
  one.Send(R"({"ping":1}{"frie)");
  EXPECT_EQ(one.Line(), R"({"pong":1})");
  Eventually("a deadline", [&] { return timers_.NextTimer().has_value(); });
  timers_.AdvanceBy(10s);
  EXPECT_EQ(one.Line(),
            R"({"error":"no whole object within 10 s","code":"DEADLINE_EXCEEDED","reconnect":true})");
  EXPECT_EQ(one.Line(), "<end>");
}

TEST_F(PresenceTcpTest, ConnectionsOfOneAddressAreLimited) {
  PresenceTcpOptions options;
  options.max_connections_per_address = 2;
  Listen(options);
  LineClient one = SignOn("1", R"({"user_id":1})");
  LineClient two = SignOn("2", R"({"v":2,"user_id":2})");
  LineClient three = Connect();
  EXPECT_EQ(
      three.Line(),
      R"({"error":"too many connections from your address; close some","code":"RESOURCE_EXHAUSTED","reconnect":true})");
  EXPECT_EQ(three.Line(), "<end>");
  EXPECT_EQ(listener().counts().accepted, 3U);
  EXPECT_EQ(listener().counts().over_connections_of_address, 1U);
  two.Send(R"({"ping":1})");
  EXPECT_EQ(two.Line(), R"({"pong":1})");
  one.Close();
  Eventually("there is room", [&] { return listener().connections() == 1; });
  SignOn("3", R"({"user_id":3})");
}

TEST_P(PresenceFormsTest, FriendsOfOneAddressWithoutTokensAreLimited) {
  PresenceTcpOptions options;
  options.max_friends_per_address = 3;
  Listen(options, [](std::string_view) -> StatusOr<Caller> {
    return Caller{.user_id = "proven", .role = "user", .session_id = {}};
  });
  const std::string refusal =
      R"({"error":"too many friends on the lists from your address; send a token, or shorter lists","code":"RESOURCE_EXHAUSTED","reconnect":true})";
  LineClient one = SignOn("1", R"({"v":2,"user_id":1,"friends":[7,8]})");
  LineClient two = SignOn("2", R"({"v":2,"user_id":2,"friends":[9]})");
  for (const char* hello :
       {R"({"v":2,"user_id":3,"friends":[7]})", R"({"v":2,"user_id":3}{"friends":[7]})"}) {
    LineClient over = Connect();
    over.Send(hello);
    EXPECT_EQ(over.Line(), refusal);
    EXPECT_EQ(over.Line(), "<end>");
  }
  LineClient proven = SignOn("proven", R"({"v":2,"user_id":"proven","token":"t","friends":[4,5,6,7,8]})");
  proven.Send(R"({"friends":[4,5,6,7,8,9]}{"ping":1})");
  EXPECT_EQ(proven.Line(), R"({"pong":1})");
  EXPECT_EQ(hub_.counts().friendships, 9U);
  EXPECT_EQ(listener().counts().over_friends, 2U);

  // A shorter list, a sign-off and a close each make room.
  one.Send(R"({"friends":[7]}{"ping":1})");
  EXPECT_EQ(one.Line(), R"({"pong":1})");
  two.Send(R"({"friends":[8,9]}{"ping":1})");
  EXPECT_EQ(two.Line(), R"({"pong":1})");
  two.Send(R"({"online":false}{"ping":2})");
  EXPECT_EQ(two.Line(), R"({"pong":2})");
  one.Send(R"({"friends":[7,8,9]}{"ping":2})");
  EXPECT_EQ(one.Line(), R"({"pong":2})");
  one.Close();
  Eventually("it is gone", [&] { return listener().connections() == 2; });
  LineClient four = SignOn("4", R"({"v":2,"user_id":4,"friends":[7,8,9]})");
  four.Send(R"({"ping":1})");
  EXPECT_EQ(four.Line(), R"({"pong":1})");
}

TEST_F(PresenceTcpTest, ObjectsOfOneAddressAreLimited) {
  PresenceTcpOptions options;
  options.objects_per_address = {.per_second = 1, .burst = 4};
  options.spares_this_machine = false;
  Listen(options);
  LineClient client = SignOn("1", R"({"v":2,"user_id":1,"friends":[2,3,4,5,6,7,8,9,10,11]})");
  client.Send(R"({"friends":[]}{"friends":[2,3,4,5,6,7,8,9,10,11]})");
  EXPECT_EQ(
      client.Line(),
      R"({"error":"too many objects from your address at once; come back more slowly","code":"RESOURCE_EXHAUSTED","reconnect":true})");
  EXPECT_EQ(client.Line(), "<end>");
  EXPECT_EQ(listener().counts().over_rate, 1U);
}

TEST_F(PresenceTcpTest, ConnectionsAreLimitedAltogether) {
  PresenceTcpOptions options;
  options.max_connections = 1;
  Listen(options);
  LineClient one = SignOn("1", R"({"user_id":1})");
  LineClient two = Connect();
  EXPECT_EQ(
      two.Line(),
      R"({"error":"the server has all the connections it can take; try later","code":"RESOURCE_EXHAUSTED","reconnect":true})");
  EXPECT_EQ(two.Line(), "<end>");
  EXPECT_EQ(listener().counts().over_connections, 1U);
}

// A peer that floods and does not read: nothing is read from it while it does not take our answers, and
// after the write timeout it is dropped.
TEST_P(PresenceFormsTest, WhoDoesNotReadIsDropped) {
  PresenceTcpOptions options;
  // Not for an object that is cut off by its own flood, however often the test's clock goes on meanwhile.
  options.object_timeout = 24h * 3650;
  // Small buffers are full at once. To fill large ones may take a machine longer than the 20 s after which
  // the kernel itself ends a connection whose peer takes nothing.
  options.send_buffer_bytes = 4'096;
  Listen(options);
  LineClient flooder(listener().port(), {.tls = tls_, .receive_buffer = 4'096});
  flooder.Send(R"({"v":2,"user_id":1})");
  ExpectOnline("1");
  LineClient bystander = SignOn("2", R"({"v":2,"user_id":2})");
  const std::string pings = Repeat(R"({"ping":1})", 5'000);
  std::string rest;
  Eventually("dropped", [&] {
    if (rest.empty()) rest = pings;
    const std::size_t sent = flooder.TrySend(rest);
    rest.erase(0, sent);
    if (sent == 0) timers_.AdvanceBy(1s);
    return listener().connections() == 1;
  });
  const PresenceTcpCounts counts = listener().counts();
  EXPECT_EQ(counts.write_timeouts, 1U)
      << "but " << counts.object_timeouts << " for their object, " << counts.over_rate << " for their rate, "
      << counts.malformed << " malformed";
  bystander.Send(R"({"ping":1})");
  EXPECT_EQ(bystander.Line(), R"({"pong":1})");
}

/// A connection that takes a byte of what is written to it each second, by the test's clock.
class SlowLayer final : public SecureLayer {
 public:
  SlowLayer(int descriptor, testing::ManualExecutor& timers) : descriptor_(descriptor), timers_(timers) {}

  SecureResult Handshake() override {
    char hello;
    return Read({&hello, 1});
  }
  SecureResult Read(std::span<char> into) override {
    const ssize_t count = recv(descriptor_, into.data(), into.size(), MSG_DONTWAIT);
    if (count <= 0) return {count == 0 ? SecureResult::Outcome::kEnd : SecureResult::Outcome::kWantRead};
    return {SecureResult::Outcome::kDone, static_cast<std::size_t>(count)};
  }
  SecureResult Write(std::span<const char>) override {
    if (!std::exchange(is_full_, !is_full_)) return {SecureResult::Outcome::kDone, 1};
    timers_.AdvanceBy(1s);
    return {SecureResult::Outcome::kWantWrite};
  }
  void SayEnd() override {}

 private:
  const int descriptor_;
  testing::ManualExecutor& timers_;
  bool is_full_ = false;
};

// It would hold its buffers for ever.
TEST_F(PresenceTcpTest, WhoTakesALittleNowAndThenIsDroppedToo) {
  Listen({.tls = PresenceTls::kOffered,
          .secure = [this](int descriptor) { return std::make_unique<SlowLayer>(descriptor, timers_); }});
  const std::string bob = Repeat("b", 120);
  const auto online = hub_.Connect(bob, {}, {}, std::make_shared<SilentHost>());
  LineClient slow = Connect();
  slow.Send(R"({"v":2,"user_id":1,"friends":[")" + bob + "\"]}");
  Eventually("dropped", [&] { return listener().counts().write_timeouts == 1; });
  Eventually("closed", [&] { return listener().connections() == 0; });
}

// Its friends change far more often than it reads: it gets fewer lines than there were changes, and the last
// line about each friend is the truth.
TEST_P(PresenceFormsTest, ASlowReaderEndsEqualToTheTruth) {
  PresenceTcpOptions options;
  options.send_buffer_bytes = 4'096;
  Listen(options);
  constexpr int kFriends = 50;
  constexpr int kRounds = 400;
  std::string friends;
  for (int i = 0; i < kFriends; ++i) friends += (i > 0 ? "," : "") + std::to_string(100 + i);
  LineClient slow(listener().port(), {.tls = tls_, .receive_buffer = 4'096});
  slow.Send(R"({"v":2,"user_id":1,"friends":[)" + friends + "]}");
  ExpectOnline("1");

  const auto host = std::make_shared<SilentHost>();
  std::map<int, presence::PresenceConnection> online;
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < kFriends; ++i) {
      const int user = 100 + i;
      if (online.erase(user) == 0) online[user] = hub_.Connect(std::to_string(user), {}, {}, host);
    }
  }
  online[100].Close();
  online.erase(100);
  for (int user = 101; user < 100 + kFriends; user += 2)
    online[user] = hub_.Connect(std::to_string(user), {}, {}, host);

  slow.Send(R"({"ping":7})");
  std::map<std::string, int> last;
  int lines = 0;
  for (std::string line = slow.Line(); line != R"({"pong":7})"; line = slow.Line()) {
    ASSERT_LT(++lines, kFriends * kRounds) << "every change was sent";
    const std::size_t colon = line.rfind(':');
    ASSERT_NE(colon, std::string::npos) << line;
    last[line.substr(colon + 1, line.size() - colon - 2)] = line.find("true") != std::string::npos;
  }
  for (int user = 100; user < 100 + kFriends; ++user) {
    EXPECT_EQ(last[std::to_string(user)] == 1, online.count(user) == 1) << user;
  }
}

}  // namespace
}  // namespace oofgg::net
