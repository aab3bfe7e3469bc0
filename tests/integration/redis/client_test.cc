#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/integration/redis/redis_fixture.h"
#include "tests/support/inbox.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::storage {
namespace {

using testing::Begin;
using testing::ConnectTo;
using testing::Get;
using testing::In;
using testing::OptionsFor;
using testing::Soon;
using namespace std::chrono_literals;

class RedisClientTest : public ::testing::Test {
 protected:
  oofgg::testing::RedisServer server_;
  oofgg::testing::Inbox<StatusOr<RedisReply>> inbox_;
  std::unique_ptr<RedisClient> client_ = ConnectTo(server_.url());
};

TEST_F(RedisClientTest, KeepsAnyBytes) {
  const std::string bytes("a\r\nb\0c\xff", 7);
  ASSERT_TRUE(client_->Call(RedisCommand({"SET", bytes, bytes}), Soon()).ok());
  EXPECT_EQ(Get(*client_, bytes), bytes);
  EXPECT_EQ(Get(*client_, "other"), "nil");
}

TEST_F(RedisClientTest, TellsTypesApart) {
  using Kind = RedisReply::Kind;
  const auto kind_of = [this](const RedisCommand& command) { return client_->Call(command, Soon())->kind; };
  EXPECT_EQ(kind_of({"INCR", "n"}), Kind::kInteger);
  EXPECT_EQ(kind_of({"HSET", "h", "field", "value"}), Kind::kInteger);
  EXPECT_EQ(kind_of({"HGETALL", "h"}), Kind::kMap);
  EXPECT_EQ(kind_of({"ZADD", "z", "1.5", "a"}), Kind::kInteger);
  EXPECT_EQ(kind_of({"ZSCORE", "z", "a"}), Kind::kDouble);
  EXPECT_EQ(kind_of({"SMEMBERS", "s"}), Kind::kSet);
  EXPECT_EQ(kind_of({"LRANGE", "l", "0", "-1"}), Kind::kArray);
  EXPECT_EQ(kind_of({"GET", "nothing"}), Kind::kNil);
  EXPECT_DOUBLE_EQ(client_->Call({"ZSCORE", "z", "a"}, Soon())->number, 1.5);
}

TEST_F(RedisClientTest, AnErrorReplyIsAStatusAndHarmsNobodyElse) {
  auto before = Begin(*client_, {"SET", "text", "x"});
  auto wrong = Begin(*client_, {"INCR", "text"});
  auto after = Begin(*client_, {"GET", "text"});
  EXPECT_TRUE(before.get().ok());
  EXPECT_EQ(wrong.get().status().code(), StatusCode::kInternal);
  EXPECT_EQ(after.get()->text, "x");
}

TEST_F(RedisClientTest, AnErrorDoesNotRepeatArguments) {
  const auto reply = client_->Call({"NOSUCHCOMMAND", "my-secret"}, Soon());
  EXPECT_EQ(reply.status().code(), StatusCode::kInternal);
  EXPECT_THAT(std::string(reply.status().ToString()), ::testing::HasSubstr("unknown command"));
  EXPECT_THAT(std::string(reply.status().ToString()), ::testing::Not(::testing::HasSubstr("my-secret")));
}

TEST_F(RedisClientTest, GivesEachOfManyThreadsItsOwnAnswers) {
  constexpr int kThreads = 8;
  constexpr int kEach = 10'000;
  std::atomic<int> wrong = 0;
  std::atomic<int> answered = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach / kThreads; ++i) {
        const std::string text = std::to_string(t) + "/" + std::to_string(i);
        client_->Send({"ECHO", text}, Soon(), [&, text](const StatusOr<RedisReply>& reply) {
          if (!reply.ok() || reply->text != text) ++wrong;
          ++answered;
          answered.notify_one();
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int seen = answered; seen < kEach; seen = answered) answered.wait(seen);
  client_.reset();  // No callback runs any more.
  EXPECT_EQ(wrong, 0);
}

TEST_F(RedisClientTest, ABatchKeepsItsOrderAndItsErrors) {
  const auto reply = client_->CallBatch({{"SET", "n", "x"}, {"INCR", "n"}, {"GET", "n"}}, Soon());
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_EQ(reply->elements.size(), 3U);
  EXPECT_EQ(reply->elements[0].text, "OK");
  EXPECT_TRUE(reply->elements[1].is_error());
  EXPECT_EQ(reply->elements[2].text, "x");

  const auto one = client_->CallBatch({{"PING"}}, Soon());
  ASSERT_EQ(one->elements.size(), 1U);
  EXPECT_EQ(client_->CallBatch({}, Soon()).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(RedisClientTest, ATransactionIsAllOrNothing) {
  const auto done = client_->CallTransaction({{"SET", "a", "1"}, {"INCR", "a"}}, Soon());
  ASSERT_TRUE(done.ok()) << done.status();
  ASSERT_EQ(done->elements.size(), 2U);
  EXPECT_EQ(done->elements[1].integer, 2);

  const auto refused = client_->CallTransaction({{"SET", "a", "9"}, {"SET", "a"}}, Soon());
  EXPECT_EQ(refused.status().code(), StatusCode::kInternal);
  EXPECT_EQ(Get(*client_, "a"), "2");
}

TEST_F(RedisClientTest, TransactionsOfManyThreadsDoNotMix) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const std::string key = "counter-" + std::to_string(t);
      for (std::int64_t i = 0; i < 100; ++i) {
        const auto reply = client_->CallTransaction({{"INCR", key}, {"INCR", key}}, Soon());
        if (!reply.ok() || reply->elements[1].integer != 2 * i + 2) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(RedisClientTest, RefusesToWaitForItself) {
  client_->Send({"PING"}, Soon(),
                [&](const StatusOr<RedisReply>&) { inbox_.Put(client_->Call({"PING"}, Soon())); });
  EXPECT_EQ(inbox_.Next()->status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(RedisClientTest, ACallbackMaySendMore) {
  client_->Send({"INCR", "n"}, Soon(), [&](const StatusOr<RedisReply>&) {
    client_->Send({"INCR", "n"}, Soon(), [&](StatusOr<RedisReply> reply) { inbox_.Put(std::move(reply)); });
  });
  EXPECT_EQ((*inbox_.Next())->integer, 2);
}

TEST_F(RedisClientTest, DestroyingItEndsWhatIsUnderWay) {
  auto stuck = Begin(*client_, {"BLPOP", "nothing", "10"});
  auto behind = Begin(*client_, {"PING"});
  client_.reset();
  EXPECT_EQ(stuck.get().status().code(), StatusCode::kCancelled);
  EXPECT_EQ(behind.get().status().code(), StatusCode::kCancelled);
}

TEST_F(RedisClientTest, RefusesMoreThanItsBound) {
  RedisOptions options = OptionsFor(server_.url());
  options.max_commands = 3;
  const auto client = RedisClient::Connect(options, Soon()).value();
  auto stuck = Begin(*client, {"BLPOP", "list", "10"});
  auto second = Begin(*client, {"PING"});
  auto third = Begin(*client, {"PING"});
  EXPECT_EQ(client->Call({"PING"}, Soon()).status().code(), StatusCode::kResourceExhausted);
  ASSERT_TRUE(client_->Call({"LPUSH", "list", "x"}, Soon()).ok());
  EXPECT_TRUE(stuck.get().ok());
  EXPECT_TRUE(third.get().ok());
  EXPECT_TRUE(client->Call({"PING"}, Soon()).ok()) << "there is room again";

  options.max_commands = 100;
  options.max_command_bytes = 1000;
  const auto narrow = RedisClient::Connect(options, Soon()).value();
  EXPECT_EQ(narrow->Call({"SET", "k", std::string(1000, 'x')}, Soon()).status().code(),
            StatusCode::kResourceExhausted);
}

TEST_F(RedisClientTest, EndsACommandAtItsDeadlineAndIgnoresItsLateReply) {
  server_.Pause();
  const auto late = client_->Call({"SET", "k", "late"}, In(50ms));
  EXPECT_EQ(late.status().code(), StatusCode::kDeadlineExceeded);
  auto next = Begin(*client_, {"ECHO", "next"});
  server_.Resume();
  EXPECT_EQ(next.get()->text, "next") << "not the answer of the late SET";
  EXPECT_EQ(Get(*client_, "k"), "late") << "it has been carried out all the same";
}

TEST_F(RedisClientTest, GivesUpAServerThatFallsSilentAndFindsItAgain) {
  RedisOptions options = OptionsFor(server_.url());
  options.ping_after = 100ms;
  options.dead_after = 300ms;
  const auto client = RedisClient::Connect(options, Soon()).value();
  const std::uint64_t first = client->LinkNumber();
  server_.Pause();
  auto lost = Begin(*client, {"SET", "k", "1"});
  EXPECT_EQ(lost.get().status().code(), StatusCode::kUnavailable) << "long before its deadline";
  server_.Resume();
  ASSERT_TRUE(client->WaitUntilUp(Soon()).ok());
  EXPECT_TRUE(client->Call({"PING"}, Soon()).ok());
  EXPECT_GT(client->LinkNumber(), first);
}

TEST_F(RedisClientTest, AQuietLinkIsKept) {
  RedisOptions options = OptionsFor(server_.url());
  options.ping_after = 20ms;
  options.dead_after = 5s;
  const auto client = RedisClient::Connect(options, Soon()).value();
  const std::uint64_t link = client->LinkNumber();
  oofgg::testing::TcpPeer monitor(server_.address());
  ASSERT_TRUE(monitor.Send("MONITOR\r\n"));
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(monitor.ReadLineWith("\"PING\"").has_value()) << "it keeps asking";
  }
  EXPECT_TRUE(client->Call({"PING"}, Soon()).ok());
  EXPECT_EQ(client->LinkNumber(), link);
}

TEST(RedisClientLoginTest, ChecksPasswordsOfUsers) {
  oofgg::testing::RedisServer server({"--requirepass", "pa:ss@word"});
  const std::string host = server.address();
  const auto connect = [](const std::string& url) {
    return RedisClient::Connect(OptionsFor(url), Soon()).status();
  };
  EXPECT_TRUE(connect("redis://:pa%3Ass%40word@" + host).ok());
  EXPECT_TRUE(connect("redis://default:pa%3Ass%40word@" + host + "/3").ok());
  const Status wrong = connect("redis://:other-guess@" + host);
  EXPECT_EQ(wrong.code(), StatusCode::kPermissionDenied) << wrong;
  EXPECT_THAT(wrong.ToString(), ::testing::HasSubstr(host));
  EXPECT_THAT(wrong.ToString(), ::testing::Not(::testing::HasSubstr("other-guess")));
  EXPECT_EQ(connect("redis://" + host).code(), StatusCode::kPermissionDenied);
}

TEST(RedisClientLoginTest, TellsThatNobodyIsThere) {
  const std::string address = "127.0.0.1:" + std::to_string(oofgg::testing::FreePort());
  const auto client = RedisClient::Connect(OptionsFor(address), In(200ms));
  EXPECT_EQ(client.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(client.status().ToString(), ::testing::HasSubstr(address));
}

TEST(RedisClientLoginTest, ChoosesTheDatabase) {
  oofgg::testing::RedisServer server;
  const auto third = ConnectTo(server.url() + "/3");
  const auto first = ConnectTo(server.url());
  ASSERT_TRUE(third->Call({"SET", "k", "three"}, Soon()).ok());
  EXPECT_EQ(Get(*third, "k"), "three");
  EXPECT_EQ(Get(*first, "k"), "nil");
}

}  // namespace
}  // namespace oofgg::storage
