#include "storage/redis/redis_subscriber.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>

#include "tests/integration/redis/redis_fixture.h"
#include "tests/support/inbox.h"

namespace oofgg::storage {
namespace {

using testing::ConnectTo;
using testing::OptionsFor;
using testing::Soon;

std::string NameOf(RedisChannelState state) {
  switch (state) {
    case RedisChannelState::kSubscribed:
      return "subscribed";
    case RedisChannelState::kLost:
      return "lost";
    case RedisChannelState::kResubscribed:
      return "resubscribed";
  }
  return "";
}

class RedisSubscriberTest : public ::testing::Test {
 protected:
  using Inbox = oofgg::testing::Inbox<std::string>;

  RedisSubscription Follow(const std::string& channel, Inbox& inbox) {
    return subscriber_->Subscribe(
        channel, [&inbox](std::string_view message) { inbox.Put("message " + std::string(message)); },
        [&inbox](RedisChannelState state) { inbox.Put(NameOf(state)); });
  }
  /// How many subscribers it reached.
  std::int64_t Publish(const std::string& channel, const std::string& message) {
    return client_->Call(RedisCommand({"PUBLISH", channel, message}), Soon())->integer;
  }

  oofgg::testing::RedisServer server_;
  std::unique_ptr<RedisClient> client_ = ConnectTo(server_.url());
  Inbox inbox_;
  Inbox other_inbox_;
  std::unique_ptr<RedisSubscriber> subscriber_ = std::make_unique<RedisSubscriber>(OptionsFor(server_.url()));
};

TEST_F(RedisSubscriberTest, DeliversInOrderToAllWhoAsked) {
  const auto first = Follow("news", inbox_);
  ASSERT_EQ(inbox_.Next(), "subscribed");
  const auto second = Follow("news", other_inbox_);
  ASSERT_EQ(other_inbox_.Next(), "subscribed") << "though the server was asked before";
  EXPECT_EQ(Publish("news", "one"), 1) << "one subscription serves both";
  EXPECT_EQ(Publish("news", "two"), 1);
  EXPECT_EQ(Publish("weather", "rain"), 0);
  for (Inbox* inbox : {&inbox_, &other_inbox_}) {
    EXPECT_EQ(inbox->Next(), "message one");
    EXPECT_EQ(inbox->Next(), "message two");
  }
}

TEST_F(RedisSubscriberTest, TellsOfAGap) {
  const auto subscription = Follow("news", inbox_);
  ASSERT_EQ(inbox_.Next(), "subscribed");
  server_.Kill();
  EXPECT_EQ(inbox_.Next(), "lost");
  server_.Start();
  EXPECT_EQ(inbox_.Next(), "resubscribed");
  ASSERT_TRUE(client_->WaitUntilUp(Soon()).ok());
  EXPECT_EQ(Publish("news", "again"), 1);
  EXPECT_EQ(inbox_.Next(), "message again");
}

TEST_F(RedisSubscriberTest, TellsOfAGapThatOnlyTheServerMade) {
  const auto subscription = Follow("news", inbox_);
  ASSERT_EQ(inbox_.Next(), "subscribed");
  ASSERT_TRUE(client_->Call({"CLIENT", "KILL", "TYPE", "pubsub"}, Soon()).ok());
  EXPECT_EQ(inbox_.Next(), "lost");
  EXPECT_EQ(inbox_.Next(), "resubscribed");
}

TEST_F(RedisSubscriberTest, SubscribingWithoutALinkCountsOnceThereIsOne) {
  server_.Kill();
  const auto subscription = Follow("news", inbox_);
  server_.Start();
  EXPECT_EQ(inbox_.Next(), "subscribed");
}

TEST_F(RedisSubscriberTest, DroppingUnsubscribes) {
  auto subscription = Follow("news", inbox_);
  const auto stays = Follow("weather", other_inbox_);
  ASSERT_EQ(inbox_.Next(), "subscribed");
  ASSERT_EQ(other_inbox_.Next(), "subscribed");
  subscription.Cancel();
  while (Publish("news", "nobody hears") > 0) {
  }
  // And anew, at once.
  subscription = Follow("news", inbox_);
  while (Publish("news", "hello") == 0) {
  }
  // What was on its way when the first was dropped may still come.
  EXPECT_TRUE(inbox_.Next([](const std::string& item) { return item == "message hello"; }).has_value());
}

TEST_F(RedisSubscriberTest, MayBeDroppedInsideItsOwnCallback) {
  std::optional<RedisSubscription> subscription;
  subscription = subscriber_->Subscribe(
      "news",
      [&](std::string_view message) {
        subscription.reset();
        inbox_.Put(std::string(message));
      },
      [&](RedisChannelState) { inbox_.Put("subscribed"); });
  ASSERT_EQ(inbox_.Next(), "subscribed");
  Publish("news", "one");
  EXPECT_EQ(inbox_.Next(), "one");
  EXPECT_FALSE(subscription.has_value());
  while (Publish("news", "two") > 0) {
  }
}

TEST_F(RedisSubscriberTest, NoCallbackRunsOnceItIsDropped) {
  for (int round = 0; round < 50; ++round) {
    auto alive = std::make_unique<std::string>("alive");
    RedisSubscription subscription =
        subscriber_->Subscribe("news", [text = alive.get()](std::string_view) { text->append("!"); });
    client_->Send({"PUBLISH", "news", "one"}, Soon(), [](const StatusOr<RedisReply>&) {});
    client_->Send({"PUBLISH", "news", "two"}, Soon(), [](const StatusOr<RedisReply>&) {});
    if (round % 2 == 0) {
      ASSERT_TRUE(client_->Call({"PING"}, Soon()).ok());
    }
    subscription.Cancel();
    alive.reset();  // AddressSanitizer sees whoever still writes to it.
  }
}

TEST_F(RedisSubscriberTest, ASubscriptionMayOutliveItsSubscriber) {
  auto subscription = Follow("news", inbox_);
  ASSERT_EQ(inbox_.Next(), "subscribed");
  subscriber_.reset();
  subscription.Cancel();
}

TEST_F(RedisSubscriberTest, FollowsThousandsOfChannels) {
  constexpr int kChannels = 2000;
  std::vector<RedisSubscription> subscriptions;
  for (int i = 0; i < kChannels; ++i) subscriptions.push_back(Follow("c" + std::to_string(i), inbox_));
  for (int i = 0; i < kChannels; ++i) ASSERT_EQ(inbox_.Next(), "subscribed");
  EXPECT_EQ(Publish("c1999", "last"), 1);
  EXPECT_EQ(inbox_.Next(), "message last");
}

}  // namespace
}  // namespace oofgg::storage
