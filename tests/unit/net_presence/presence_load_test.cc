// Many clients at once, on several threads, by fair means and foul. Mostly for the sanitizers.

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <thread>
#include <vector>

#include "oofgg/random.h"
#include "tests/unit/net_presence/presence_fixture.h"

namespace oofgg::net {
namespace {

constexpr int kThreads = 4;
constexpr int kClientsEach = 60;

std::string Hello(SeededRandom& random) {
  const auto user = [&random] { return std::to_string(random.Below(40)); };
  std::string hello = random.Below(2) == 0 ? R"({"v":2,"user_id":)" : R"({"user_id":)";
  hello += user() + R"(,"friends":[)" + user() + "," + user() + "," + user() + "]}";
  return hello;
}

void ComeAndGo(std::uint16_t port, bool tls, std::uint64_t seed) {
  SeededRandom random(seed);
  std::vector<LineClient> clients;
  for (int i = 0; i < kClientsEach; ++i) {
    LineClient client(port, {.tls = tls});
    client.Send(Hello(random));
    switch (random.Below(5)) {
      case 0:
        client.Send(R"({"friends":[1,2,3]}{"online":false})");
        break;
      case 1:
        client.Send("nonsense");
        break;
      case 2:
        client.Abort();
        break;
      default:
        clients.push_back(std::move(client));
    }
  }
}

TEST_P(PresenceFormsTest, ManyComeAndGoAndNothingIsLeft) {
  const std::uint16_t port = listener().port();
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back(ComeAndGo, port, tls_, static_cast<std::uint64_t>(i));
  for (std::thread& thread : threads) thread.join();
  // Accepted after all the others, some of whom went before they were accepted.
  LineClient last = Connect();
  last.Send(R"({"v":2,"user_id":"last"}{"ping":1})");
  EXPECT_EQ(last.Line(), R"({"pong":1})");
  last.Close();
  Eventually("all are gone", [&] { return listener().connections() == 0; });
  timers_.AdvanceBy(std::chrono::seconds(5));
  EXPECT_EQ(hub_.counts().users, 0u);
  EXPECT_EQ(hub_.counts().friendships, 0u);
}

TEST_P(PresenceFormsTest, TheListenerMayGoWhileClientsAreThere) {
  std::vector<LineClient> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(Connect());
    clients.back().Send(R"({"user_id":)" + std::to_string(i) + R"(,"friends":[1,2,3,4,5]})");
  }
  ExpectOnline("99");
}

TEST_P(PresenceFormsTest, ManyAreDrained) {
  std::vector<LineClient> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(Connect());
    clients.back().Send(R"({"user_id":)" + std::to_string(i) + R"(,"friends":[1,2,3,4,5]})");
  }
  ExpectOnline("199");
  std::atomic<bool> drained{false};
  listener().Drain([&] { drained = true; });
  clients.clear();
  Eventually("drained", [&] { return drained.load(); });
}

TEST_F(PresenceTcpTest, ACelebritysFollowersDoNotHoldUpOthers) {
  constexpr std::size_t kFollowers = 300;
  boost::asio::io_context io;
  PresenceTcpOptions options;
  options.shards = 1;
  const auto port =
      PresenceTcpListener::Listen(io, "127.0.0.1:0", hub_, clock_, timers_, {}, std::move(options)).value();
  std::vector<LineClient> followers;
  for (std::size_t i = 0; i < kFollowers; ++i) {
    followers.emplace_back(port->port());
    followers.back().Send(R"({"user_id":)" + std::to_string(1'000 + i) + R"(,"friends":["celebrity"]})");
  }
  LineClient other(port->port());
  other.Send(R"({"user_id":1,"friends":[2]})");
  while (hub_.counts().online < kFollowers + 1) io.run_one();

  const auto host = std::make_shared<SilentHost>();
  const auto celebrity = hub_.Connect("celebrity", {}, {}, host);
  const auto two = hub_.Connect("2", {}, {}, host);
  while (other.IsSilent()) io.run_one();
  const auto silent =
      std::count_if(followers.begin(), followers.end(), [](LineClient& client) { return client.IsSilent(); });
  EXPECT_GT(silent, 250) << "who are told afterwards";
  for (LineClient& follower : followers) {
    while (follower.IsSilent()) io.run_one();
    EXPECT_EQ(follower.Line(), R"({"online":true})");
  }
}

}  // namespace
}  // namespace oofgg::net
