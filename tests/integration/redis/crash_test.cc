#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "tests/integration/redis/redis_fixture.h"

namespace oofgg::storage {
namespace {

using testing::Begin;
using testing::ConnectTo;
using testing::Get;
using testing::In;
using testing::Soon;
using namespace std::chrono_literals;

// Writers go on while the server is killed and started again, twice. What Redis acknowledged is there
// afterwards; what failed says so, and nobody waits beyond his deadline.
TEST(RedisCrashTest, LosesNothingAcknowledged) {
  oofgg::testing::RedisServer server;
  const auto client = ConnectTo(server.url());
  constexpr int kThreads = 4;
  std::atomic<bool> stop = false;
  std::atomic<int> acknowledged = 0;
  std::vector<std::vector<std::string>> kept(kThreads);
  std::vector<std::thread> writers;
  for (int t = 0; t < kThreads; ++t) {
    writers.emplace_back([&, t] {
      for (int i = 0; !stop; ++i) {
        const std::string key = std::to_string(t) + "/" + std::to_string(i);
        const auto reply = client->Call({"SET", key, key}, In(5s));
        if (!reply.ok()) {
          EXPECT_EQ(reply.status().code(), StatusCode::kUnavailable) << reply.status();
          continue;
        }
        kept[static_cast<std::size_t>(t)].push_back(key);
        ++acknowledged;
        acknowledged.notify_one();
      }
    });
  }
  const auto wait_for_more = [&](int more) {
    const int goal = acknowledged + more;
    for (int seen = acknowledged; seen < goal; seen = acknowledged) acknowledged.wait(seen);
  };
  for (int round = 0; round < 2; ++round) {
    wait_for_more(500);
    server.Kill();
    server.Start();
  }
  wait_for_more(500);
  stop = true;
  for (std::thread& writer : writers) writer.join();

  for (const auto& keys : kept) {
    for (const std::string& key : keys) ASSERT_EQ(Get(*client, key), key);
  }
}

TEST(RedisCrashTest, WhatMayRunTwiceOutlivesTheLink) {
  oofgg::testing::RedisServer server;
  const auto client = ConnectTo(server.url());
  server.Pause();
  auto idempotent = Begin(*client, RedisCommand({"SET", "a", "1"}).Idempotent());
  auto once = Begin(*client, {"INCR", "n"});
  auto hopeless = Begin(*client, RedisCommand({"SET", "b", "1"}).Idempotent(), In(300ms));
  server.Kill();
  const Status lost = once.get().status();
  EXPECT_EQ(lost.code(), StatusCode::kUnavailable);
  EXPECT_THAT(lost.ToString(), ::testing::AnyOf(::testing::HasSubstr("outcome is unknown"),
                                                ::testing::HasSubstr("no link to Redis")));
  EXPECT_EQ(hopeless.get().status().code(), StatusCode::kDeadlineExceeded) << "within its deadline only";
  server.Start();
  EXPECT_TRUE(idempotent.get().ok());
  EXPECT_EQ(Get(*client, "a"), "1");
}

TEST(RedisCrashTest, WithoutALinkOnlyWhatMayWaitWaits) {
  oofgg::testing::RedisServer server;
  const auto client = ConnectTo(server.url());
  server.Kill();
  ASSERT_EQ(Begin(*client, {"PING"}).get().status().code(), StatusCode::kUnavailable);
  const auto refused = client->Call({"SET", "k", "1"}, Soon());
  EXPECT_EQ(refused.status().code(), StatusCode::kUnavailable) << "at once, not at its deadline";
  EXPECT_EQ(client->LinkNumber(), 0U);
  auto waiting = Begin(*client, RedisCommand({"SET", "k", "2"}).Idempotent());
  server.Start();
  EXPECT_TRUE(waiting.get().ok());
  EXPECT_EQ(Get(*client, "k"), "2");
}

TEST(RedisCrashTest, IsBackSoonAfterTheServer) {
  oofgg::testing::RedisServer server;
  const auto client = ConnectTo(server.url());
  server.Kill();
  ASSERT_FALSE(client->Call({"PING"}, Soon()).ok());
  server.Start();
  EXPECT_TRUE(client->WaitUntilUp(Soon()).ok());
}

}  // namespace
}  // namespace oofgg::storage
