#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/redis/fake_server.h"
#include "tests/integration/redis/redis_fixture.h"

namespace oofgg::storage {
namespace {

using testing::Begin;
using testing::FakeServer;
using testing::In;
using testing::OptionsFor;
using testing::Soon;
using namespace std::chrono_literals;

// What a server may say where it should greet. None of it is to be believed, and none of it for ever.
TEST(HostileServerTest, AServerThatIsNoRedisIsUnavailable) {
  for (const std::string says : {"HTTP/1.1 400 Bad Request\r\n\r\n", "\r\n\r\n", "?\r\n", "*-2\r\n",
                                 "$-2\r\n", "*99999999999999\r\n", ":not-a-number\r\n"}) {
    const FakeServer server([&says](FakeServer::Peer& peer) {
      (void)peer.Read();
      peer.Write(says);
    });
    const auto client = RedisClient::Connect(OptionsFor(server.address()), In(200ms));
    EXPECT_EQ(client.status().code(), StatusCode::kUnavailable) << says << client.status();
  }
}

TEST(HostileServerTest, AServerThatOnlyListensIsUnavailable) {
  const FakeServer server([](FakeServer::Peer& peer) { peer.WaitForEnd(); });
  RedisOptions options = OptionsFor(server.address());
  options.connect_timeout = 50ms;
  const auto client = RedisClient::Connect(options, In(300ms));
  EXPECT_EQ(client.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(client.status().ToString(), ::testing::HasSubstr("in time"));
}

TEST(HostileServerTest, AServerThatClosesAtOnceIsUnavailable) {
  const FakeServer server([](FakeServer::Peer&) {});
  const auto client = RedisClient::Connect(OptionsFor(server.address()), In(200ms));
  EXPECT_EQ(client.status().code(), StatusCode::kUnavailable);
}

class AfterTheGreetingTest : public ::testing::Test {
 protected:
  /// A server that greets like Redis, and answers the first command after that with `answer`.
  static FakeServer::Behaviour Answering(std::string answer) {
    return [answer = std::move(answer)](FakeServer::Peer& peer) {
      peer.Greet();
      (void)peer.Read();
      peer.Write(answer);
      peer.WaitForEnd();
    };
  }
  /// What comes of a command on such a server.
  static StatusOr<RedisReply> AnswerOf(const FakeServer& server, RedisOptions options) {
    options.url = ParseRedisUrl(server.address()).value();
    const auto client = RedisClient::Connect(options, Soon()).value();
    return Begin(*client, {"GET", "k"}, In(5s)).get();
  }
};

TEST_F(AfterTheGreetingTest, NonsenseEndsTheLink) {
  const FakeServer server(Answering("nonsense\r\n"));
  EXPECT_EQ(AnswerOf(server, {}).status().code(), StatusCode::kUnavailable);
}

TEST_F(AfterTheGreetingTest, AnAnswerTooManyEndsTheLink) {
  const FakeServer server(Answering("$1\r\na\r\n$1\r\nb\r\n"));
  const auto client = RedisClient::Connect(OptionsFor(server.address()), Soon()).value();
  const std::uint64_t link = client->LinkNumber();
  EXPECT_EQ(Begin(*client, {"GET", "k"}).get()->text, "a");
  while (client->LinkNumber() == link) {
  }
}

TEST_F(AfterTheGreetingTest, ALongAnswerEndsTheLink) {
  RedisOptions options;
  options.max_reply_bytes = 100'000;
  const FakeServer long_string(Answering("$900000\r\n" + std::string(300'000, 'x')));
  EXPECT_EQ(AnswerOf(long_string, options).status().code(), StatusCode::kUnavailable);
  std::string many = "*1000000\r\n";
  for (int i = 0; i < 100'000; ++i) many += "_\r\n";
  const FakeServer long_array(Answering(many));
  EXPECT_EQ(AnswerOf(long_array, options).status().code(), StatusCode::kUnavailable);
}

TEST_F(AfterTheGreetingTest, ADeepAnswerEndsTheLink) {
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "*1\r\n";
  const FakeServer server(Answering(deep));
  EXPECT_EQ(AnswerOf(server, {}).status().code(), StatusCode::kUnavailable);
}

TEST_F(AfterTheGreetingTest, BytesThatDripAreAnAnswer) {
  const FakeServer server([](FakeServer::Peer& peer) {
    peer.Greet();
    (void)peer.Read();
    for (const char byte : std::string("*2\r\n$3\r\nabc\r\n%1\r\n+k\r\n,1.5\r\n")) peer.Write({&byte, 1});
    peer.WaitForEnd();
  });
  const auto reply = AnswerOf(server, {});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->elements[0].text, "abc");
  EXPECT_DOUBLE_EQ(reply->elements[1].elements[1].number, 1.5);
}

TEST_F(AfterTheGreetingTest, PushesAreNobodysAnswer) {
  const FakeServer server(Answering(">2\r\n+invalidate\r\n*1\r\n+k\r\n$1\r\na\r\n"));
  EXPECT_EQ(AnswerOf(server, {})->text, "a");
}

TEST_F(AfterTheGreetingTest, AServerThatTakesNothingDoesNotKeepUsFromDeadlines) {
  const FakeServer server([](FakeServer::Peer& peer) {
    peer.Greet();
    peer.WaitForEnd();  // It never reads again, so that our buffer and the kernel's fill up.
  });
  auto client = RedisClient::Connect(OptionsFor(server.address()), Soon()).value();
  auto huge = Begin(*client, {"SET", "k", std::string(60 << 20, 'x')}, In(10min));
  const Status unsent = Begin(*client, {"GET", "k"}, In(100ms)).get().status();
  EXPECT_EQ(unsent.code(), StatusCode::kDeadlineExceeded);
  EXPECT_THAT(unsent.ToString(), ::testing::HasSubstr("nothing was sent"));
  client.reset();
  EXPECT_EQ(huge.get().status().code(), StatusCode::kCancelled);
}

TEST_F(AfterTheGreetingTest, OldServersSpeakTheOldProtocol) {
  const FakeServer server([](FakeServer::Peer& peer) {
    (void)peer.Read();
    peer.Write("-ERR unknown command 'HELLO'\r\n");
    EXPECT_THAT(peer.Read(), ::testing::HasSubstr("AUTH"));
    peer.Write("+OK\r\n");
    (void)peer.Read();
    peer.Write("+PONG\r\n");
    (void)peer.Read();
    peer.Write("$-1\r\n");
    peer.WaitForEnd();
  });
  const auto client = RedisClient::Connect(OptionsFor("redis://:secret@" + server.address()), Soon());
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_TRUE(Begin(**client, {"GET", "k"}).get()->is_nil());
}

}  // namespace
}  // namespace oofgg::storage
