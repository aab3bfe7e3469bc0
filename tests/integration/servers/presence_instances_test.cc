// Several oofgg-game as one presence server, by way of a real Redis: what players see of each other, and of
// what happens to the instances.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/integration/servers/running_server.h"
#include "tests/support/datagram_peer.h"
#include "tests/support/eventually.h"
#include "tests/support/redis_server.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

/// One oofgg-game, at home in a folder of its own, whose presence port is known before it runs.
struct Instance {
  TemporaryDirectory folder;
  std::string address = "127.0.0.1:" + std::to_string(FreePort());
  std::unique_ptr<RunningServer> server;
};

/// Who is online or not, as a v2 client is told.
std::string IsOnline(const std::string& user, const std::string& more = "") {
  return R"({"online":true,"user_id":")" + user + "\"" + more + "}";
}
std::string IsOffline(const std::string& user) { return R"({"online":false,"user_id":")" + user + "\"}"; }

class PresenceInstancesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory();
    auth_ = StartAuth(*folder_).release();
  }
  static void TearDownTestSuite() {
    delete auth_;
    delete folder_;
  }

  Instance& Start(const std::vector<std::string>& more = {}) {
    Instance& instance = instances_.emplace_back();
    std::vector<std::string> arguments = {
        "--presence-listen",      instance.address,    "--presence-advertise",
        instance.address,         "--redis",           redis_.address(),
        "--allow-volatile-redis", "--presence-shards", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    instance.server = StartGame(instance.folder, *auth_, std::move(arguments));
    return instance;
  }
  void StartThree(const std::vector<std::string>& more = {}) {
    for (int i = 0; i < 3; ++i) Start(more);
  }
  std::unique_ptr<TcpPeer> Say(std::size_t instance, const std::string& words) {
    return Say(instances_[instance].address, words);
  }
  static std::unique_ptr<TcpPeer> Say(const std::string& address, const std::string& words) {
    auto peer = std::make_unique<TcpPeer>(address);
    EXPECT_TRUE(peer->connected());
    EXPECT_TRUE(peer->Send(words));
    return peer;
  }
  /// A client of protocol v2 that is known to be there, whose friends are not yet.
  std::unique_ptr<TcpPeer> Join(std::size_t instance, const std::string& user,
                                const std::string& friends = "[]") {
    return Join(instances_[instance].address, user, friends);
  }
  static std::unique_ptr<TcpPeer> Join(const std::string& address, const std::string& user,
                                       const std::string& friends = "[]") {
    auto peer = Say(address, R"({"v":2,"user_id":")" + user + R"(","friends":)" + friends + R"(}{"ping":1})");
    EXPECT_THAT(peer->ReadLineWith("pong"), Optional(HasSubstr("1")));
    return peer;
  }
  /// The next lines, in any order.
  static std::multiset<std::string> NextLines(TcpPeer& peer, std::size_t count) {
    std::multiset<std::string> lines;
    while (lines.size() < count) lines.insert(peer.ReadLine().value_or("nothing"));
    return lines;
  }
  [[nodiscard]] bool LivesBecome(int count) const {
    return Eventually(
        [&] { return redis_.Ask("ZCARD oofgg:presence:{leases}:ends") == ":" + std::to_string(count); });
  }

  static TemporaryDirectory* folder_;
  static RunningServer* auth_;
  /// Comes back empty.
  RedisServer redis_{{"--appendonly", "no"}};
  std::deque<Instance> instances_;
};

TemporaryDirectory* PresenceInstancesTest::folder_ = nullptr;
RunningServer* PresenceInstancesTest::auth_ = nullptr;

TEST_F(PresenceInstancesTest, FriendsAtDifferentInstancesSeeEachOtherComeChangeAndGo) {
  StartThree();
  const auto ann = Say(0, R"({"v":2,"user_id":"ann","friends":["bob"]})");
  const auto bob = Say(1, R"({"v":2,"user_id":"bob","friends":["ann"]})");
  EXPECT_EQ(ann->ReadLine(), IsOnline("bob"));
  EXPECT_EQ(bob->ReadLine(), IsOnline("ann"));
  ASSERT_TRUE(bob->Send(R"({"state":"away","text":"tea"})"));
  EXPECT_EQ(ann->ReadLine(), IsOnline("bob", R"(,"state":"away","text":"tea")"));
  const auto late = Say(2, R"({"v":2,"user_id":"late","friends":["ann","bob","nobody"]})");
  EXPECT_THAT(NextLines(*late, 2),
              ::testing::ElementsAre(IsOnline("ann"), IsOnline("bob", R"(,"state":"away","text":"tea")")));
  ASSERT_TRUE(bob->Send(R"({"state":"invisible"})"));
  EXPECT_EQ(ann->ReadLine(), IsOffline("bob"));
  ASSERT_TRUE(bob->Send(R"({"state":"online"})"));
  EXPECT_EQ(ann->ReadLine(), IsOnline("bob"));
  ASSERT_TRUE(bob->Send(R"({"online":false})"));
  EXPECT_EQ(ann->ReadLine(), IsOffline("bob"));
}

TEST_F(PresenceInstancesTest, TheFirstFormIsSeenAndSeesAndTellsThoseWhomItLists) {
  // One table: of two, a farewell comes to the home of the listed user behind the word that nobody follows
  // them any more, and is lost (HubShard::WriteLettersLocked).
  StartThree({"--presence-shards", "1"});
  const auto ann = Join(0, "ann", R"(["dan"])");
  const auto eve = Say(1, R"({"user_id":"eve"})");
  {
    const auto dan = Say(2, R"({"user_id":"dan","friends":["ann","eve"]})");
    EXPECT_EQ(dan->ReadLine(), R"({"online":true})");
    EXPECT_EQ(dan->ReadLine(), R"({"online":true})");
    EXPECT_EQ(ann->ReadLine(), IsOnline("dan"));
  }
  EXPECT_EQ(ann->ReadLine(), IsOffline("dan")) << "at once, without grace";
  EXPECT_EQ(eve->ReadLine(), R"({"online":false})") << "whom dan listed, and who lists nobody";
}

TEST_F(PresenceInstancesTest, PlayersOverUdpAreSeenAndSeeToo) {
  StartThree();
  const auto ann = Join(0, "ann", R"(["seven","eight"])");
  const DatagramPeer seven(instances_[1].address);
  seven.Send(R"({"user_id":"seven","friends":["ann"]})");
  EXPECT_EQ(seven.Receive(), R"({"online":true})");
  EXPECT_EQ(ann->ReadLine(), IsOnline("seven"));
  seven.Send(R"({"online":false})");
  EXPECT_EQ(ann->ReadLine(), IsOffline("seven"));

  const DatagramPeer eight(instances_[2].address);
  eight.Send(R"({"v":2,"user_id":"eight","pad":"0123456789"})");
  const auto offer = eight.ReceiveWith("cookie");
  ASSERT_TRUE(offer.has_value());
  eight.Send(R"({"v":2,)" + offer->substr(1, offer->size() - 2) +
             R"(,"user_id":"eight","rev":1,"friends":["ann"],"state":"in_match","session_id":"s1"})");
  EXPECT_EQ(ann->ReadLine(), IsOnline("eight", R"(,"state":"in_match","session_id":"s1")"));
  EXPECT_THAT(eight.ReceiveWith("ann"), Optional(HasSubstr(R"("online":true)")));
}

TEST_F(PresenceInstancesTest, WhoseInstanceIsKilledAreOfflineButForThoseWhoAreBackElsewhere) {
  StartThree({"--presence-lease", "1s"});
  const auto ann = Join(0, "ann", R"(["bob","cid"])");
  const auto bob = Join(1, "bob");
  auto cid = Join(1, "cid");
  EXPECT_THAT(NextLines(*ann, 2), ::testing::ElementsAre(IsOnline("bob"), IsOnline("cid")));
  instances_[1].server->Kill();
  cid = Join(2, "cid");
  EXPECT_EQ(ann->ReadLine(), IsOffline("bob"));
  ASSERT_TRUE(cid->Send(R"({"state":"away"})"));
  EXPECT_EQ(ann->ReadLine(), IsOnline("cid", R"(,"state":"away")")) << "who was never gone";

  Start();
  const auto again = Join(3, "bob");
  EXPECT_EQ(ann->ReadLine(), IsOnline("bob")) << "at one that is new to all";
}

TEST_F(PresenceInstancesTest, WhoDrainsSendsItsPlayersToAnotherAndNobodyFlaps) {
  StartThree({"--presence-grace", "2s"});
  const auto ann = Join(0, "ann", R"(["bob","cid"])");
  auto bob = Join(1, "bob");
  const auto cid = Join(1, "cid");
  const auto old = Say(1, R"({"user_id":"old"})");
  EXPECT_THAT(NextLines(*ann, 2), ::testing::ElementsAre(IsOnline("bob"), IsOnline("cid")));
  ASSERT_TRUE(bob->Send(R"({"friends":["ann"]})"));
  EXPECT_EQ(bob->ReadLine(), IsOnline("ann")) << "hence the instances know each other";
  instances_[1].server->process().Signal(SIGTERM);
  const auto sent = bob->ReadLineWith("redirect");
  ASSERT_TRUE(sent.has_value());
  std::string address = sent->substr(std::string(R"({"redirect":")").size());
  address.resize(address.find('"'));
  EXPECT_TRUE(address == instances_[0].address || address == instances_[2].address) << *sent;
  EXPECT_EQ(old->ReadToEnd(), "") << "who knows no redirect";
  bob = Join(address, "bob");
  EXPECT_EQ(ann->ReadLine(), IsOffline("cid")) << "who did not come back within the grace";
  EXPECT_EQ(instances_[1].server->Terminate(), 0);
  ASSERT_TRUE(LivesBecome(2));
  ASSERT_TRUE(bob->Send(R"({"state":"away"})"));
  EXPECT_EQ(ann->ReadLine(), IsOnline("bob", R"(,"state":"away")")) << "who was never gone";
}

TEST_F(PresenceInstancesTest, NobodyFlapsWhenRedisComesBackEmptyAndWhatChangedIsTold) {
  StartThree();
  const auto ann = Join(0, "ann", R"(["bob","cid","dan"])");
  const auto bob = Join(1, "bob");
  const auto cid = Join(2, "cid");
  EXPECT_THAT(NextLines(*ann, 2), ::testing::ElementsAre(IsOnline("bob"), IsOnline("cid")));
  redis_.Kill();
  ASSERT_TRUE(bob->Send(R"({"state":"away"})"));
  const auto dan = Join(1, "dan");
  redis_.Start();
  EXPECT_THAT(NextLines(*ann, 2),
              ::testing::ElementsAre(IsOnline("bob", R"(,"state":"away")"), IsOnline("dan")));
  ASSERT_TRUE(LivesBecome(3));
  ASSERT_TRUE(cid->Send(R"({"state":"away"})"));
  EXPECT_EQ(ann->ReadLine(), IsOnline("cid", R"(,"state":"away")"));
  // What went while it was away.
  const auto eve = Say(1, R"({"v":2,"user_id":"eve","friends":["dan"]})");
  EXPECT_EQ(eve->ReadLine(), IsOnline("dan"));
  redis_.Kill();
  ASSERT_TRUE(dan->Send(R"({"online":false})"));
  EXPECT_EQ(eve->ReadLine(), IsOffline("dan")) << "at the same instance, without Redis";
  redis_.Start();
  EXPECT_EQ(ann->ReadLine(), IsOffline("dan"));
}

TEST_F(PresenceInstancesTest, WhoListsSomebodyNewWhileRedisIsAwayHearsWhatIsKnownAndLaterTheRest) {
  StartThree();
  const auto bob = Join(0, "bob");
  const auto cid = Join(1, "cid");
  ASSERT_TRUE(LivesBecome(3));
  redis_.Kill();
  const auto ann = Say(0, R"({"v":2,"user_id":"ann","friends":["bob","cid"]})");
  EXPECT_EQ(ann->ReadLine(), IsOnline("bob"));
  redis_.Start();
  EXPECT_EQ(ann->ReadLine(), IsOnline("cid"));
}

TEST_F(PresenceInstancesTest, AnOverfullInstanceSendsNewPlayersToALighterOne) {
  Start({"--presence-max-connections", "10"});
  std::vector<std::unique_ptr<TcpPeer>> players;
  for (int i = 0; i < 9; ++i) players.push_back(Join(0, "player" + std::to_string(i)));
  Start();
  std::string said;
  ASSERT_TRUE(Eventually([&] {
    const auto newcomer = Say(0, R"({"v":2,"user_id":"newcomer"}{"ping":1})");
    said = newcomer->ReadLine().value_or("");
    return said.find("redirect") != std::string::npos;
  })) << said;
  EXPECT_EQ(said, R"({"redirect":")" + instances_[1].address + "\"}");
  const auto newcomer = Say(1, R"({"v":2,"user_id":"newcomer","friends":["player0"]})");
  EXPECT_EQ(newcomer->ReadLine(), IsOnline("player0"));
  EXPECT_TRUE(players[0]->Send(R"({"ping":2})"));
  EXPECT_EQ(players[0]->ReadLine(), R"({"pong":2})") << "who is there stays";
}

TEST_F(PresenceInstancesTest, WithoutTheRedisThatIsAskedForItDoesNotStart) {
  const std::string nobody = "127.0.0.1:" + std::to_string(FreePort());
  ChildProcess child("oofgg-game",
                     In(*folder_, {"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0",
                                   "--presence-listen", "127.0.0.1:0", "--websocket-listen", "127.0.0.1:0",
                                   "--jwks", JwksUrl(*auth_), "--redis", nobody}));
  EXPECT_EQ(child.Wait(), 1);
  EXPECT_THAT(child.errors(), HasSubstr("--redis: connecting to Redis"));
  EXPECT_EQ(std::count(child.errors().begin(), child.errors().end(), '\n'), 1) << child.errors();
}

}  // namespace
}  // namespace oofgg::testing
