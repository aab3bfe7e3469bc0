// What clients of the presence port see when all goes well.

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <future>
#include <set>

#include "tests/unit/net_presence/presence_fixture.h"
#include "tests/unit/net_presence/v1_lines.h"

namespace oofgg::net {
namespace {

using ::testing::StartsWith;
using namespace std::chrono_literals;

TEST_P(PresenceFormsTest, TheExampleOfTheManual) {
  LineClient one = SignOn("1", R"({"user_id": 1, "friends": [2, 3, 4]})");
  LineClient two = SignOn("2", R"({"user_id": 2, "friends": [1]})");
  EXPECT_EQ(two.Line(), kOn) << "a friend who is online already is reported at connect";
  EXPECT_EQ(one.Line(), kOn);
  two.Close();
  EXPECT_EQ(one.Line(), kOff);
  EXPECT_TRUE(one.IsSilent());
}

TEST_P(PresenceFormsTest, AV1DepartureReachesThoseItListed) {
  LineClient listed = SignOn("2", R"({"user_id":2})");
  SignOn("1", R"({"user_id":1,"friends":[2]})").Close();
  EXPECT_EQ(listed.Line(), kOff);
}

TEST_P(PresenceFormsTest, AnAbortedLinkIsADeparture) {
  LineClient one = SignOn("1", R"({"user_id":1,"friends":[2]})");
  LineClient two = SignOn("2", R"({"user_id":2})");
  EXPECT_EQ(one.Line(), kOn);
  two.Abort();
  EXPECT_EQ(one.Line(), kOff);
}

TEST_P(PresenceFormsTest, AUserIsOnlineWhileOneOfTheirConnectionsLives) {
  LineClient watcher = SignOn("1", R"({"user_id":1,"friends":[2]})");
  LineClient phone = SignOn("2", R"({"user_id":"2"})");
  LineClient desktop = SignOn("2", R"({"user_id":2})");
  EXPECT_EQ(watcher.Line(), kOn);
  phone.Close();
  Eventually("the phone is gone", [&] { return hub_.counts().connections == 2; });
  desktop.Close();
  EXPECT_EQ(watcher.Line(), kOff);
  EXPECT_TRUE(watcher.IsSilent());
}

TEST_P(PresenceFormsTest, V2ShowsMoreThanOnline) {
  LineClient modern = SignOn("1", R"({"v":2,"user_id":1,"friends":[3]})");
  LineClient legacy = SignOn("2", R"({"user_id":2,"friends":[3]})");
  LineClient three = SignOn("3", R"({"v":2,"user_id":3,"state":"away","text":"tea"})");
  EXPECT_EQ(modern.Line(), R"({"online":true,"user_id":3,"state":"away","text":"tea"})");
  EXPECT_EQ(legacy.Line(), kOn);
  three.Send(R"({"state":"in_match","session_id":"s1"})");
  EXPECT_EQ(modern.Line(), R"({"online":true,"user_id":3,"state":"in_match","session_id":"s1"})");
  three.Send(R"({"state":"invisible"})");
  EXPECT_EQ(modern.Line(), R"({"online":false,"user_id":3})");
  EXPECT_EQ(legacy.Line(), kOff);
  EXPECT_TRUE(legacy.IsSilent());
}

TEST_P(PresenceFormsTest, ObjectsMayComeByteByByte) {
  LineClient watcher = SignOn("1", R"({"user_id":1,"friends":["{\"}"]})");
  LineClient slow = Connect();
  for (const char byte : std::string(R"( {"friends":[] , "x":{"y":["]}"]},"user_id":"{\"}"})"))
    slow.Send({&byte, 1});
  EXPECT_EQ(watcher.Line(), kOn);
}

TEST_P(PresenceFormsTest, ObjectsMayComePacked) {
  LineClient three = SignOn("3", R"({"user_id":3})");
  LineClient one = Connect();
  one.Send(R"({"v":2,"user_id":1,"friends":[2]}{"friends":[3]}{"ping":1}{"pi)");
  EXPECT_EQ(one.Line(), R"({"online":true,"user_id":3})");
  EXPECT_EQ(one.Line(), R"({"pong":1})") << "which was asked alone, hence after all";
  one.Send(R"(ng":2})");
  EXPECT_EQ(one.Line(), R"({"pong":2})");
}

TEST_P(PresenceFormsTest, ALaterObjectReplacesTheList) {
  LineClient one = SignOn("1", R"({"v":2,"user_id":1,"friends":[2,3]})");
  one.Send(R"({"friends":[3,4]}{"ping":true})");
  EXPECT_EQ(one.Line(), R"({"pong":true})");
  LineClient two = SignOn("2", R"({"user_id":2})");
  LineClient four = SignOn("4", R"({"user_id":4})");
  EXPECT_EQ(one.Line(), R"({"online":true,"user_id":4})");
  one.Send(R"({"user_id":1}{"ping":true})");
  EXPECT_EQ(one.Line(), R"({"pong":true})");
  four.Close();
  EXPECT_EQ(one.Line(), R"({"online":false,"user_id":4})") << "an object without a list leaves it";
}

TEST_P(PresenceFormsTest, SigningOffIsAtOnceAndTheConnectionMayComeBack) {
  LineClient one = SignOn("1", R"({"user_id":1,"friends":[2]})");
  LineClient two = SignOn("2", R"({"v":2,"user_id":2,"friends":[1]})");
  EXPECT_EQ(two.Line(), R"({"online":true,"user_id":1})");
  EXPECT_EQ(one.Line(), kOn);
  two.Send(R"({"online":false})");
  EXPECT_EQ(one.Line(), kOff);
  two.Send(R"({"ping":5})");
  EXPECT_EQ(two.Line(), R"({"pong":5})") << "the connection stays";
  EXPECT_FALSE(IsOnline("2")) << "a ping is not a sign of presence";
  two.Send(R"({"user_id":2,"friends":[1]})");
  EXPECT_EQ(one.Line(), kOn);
  EXPECT_EQ(two.Line(), R"({"online":true,"user_id":1})");
}

TEST_P(PresenceFormsTest, ANewConnectionMayEndTheGraceOfALostOne) {
  SignOn("1", R"({"v":2,"user_id":1})").Close();
  Eventually("the link is lost", [&] { return hub_.counts().connections == 0; });
  EXPECT_TRUE(IsOnline("1"));
  LineClient again = Connect();
  again.Send(R"({"v":2,"user_id":1,"online":false})");
  ExpectOffline("1");
}

TEST_P(PresenceFormsTest, SigningOffWithoutHavingComeTellsNobody) {
  LineClient watcher = SignOn("1", R"({"v":2,"user_id":1,"friends":[2]})");
  LineClient two = Connect();
  two.Send(R"({"v":2,"user_id":2,"online":false}{"ping":1})");
  EXPECT_EQ(two.Line(), R"({"pong":1})");
  EXPECT_TRUE(watcher.IsSilent());
}

TEST_P(PresenceFormsTest, V2KeepsTheGraceAndV1DoesNot) {
  LineClient watcher = SignOn("1", R"({"v":2,"user_id":1,"friends":["modern"]})");
  SignOn("modern", R"({"v":2,"user_id":"modern"})").Close();
  EXPECT_EQ(watcher.Line(), R"({"online":true,"user_id":"modern"})");
  Eventually("the link is lost", [&] { return hub_.counts().connections == 1; });
  timers_.AdvanceBy(4999ms);
  EXPECT_TRUE(IsOnline("modern"));
  timers_.AdvanceBy(1ms);
  EXPECT_EQ(watcher.Line(), R"({"online":false,"user_id":"modern"})");
}

TEST_P(PresenceFormsTest, V2NamesUsersAsTheClientDoes) {
  LineClient numbers = SignOn("1", R"({"v":2,"user_id":1,"friends":[2]})");
  LineClient strings = SignOn("3", R"({"v":2,"user_id":"3","friends":["2"]})");
  LineClient two = SignOn("2", R"({"user_id":2})");
  EXPECT_EQ(numbers.Line(), R"({"online":true,"user_id":2})");
  EXPECT_EQ(strings.Line(), R"({"online":true,"user_id":"2"})");
}

TEST_P(PresenceFormsTest, DrainTellsV2ToReconnectAndClosesAll) {
  LineClient v1 = SignOn("1", R"({"user_id":1,"friends":[2,3]})");
  LineClient v2 = SignOn("2", R"({"v":2,"user_id":2,"friends":[1,3]})");
  EXPECT_EQ(v1.Line(), kOn);
  EXPECT_EQ(v2.Line(), R"({"online":true,"user_id":1})");
  std::promise<void> drained;
  listener().Drain([&] { drained.set_value(); });
  EXPECT_EQ(v1.Line(), "<end>");
  EXPECT_EQ(v2.Line(),
            R"({"error":"the server is restarting; reconnect","code":"UNAVAILABLE","reconnect":true})");
  EXPECT_EQ(v2.Line(), "<end>");
  v1.Close();
  v2.Close();
  drained.get_future().wait();
  EXPECT_EQ(listener().connections(), 0u);
}

TEST_P(PresenceFormsTest, DrainDoesNotWaitLongForThoseWhoDoNotClose) {
  LineClient v1 = SignOn("1", R"({"user_id":1})");
  std::promise<void> drained;
  listener().Drain([&] { drained.set_value(); });
  EXPECT_EQ(v1.Line(), "<end>");
  Eventually("lingering", [&] { return timers_.NextTimer().has_value(); });
  auto future = drained.get_future();
  Eventually("drained", [&] {
    timers_.AdvanceBy(2s);
    return future.wait_for(0s) == std::future_status::ready;
  });
}

TEST_F(PresenceTcpTest, WhereItCannotListenItSaysSo) {
  boost::asio::io_context io;
  const std::string taken = "127.0.0.1:" + std::to_string(listener().port());
  const struct {
    std::string address;
    StatusCode code;
  } cases[] = {{taken, StatusCode::kUnavailable},
               {"192.0.2.1:0", StatusCode::kUnavailable},
               {"example.invalid:1", StatusCode::kInvalidArgument},
               {"127.0.0.1:70000", StatusCode::kInvalidArgument},
               {"", StatusCode::kInvalidArgument}};
  for (const auto& bad : cases) {
    const auto made = PresenceTcpListener::Listen(io, bad.address, hub_, clock_, timers_, {}, {});
    EXPECT_EQ(made.status().code(), bad.code) << bad.address << ": " << made.status();
  }
  EXPECT_TRUE(PresenceTcpListener::Listen(io, ":0", hub_, clock_, timers_, {}, {}).ok());
}

}  // namespace
}  // namespace oofgg::net
