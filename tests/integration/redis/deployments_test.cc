#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage/redis/publish.h"
#include "storage/redis/redis_subscriber.h"
#include "tests/integration/redis/deployment.h"
#include "tests/support/eventually.h"
#include "tests/support/inbox.h"

namespace oofgg::storage {
namespace {

using oofgg::testing::Eventually;
using testing::Begin;
using testing::ConnectTo;
using testing::Deployment;
using testing::Get;
using testing::In;
using testing::OptionsFor;
using testing::Soon;
using namespace std::chrono_literals;

struct Way {
  std::string name;
  std::function<std::unique_ptr<Deployment>()> make;
};

/// What the client and the subscriber promise, however Redis is run.
class RedisDeploymentTest : public ::testing::TestWithParam<Way> {
 protected:
  /// Written, and on the replica too where there is one.
  void SetSafely(const std::string& key, const std::string& value) {
    const std::string replicas = deployment_->has_replicas() ? "1" : "0";
    const auto reply = client_->CallBatch(
        {{"SET", key, value}, RedisCommand({"WAIT", replicas, "5000"}).OnKey(key)}, Soon());
    ASSERT_TRUE(reply.ok()) << reply.status();
    ASSERT_EQ(std::to_string(reply->elements[1].integer), replicas);
  }
  RedisSubscription Follow(const std::string& channel) {
    return subscriber_->Subscribe(
        channel, [this](std::string_view message) { inbox_.Put(std::string(message)); },
        [this](RedisChannelState state) {
          inbox_.Put(state == RedisChannelState::kSubscribed ? "+subscribed"
                     : state == RedisChannelState::kLost     ? "+lost"
                                                             : "+resubscribed");
        });
  }
  StatusOr<RedisReply> Publish(const std::string& channel, const std::string& message) {
    return client_->Call(PublishCommand(client_->options().url, channel, message), Soon());
  }

  /// Kills who serves `key`, and with it what the next test would have shared.
  void KillMasterOf(const std::string& key) { KillMaster(deployment_->MasterOf(key)); }
  void KillMaster(oofgg::testing::RedisServer& master) {
    is_whole_ = false;
    deployment_->Kill(master);
  }
  void TearDown() override {
    if (is_whole_) whole_[GetParam().name] = std::move(deployment_);
  }
  static void TearDownTestSuite() { whole_.clear(); }

  /// Starting one takes seconds, so tests leave theirs to the next if it is whole. Their keys differ.
  static std::unique_ptr<Deployment> Take(const Way& way) {
    auto whole = std::move(whole_[way.name]);
    return whole != nullptr ? std::move(whole) : way.make();
  }

  static std::map<std::string, std::unique_ptr<Deployment>> whole_;
  bool is_whole_ = true;
  std::unique_ptr<Deployment> deployment_ = Take(GetParam());
  oofgg::testing::Inbox<std::string> inbox_;
  std::unique_ptr<RedisClient> client_ = ConnectTo(deployment_->url());
  std::unique_ptr<RedisSubscriber> subscriber_ =
      std::make_unique<RedisSubscriber>(OptionsFor(deployment_->url()));
};

std::map<std::string, std::unique_ptr<Deployment>> RedisDeploymentTest::whole_;

TEST_P(RedisDeploymentTest, RunsCommandsScriptsBatchesAndTransactions) {
  EXPECT_NE(client_->LinkNumber(), 0U);
  EXPECT_EQ(client_->Call({"PING"}, Soon())->text, "PONG");
  EXPECT_EQ(client_->Call({"INCR", "n"}, Soon())->integer, 1);
  EXPECT_EQ(Get(*client_, "n"), "1");
  EXPECT_EQ(client_->Call({"INCR"}, Soon()).status().code(), StatusCode::kInternal);

  const RedisScript script("return {KEYS[2], ARGV[1], redis.call('INCR', KEYS[1])}");
  for (const std::int64_t count : {1, 2}) {
    const auto reply = client_->CallScript(script, {.keys = {"{s}n", "{s}m"}, .arguments = {"x"}}, Soon());
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->elements[0].text, "{s}m");
    EXPECT_EQ(reply->elements[2].integer, count);
  }

  const auto batch = client_->CallBatch({{"SET", "b", "x"}, {"INCR", "b"}, {"GET", "b"}}, Soon());
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_TRUE(batch->elements[1].is_error());
  EXPECT_EQ(batch->elements[2].text, "x");

  const auto all = client_->CallTransaction({{"SET", "{t}a", "1"}, {"INCR", "{t}b"}}, Soon());
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->elements[1].integer, 1);
  EXPECT_EQ(client_->CallTransaction({{"SET", "{t}a", "2"}, {"SET", "{t}a"}}, Soon()).status().code(),
            StatusCode::kInternal);
  EXPECT_EQ(Get(*client_, "{t}a"), "1");
}

TEST_P(RedisDeploymentTest, RefusesToWaitForItself) {
  oofgg::testing::Inbox<StatusCode> codes;
  client_->Send({"GET", "k"}, Soon(), [&](const StatusOr<RedisReply>&) {
    codes.Put(client_->Call({"GET", "k"}, Soon()).status().code());
  });
  EXPECT_EQ(codes.Next(), StatusCode::kFailedPrecondition);
}

TEST_P(RedisDeploymentTest, IsBounded) {
  RedisOptions options = OptionsFor(deployment_->url());
  options.max_commands = 3;
  const auto client = RedisClient::Connect(options, Soon()).value();
  auto stuck = Begin(*client, {"BLPOP", "list", "20"});
  auto second = Begin(*client, {"GET", "list"});
  auto third = Begin(*client, {"GET", "list"});
  EXPECT_EQ(client->Call({"GET", "list"}, Soon()).status().code(), StatusCode::kResourceExhausted);
  ASSERT_TRUE(client_->Call({"LPUSH", "list", "x"}, Soon()).ok());
  EXPECT_TRUE(stuck.get().ok());
  EXPECT_TRUE(third.get().ok());
  EXPECT_TRUE(client->Call({"GET", "other"}, Soon()).ok()) << "there is room again";
}

TEST_P(RedisDeploymentTest, EndsACommandAtItsDeadlineAndIgnoresItsLateReply) {
  oofgg::testing::RedisServer& master = deployment_->MasterOf("k");
  master.Pause();
  const auto late = client_->Call({"SET", "k", "late"}, In(50ms));
  EXPECT_EQ(late.status().code(), StatusCode::kDeadlineExceeded);
  auto next = Begin(*client_, {"GET", "k"});
  master.Resume();
  EXPECT_EQ(next.get()->text, "late");
}

TEST_P(RedisDeploymentTest, ShutdownEndsEverything) {
  auto stuck = Begin(*client_, {"BLPOP", "nothing", "10"});
  auto behind = Begin(*client_, {"GET", "nothing"});
  client_->Shutdown();
  EXPECT_EQ(stuck.get().status().code(), StatusCode::kCancelled);
  EXPECT_EQ(behind.get().status().code(), StatusCode::kCancelled);
  EXPECT_EQ(client_->Call({"GET", "k"}, Soon()).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(client_->WaitUntilUp(Soon()).code(), StatusCode::kCancelled);
  EXPECT_EQ(client_->LinkNumber(), 0U);
}

TEST_P(RedisDeploymentTest, WhatMayRunTwiceOutlivesTheMaster) {
  SetSafely("k", "before");
  const std::uint64_t number = client_->LinkNumber();
  oofgg::testing::RedisServer& master = deployment_->MasterOf("k");
  master.Pause();
  auto idempotent = Begin(*client_, RedisCommand({"SET", "k", "after"}).Idempotent(), In(60s));
  auto once = Begin(*client_, {"APPEND", "k", "!"});
  auto hopeless = Begin(*client_, RedisCommand({"GET", "k"}).Idempotent(), In(200ms));
  KillMaster(master);
  EXPECT_EQ(once.get().status().code(), StatusCode::kUnavailable) << "its outcome is unknown";
  EXPECT_EQ(hopeless.get().status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_NE(client_->LinkNumber(), number);
  deployment_->Heal();
  const auto done = idempotent.get();
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(Get(*client_, "k"), "after");
  ASSERT_TRUE(client_->WaitUntilUp(In(60s)).ok());
  EXPECT_GT(client_->LinkNumber(), number);
}

// Writers go on all the time. Nobody is told a lie, and nobody waits beyond his deadline.
TEST_P(RedisDeploymentTest, WritersSurviveALostMaster) {
  SetSafely("w0", "-");
  std::atomic<bool> stop = false;
  std::atomic<int> acknowledged = 0;
  std::vector<std::thread> writers;
  for (int t = 0; t < 3; ++t) {
    writers.emplace_back([&, t] {
      const std::string key = "w" + std::to_string(t);
      for (int i = 0; !stop; ++i) {
        const std::string value = std::to_string(i);
        const auto reply = client_->Call(RedisCommand({"SET", key, value}).Idempotent(), In(60s));
        ASSERT_TRUE(reply.ok()) << reply.status();
        EXPECT_EQ(Get(*client_, key, In(60s)), value);
        ++acknowledged;
        acknowledged.notify_one();
      }
    });
  }
  const auto wait_for_more = [&](int more) {
    const int goal = acknowledged + more;
    for (int seen = acknowledged; seen < goal; seen = acknowledged) acknowledged.wait(seen);
  };
  wait_for_more(300);
  const std::uint64_t number = client_->LinkNumber();
  KillMasterOf("w0");
  deployment_->Heal();
  EXPECT_TRUE(Eventually([&] { return client_->LinkNumber() > number; }));
  wait_for_more(300);
  stop = true;
  for (std::thread& writer : writers) writer.join();
}

TEST_P(RedisDeploymentTest, MessagesComeInOrder) {
  const auto subscription = Follow("news");
  const auto other = Follow("weather");
  ASSERT_EQ(inbox_.Next(), "+subscribed");
  ASSERT_EQ(inbox_.Next(), "+subscribed");
  constexpr int kMessages = 1000;
  for (int i = 0; i < kMessages; ++i) {
    client_->Send(PublishCommand(client_->options().url, "news", std::to_string(i)), Soon(),
                  [](const StatusOr<RedisReply>&) {});
  }
  for (int i = 0; i < kMessages; ++i) ASSERT_EQ(inbox_.Next(), std::to_string(i));
  EXPECT_EQ(Publish("weather", "rain")->integer, 1);
  EXPECT_EQ(inbox_.Next(), "rain");
}

TEST_P(RedisDeploymentTest, AScriptPublishesWithTheWordOfTheDeployment) {
  const auto subscription = Follow("{s}news");
  ASSERT_EQ(inbox_.Next(), "+subscribed");
  const RedisScript script("return redis.call(ARGV[1], KEYS[1], 'hello')");
  const std::string word(PublishWord(client_->options().url));
  const auto reply = client_->CallScript(script, {.keys = {"{s}news"}, .arguments = {word}}, Soon());
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(inbox_.Next(), "hello");
}

TEST_P(RedisDeploymentTest, AGapIsToldAndHealed) {
  SetSafely("news", "-");
  const auto subscription = Follow("news");
  ASSERT_EQ(inbox_.Next(), "+subscribed");
  KillMasterOf("news");
  EXPECT_EQ(inbox_.Next(), "+lost");
  deployment_->Heal();
  EXPECT_EQ(inbox_.Next(), "+resubscribed");
  // The subscriber may have found the new master first.
  ASSERT_TRUE(Eventually([&] {
    const auto reached = Publish("news", "again");
    return reached.ok() && reached->integer == 1;
  }));
  EXPECT_EQ(inbox_.Next(), "again");
}

TEST_P(RedisDeploymentTest, DroppingUnsubscribes) {
  auto subscription = Follow("news");
  ASSERT_EQ(inbox_.Next(), "+subscribed");
  subscription.Cancel();
  ASSERT_TRUE(Eventually([&] { return Publish("news", "nobody hears")->integer == 0; }));
  subscription = Follow("news");
  ASSERT_EQ(inbox_.Next([](const std::string& item) { return item.starts_with("+"); }), "+subscribed");
  EXPECT_EQ(Publish("news", "hello")->integer, 1);
  EXPECT_TRUE(inbox_.Next([](const std::string& item) { return item == "hello"; }).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Ways, RedisDeploymentTest,
    ::testing::Values(Way{"OneServer", [] { return std::make_unique<testing::OneServer>(); }},
                      Way{"Sentinel", [] { return std::make_unique<testing::SentinelSet>(); }},
                      Way{"Cluster", [] { return std::make_unique<testing::Cluster>(); }}),
    [](const auto& way) { return way.param.name; });

}  // namespace
}  // namespace oofgg::storage
