#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <set>
#include <thread>
#include <vector>

#include "storage/redis/publish.h"
#include "storage/redis/redis_subscriber.h"
#include "tests/integration/redis/redis_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/inbox.h"
#include "tests/support/redis_cluster.h"

namespace oofgg::storage {
namespace {

using oofgg::testing::Eventually;
using testing::Begin;
using testing::ConnectTo;
using testing::Get;
using testing::In;
using testing::OptionsFor;
using testing::Soon;
using namespace std::chrono_literals;

/// Some key of each of the three masters.
constexpr std::array<std::string_view, 3> kOneKeyEach = {"bar", "hello", "foo"};

class ClusterFixture : public ::testing::Test {
 protected:
  explicit ClusterFixture(oofgg::testing::RedisCluster& cluster) : cluster_(cluster) {}

  Status Set(const std::string& key, const std::string& value) {
    return client_->Call(RedisCommand({"SET", key, value}).Idempotent(), Soon()).status();
  }

  oofgg::testing::RedisCluster& cluster_;
  std::unique_ptr<RedisClient> client_ = ConnectTo(cluster_.url());
};

/// On one cluster for all: it takes 2 s to begin. Slots may be where an earlier test has moved them.
class RedisClusterTest : public ClusterFixture {
 protected:
  RedisClusterTest() : ClusterFixture(*shared_) {}
  static void SetUpTestSuite() { shared_ = std::make_unique<oofgg::testing::RedisCluster>(); }
  static void TearDownTestSuite() { shared_.reset(); }
  void SetUp() override {
    for (std::size_t i = 0; i < 3; ++i) ASSERT_EQ(cluster_.node(i).Ask("FLUSHALL"), "+OK");
  }

 private:
  inline static std::unique_ptr<oofgg::testing::RedisCluster> shared_;
};

struct OwnCluster {
  oofgg::testing::RedisCluster own_;
};

/// On a cluster of its own, which it harms.
class RedisClusterFailoverTest : private OwnCluster, public ClusterFixture {
 protected:
  RedisClusterFailoverTest() : ClusterFixture(own_) {}
};

TEST_F(RedisClusterTest, SendsEachCommandToTheMasterOfItsKey) {
  for (std::size_t i = 0; i < 3; ++i) ASSERT_EQ(cluster_.node(i).Ask("CONFIG RESETSTAT"), "+OK");
  std::set<const oofgg::testing::RedisServer*> masters;
  for (int i = 0; i < 100; ++i) {
    const std::string key = "key-" + std::to_string(i);
    ASSERT_TRUE(Set(key, std::to_string(i)).ok());
    masters.insert(&cluster_.MasterOf(key));
    EXPECT_EQ(cluster_.MasterOf(key).AskAll("GET " + key),
              "$" + std::to_string(std::to_string(i).size()) + "\r\n" + std::to_string(i) + "\r\n");
  }
  EXPECT_EQ(masters.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(cluster_.node(i).AskAll("INFO errorstats").find("errorstat_MOVED"), std::string::npos)
        << "none was asked for what it does not have";
  }
}

TEST_F(RedisClusterTest, OneSeedIsEnough) {
  const auto client = ConnectTo("redis+cluster://" + cluster_.node(4).address());
  for (const std::string_view key : kOneKeyEach) EXPECT_EQ(Get(*client, std::string(key)), "nil");
}

TEST_F(RedisClusterTest, WhatHasNoKeyRunsAnywhere) {
  EXPECT_EQ(client_->Call({"PING"}, Soon())->text, "PONG");
  EXPECT_TRUE(client_->Call(RedisCommand({"CONFIG", "GET", "maxmemory"}).Keyless(), Soon()).ok());
  const RedisScript script("return 7");
  EXPECT_EQ(client_->CallScript(script, {}, Soon())->integer, 7);
}

TEST_F(RedisClusterTest, RefusesWhatIsOfSeveralSlots) {
  const std::vector<RedisCommand> commands = {{"SET", "foo", "1"}, {"SET", "bar", "1"}};
  const RedisScript script("return 1");
  for (const Status& refused :
       {client_->CallBatch(commands, Soon()).status(), client_->CallTransaction(commands, Soon()).status(),
        client_->CallScript(script, {.keys = {"foo", "bar"}}, Soon()).status()}) {
    EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(refused.ToString(), ::testing::HasSubstr("several slots"));
  }
  EXPECT_EQ(client_->Call({"MGET", "foo", "bar"}, Soon()).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Get(*client_, "foo"), "nil") << "nothing has been done";
  EXPECT_TRUE(client_->CallTransaction({{"SET", "{t}a", "1"}, {"SET", "{t}b", "1"}}, Soon()).ok());
  EXPECT_TRUE(client_->CallScript(script, {.keys = {"{t}a", "{t}b"}}, Soon()).ok());
}

TEST_F(RedisClusterTest, CallbacksOfAllNodesRunOneAtATime) {
  std::atomic<int> inside = 0;
  std::atomic<int> answered = 0;
  bool alone = true;
  constexpr int kAll = 3000;
  for (int i = 0; i < kAll; ++i) {
    client_->Send({"GET", kOneKeyEach[static_cast<std::size_t>(i) % 3]}, Soon(),
                  [&](const StatusOr<RedisReply>& reply) {
                    alone = alone && reply.ok() && ++inside == 1;
                    --inside;
                    ++answered;
                    answered.notify_one();
                  });
  }
  for (int seen = answered; seen < kAll; seen = answered) answered.wait(seen);
  client_.reset();
  EXPECT_TRUE(alone);
}

// Two threads write and read while the slot goes from master to master, with all that it holds.
TEST_F(RedisClusterTest, NothingIsLostWhileASlotMoves) {
  constexpr int kRounds = 2500;
  const std::uint64_t number = client_->LinkNumber();
  std::atomic<int> done = 0;
  std::vector<std::thread> players;
  for (int t = 0; t < 2; ++t) {
    players.emplace_back([&, t] {
      for (int i = 0; i < kRounds; ++i) {
        const std::string key = "{slot}" + std::to_string(t) + "-" + std::to_string(i % 10);
        const std::string value = std::to_string(i);
        EXPECT_TRUE(Set(key, value).ok());
        EXPECT_EQ(Get(*client_, key), value);
        ++done;
        done.notify_one();
      }
    });
  }
  for (int move = 1; move <= 5; ++move) {
    const int goal = move * kRounds * 2 / 6;
    for (int seen = done; seen < goal; seen = done) done.wait(seen);
    cluster_.MoveSlot("{slot}", cluster_.OtherMaster(cluster_.MasterOf("{slot}")));
  }
  for (std::thread& player : players) player.join();
  EXPECT_GT(client_->LinkNumber(), number) << "that the slot moved is told";
}

TEST_F(RedisClusterTest, CountsOnceWhileASlotMoves) {
  std::atomic<int> sent = 0;
  std::atomic<bool> stop = false;
  std::thread counter([&] {
    for (; !stop; ++sent, sent.notify_one()) {
      const auto batch =
          client_->CallBatch({{"INCR", "{slot}a"}, {"INCR", "{slot}b"}, {"INCR", "{slot}a"}}, Soon());
      ASSERT_TRUE(batch.ok()) << batch.status();
      for (const RedisReply& reply : batch->elements) EXPECT_FALSE(reply.is_error()) << reply.text;
      EXPECT_EQ(batch->elements[2].integer, 2 * (sent + 1));
      EXPECT_EQ(batch->elements[1].integer, sent + 1);
      const auto both = client_->CallTransaction({{"INCR", "{slot}c"}, {"INCR", "{slot}d"}}, Soon());
      ASSERT_TRUE(both.ok()) << both.status();
      EXPECT_EQ(both->elements[0].integer, both->elements[1].integer);
    }
  });
  for (int move = 1; move <= 4; ++move) {
    for (int seen = sent; seen < 100 * move; seen = sent) sent.wait(seen);
    cluster_.MoveSlot("{slot}", cluster_.OtherMaster(cluster_.MasterOf("{slot}")));
  }
  stop = true;
  counter.join();
  EXPECT_EQ(Get(*client_, "{slot}a"), std::to_string(2 * sent));
  EXPECT_EQ(Get(*client_, "{slot}b"), std::to_string(sent));
  EXPECT_EQ(Get(*client_, "{slot}c"), std::to_string(sent));
}

TEST_F(RedisClusterTest, AsksTheOtherNodeInTheMiddleOfAMove) {
  ASSERT_TRUE(Set("{slot}stays", "old").ok());
  ASSERT_TRUE(Set("{slot}goes", "moved").ok());
  oofgg::testing::RedisServer& from = cluster_.MasterOf("{slot}");
  oofgg::testing::RedisServer& to = cluster_.OtherMaster(from);
  cluster_.BeginToMove("{slot}", to);
  cluster_.MoveKey("{slot}goes", to);
  const std::uint64_t number = client_->LinkNumber();
  EXPECT_EQ(Get(*client_, "{slot}stays"), "old");
  EXPECT_EQ(Get(*client_, "{slot}goes"), "moved");
  EXPECT_TRUE(client_->Call({"SET", "{slot}new", "1"}, Soon()).ok());
  EXPECT_EQ(from.Ask("GET {slot}new").substr(0, 4), "-ASK") << "it was made where the slot goes to";
  const RedisScript script("return redis.call('GET', KEYS[1])");
  EXPECT_EQ(client_->CallScript(script, {.keys = {"{slot}goes"}}, Soon())->text, "moved");
  const auto batch =
      client_->CallBatch({{"GET", "{slot}stays"}, {"GET", "{slot}goes"}, {"INCR", "{slot}new"}}, Soon());
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->elements[0].text, "old");
  EXPECT_EQ(batch->elements[1].text, "moved");
  EXPECT_EQ(batch->elements[2].integer, 2);
  const auto transaction =
      client_->CallTransaction({{"GET", "{slot}goes"}, {"APPEND", "{slot}goes", "!"}}, Soon());
  ASSERT_TRUE(transaction.ok()) << transaction.status();
  EXPECT_EQ(transaction->elements[1].integer, 6);
  EXPECT_EQ(client_->LinkNumber(), number) << "the slot has not moved yet";
  // Of two keys that are apart nobody can serve both: that is told as soon as the deadline has passed.
  const auto apart = client_->Call({"MGET", "{slot}stays", "{slot}goes"}, In(200ms));
  EXPECT_EQ(apart.status().code(), StatusCode::kDeadlineExceeded) << apart.status();
  auto together = Begin(*client_, {"MGET", "{slot}stays", "{slot}goes"});
  cluster_.MoveKey("{slot}stays", to);
  const auto found = together.get();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->elements[0].text, "old");
  cluster_.EndMove("{slot}", to);
  EXPECT_EQ(Get(*client_, "{slot}stays"), "old");
}

// What does not fit waits at Redis, in its order; and a subscriber that is dropped then does not wait for it.
TEST_F(RedisClusterTest, ASlowCallbackDoesNotFillOurMemory) {
  RedisOptions options = OptionsFor(cluster_.url());
  options.max_reply_bytes = 10'000;
  constexpr int kMessages = 2000;
  const std::string padding(200, 'x');
  for (const bool waits_for_all : {true, false}) {
    oofgg::testing::Inbox<std::string> news;
    std::promise<void> slow;
    RedisSubscriber subscriber(options);
    const auto subscription = subscriber.Subscribe(
        "news",
        [&, gate = slow.get_future().share()](std::string_view message) {
          gate.wait();
          news.Put(std::string(message));
        },
        [&](RedisChannelState) { news.Put("+"); });
    ASSERT_EQ(news.Next(), "+");
    for (int i = 0; i < kMessages; ++i) {
      const auto reached =
          client_->Call(PublishCommand(client_->options().url, "news", std::to_string(i) + padding), Soon());
      ASSERT_EQ(reached->integer, 1);
    }
    slow.set_value();
    if (!waits_for_all) continue;
    for (int i = 0; i < kMessages; ++i) ASSERT_EQ(news.Next(), std::to_string(i) + padding);
  }
}

TEST_F(RedisClusterFailoverTest, GoesOnAfterAMasterDied) {
  for (const std::string_view key : kOneKeyEach) {
    ASSERT_TRUE(
        client_->CallBatch({{"SET", key, "before"}, RedisCommand({"WAIT", "1", "5000"}).Keyless()}, Soon())
            .ok());
  }
  const std::uint64_t number = client_->LinkNumber();
  cluster_.Kill(cluster_.MasterOf("foo"));
  auto waits = Begin(*client_, RedisCommand({"SET", "foo", "after"}).Idempotent(), In(60s));
  EXPECT_EQ(Get(*client_, "bar"), "before") << "the others serve on";
  const auto refused = client_->Call({"APPEND", "foo", "!"}, Soon());
  EXPECT_EQ(refused.status().code(), StatusCode::kUnavailable) << refused.status();
  const auto done = waits.get();
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(Get(*client_, "foo"), "after");
  ASSERT_TRUE(client_->WaitUntilUp(In(60s)).ok());
  EXPECT_GT(client_->LinkNumber(), number);
}

TEST_F(RedisClusterFailoverTest, FollowsAMasterThatHandsOver) {
  ASSERT_TRUE(
      client_->CallBatch({{"SET", "foo", "1"}, RedisCommand({"WAIT", "1", "5000"}).Keyless()}, Soon()).ok());
  const std::uint64_t number = client_->LinkNumber();
  cluster_.HandOver(cluster_.node(5));  // The replica of the last third.
  for (int i = 2; i <= 100; ++i) {
    const auto reply = client_->Call({"INCR", "foo"}, Soon());
    ASSERT_TRUE(reply.ok()) << reply.status() << ": the old one says MOVED, so nothing is unknown";
    EXPECT_EQ(reply->integer, i);
  }
  ASSERT_TRUE(client_->WaitUntilUp(Soon()).ok());
  EXPECT_GT(client_->LinkNumber(), number);
}

// It keeps its connections; the others tell of its successor long before we would give it up.
TEST_F(RedisClusterFailoverTest, LeavesAHungMasterOnceItIsReplaced) {
  RedisOptions options = OptionsFor(cluster_.url());
  options.dead_after = 10min;
  options.ping_after = 500ms;
  const auto client = RedisClient::Connect(options, Soon()).value();
  ASSERT_TRUE(
      client->CallBatch({{"SET", "foo", "1"}, RedisCommand({"WAIT", "1", "5000"}).OnKey("foo")}, Soon())
          .ok());
  oofgg::testing::RedisServer& master = cluster_.MasterOf("foo");
  master.Pause();
  auto once = Begin(*client, {"APPEND", "foo", "!"}, In(60s));
  const auto done = Begin(*client, RedisCommand({"SET", "foo", "2"}).Idempotent(), In(60s)).get();
  EXPECT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(once.get().status().code(), StatusCode::kUnavailable) << "its outcome is unknown";
  EXPECT_EQ(Get(*client, "foo"), "2");
  master.Resume();
}

TEST_F(RedisClusterFailoverTest, EndsACommandAtItsDeadlineThoughNobodyServesItsSlot) {
  cluster_.Kill(cluster_.node(5));
  cluster_.Kill(cluster_.MasterOf("foo"));
  const auto late = Begin(*client_, RedisCommand({"GET", "foo"}).Idempotent(), In(300ms)).get();
  EXPECT_EQ(late.status().code(), StatusCode::kDeadlineExceeded) << late.status();
  auto cancelled = Begin(*client_, RedisCommand({"GET", "foo"}).Idempotent(), In(10min));
  client_->Shutdown();
  EXPECT_EQ(cancelled.get().status().code(), StatusCode::kCancelled);
  EXPECT_EQ(Begin(*client_, {"GET", "bar"}).get().status().code(), StatusCode::kCancelled);
}

TEST_F(RedisClusterTest, SubscriptionsFollowASlot) {
  oofgg::testing::Inbox<std::string> news;
  RedisSubscriber subscriber(OptionsFor(cluster_.url()));
  const auto follow = [&](const std::string& channel) {
    return subscriber.Subscribe(
        channel, [&](std::string_view message) { news.Put(std::string(message)); },
        [&](RedisChannelState state) {
          news.Put(state == RedisChannelState::kSubscribed ? "+subscribed"
                   : state == RedisChannelState::kLost     ? "+lost"
                                                           : "+resubscribed");
        });
  };
  const auto subscription = follow("{slot}news");
  ASSERT_EQ(news.Next(), "+subscribed");
  for (int move = 0; move < 3; ++move) {
    cluster_.MoveSlot("{slot}", cluster_.OtherMaster(cluster_.MasterOf("{slot}")));
    EXPECT_EQ(news.Next(), "+lost");
    EXPECT_EQ(news.Next(), "+resubscribed");
    const auto reached = client_->Call(PublishCommand(client_->options().url, "{slot}news", "hello"), Soon());
    ASSERT_TRUE(reached.ok()) << reached.status();
    EXPECT_EQ(reached->integer, 1);
    EXPECT_EQ(news.Next(), "hello");
  }
  const auto late = follow("{slot}other");
  EXPECT_EQ(news.Next(), "+subscribed") << "whether or not its table is the newest";
}

TEST_F(RedisClusterTest, ChannelsOfAllMastersShareASubscriber) {
  oofgg::testing::Inbox<std::string> news;
  RedisSubscriber subscriber(OptionsFor("redis+cluster://" + cluster_.node(3).address()));
  std::vector<RedisSubscription> subscriptions;
  constexpr int kChannels = 500;
  for (int i = 0; i < kChannels; ++i) {
    subscriptions.push_back(subscriber.Subscribe(
        "c" + std::to_string(i), [&](std::string_view message) { news.Put(std::string(message)); },
        [&](RedisChannelState) { news.Put("+"); }));
  }
  for (int i = 0; i < kChannels; ++i) ASSERT_EQ(news.Next(), "+");
  for (int i = 0; i < kChannels; ++i) {
    const std::string name = "c" + std::to_string(i);
    ASSERT_EQ(client_->Call(PublishCommand(client_->options().url, name, name), Soon())->integer, 1);
    ASSERT_EQ(news.Next(), name);
  }
}

TEST(RedisNoClusterTest, SaysThatAServerIsNoCluster) {
  const oofgg::testing::RedisServer server;
  const auto client = RedisClient::Connect(OptionsFor("redis+cluster://" + server.address()), Soon());
  EXPECT_EQ(client.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(client.status().ToString(), ::testing::AllOf(::testing::HasSubstr("no Redis Cluster"),
                                                           ::testing::HasSubstr(server.address())));
}

}  // namespace
}  // namespace oofgg::storage
