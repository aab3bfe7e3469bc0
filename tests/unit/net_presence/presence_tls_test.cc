// TLS on the TCP presence port, where it differs from plaintext. What does not differ is tested in both
// forms, as PresenceFormsTest.

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "tests/unit/net_presence/presence_fixture.h"

namespace oofgg::net {
namespace {

using ::testing::AnyOf;
using namespace std::chrono_literals;

/// The head of a ClientHello of 512 bytes that never come.
constexpr char kHalfHello[] = "\x16\x03\x01\x02\x04\x01";

class PresenceTlsTest : public PresenceTcpTest {
 protected:
  void Offer(PresenceTls tls, PresenceTcpOptions options = {}) {
    options.tls = tls;
    Listen(std::move(options));
  }
  LineClient ConnectSecurely() { return LineClient(listener().port(), {.tls = true}); }
  void ExpectNobodyLeft() {
    Eventually("all are gone", [&] { return listener().connections() == 0; });
  }
};

TEST_F(PresenceTlsTest, BothFormsShareThePort) {
  Offer(PresenceTls::kOffered);
  LineClient plain = SignOn("1", R"({"v":2,"user_id":1,"friends":[2]})");
  LineClient secure = ConnectSecurely();
  secure.Send(R"({"v":2,"user_id":2,"friends":[1]})");
  EXPECT_EQ(secure.Line(), R"({"online":true,"user_id":1})");
  EXPECT_EQ(plain.Line(), R"({"online":true,"user_id":2})");
  EXPECT_EQ(secure.SayEnd(), "<end>");
  Eventually("the link is lost", [&] { return hub_.counts().connections == 1; });
  timers_.AdvanceBy(5s);
  EXPECT_EQ(plain.Line(), R"({"online":false,"user_id":2})");
  EXPECT_EQ(listener().counts().handshakes, 1U);
}

TEST_F(PresenceTlsTest, WherePlaintextIsRefusedItIsToldWhy) {
  Offer(PresenceTls::kRequired);
  LineClient plain = Connect();
  plain.Send(R"({"user_id":1})");
  EXPECT_EQ(plain.Line(),
            R"({"error":"this port takes TLS only; connect with TLS","code":"FAILED_PRECONDITION"})");
  EXPECT_EQ(plain.Line(), "<end>");
  LineClient secure = ConnectSecurely();
  secure.Send(R"({"v":2,"user_id":1}{"ping":1})");
  EXPECT_EQ(secure.Line(), R"({"pong":1})");
  EXPECT_EQ(listener().counts().plaintext_refused, 1U);
}

TEST_F(PresenceTlsTest, WhereItIsOffTlsIsNoObject) {
  LineClient client = Connect();
  client.Send({kHalfHello, 6});
  EXPECT_EQ(client.Line(),
            R"({"error":"expected a JSON object, which begins with {","code":"INVALID_ARGUMENT"})");
  EXPECT_EQ(listener().counts().malformed, 1U);
}

TEST_F(PresenceTlsTest, AHandshakeHasTheTimeOfTheFirstObject) {
  Offer(PresenceTls::kOffered);
  LineClient half = Connect();
  half.Send({kHalfHello, 6});
  LineClient one_byte = Connect();
  one_byte.Send({kHalfHello, 1});
  LineClient done = ConnectSecurely();
  Eventually("all are counted", [&] { return listener().counts().handshakes == 1; });
  LineClient idle = SignOn("1", R"({"user_id":1})");
  timers_.AdvanceBy(9'999ms);
  EXPECT_TRUE(half.IsSilent());
  timers_.AdvanceBy(1ms);
  EXPECT_THAT(half.Line(), AnyOf("<end>", "<reset>")) << "there is no way to say why";
  EXPECT_THAT(one_byte.Line(), AnyOf("<end>", "<reset>"));
  EXPECT_EQ(done.Line(),
            R"({"error":"no whole object within 10 s","code":"DEADLINE_EXCEEDED","reconnect":true})");
  EXPECT_TRUE(idle.IsSilent());
  EXPECT_EQ(listener().counts().object_timeouts, 3U);
}

TEST_F(PresenceTlsTest, GarbageAfterTheFirstByteEndsItsSender) {
  Offer(PresenceTls::kOffered);
  LineClient bystander = SignOn("1", R"({"v":2,"user_id":1})");
  for (const std::string& garbage :
       {std::string("\x16hello, this is no handshake at all"), "\x16" + std::string(70'000, '\xff'),
        std::string("\x16\x03\x01\x00\x02{}"), std::string("\x16\x03\x01\x00\x00\x16\x03\x01\x00\x00", 10)}) {
    LineClient client = Connect();
    client.Send(garbage);
    client.Close();
  }
  Eventually("they have failed", [&] { return listener().counts().handshakes_failed == 4; });
  Eventually("they are gone", [&] { return listener().connections() == 1; });
  bystander.Send(R"({"ping":1})");
  EXPECT_EQ(bystander.Line(), R"({"pong":1})");
}

TEST_F(PresenceTlsTest, WhoLeavesInTheHandshakeLeavesNothing) {
  Offer(PresenceTls::kOffered);
  for (const bool politely : {true, false}) {
    LineClient client = Connect();
    client.Send({kHalfHello, 6});
    Eventually("it is there", [&] { return listener().connections() == 1; });
    if (politely) {
      client.Close();
    } else {
      client.Abort();
    }
    ExpectNobodyLeft();
  }
}

TEST_F(PresenceTlsTest, ALinkThatIsCutIsADeparture) {
  Offer(PresenceTls::kOffered);
  LineClient watcher = SignOn("1", R"({"v":2,"user_id":1,"friends":[2]})");
  LineClient two = ConnectSecurely();
  two.Send(R"({"user_id":2})");
  EXPECT_EQ(watcher.Line(), R"({"online":true,"user_id":2})");
  two.Abort();
  EXPECT_EQ(watcher.Line(), R"({"online":false,"user_id":2})");
}

TEST_F(PresenceTlsTest, AClientMayChangeTheKeys) {
  Offer(PresenceTls::kOffered);
  LineClient client = ConnectSecurely();
  client.Send(R"({"v":2,"user_id":1})");
  for (int i = 0; i < 3; ++i) {
    client.ChangeKeys();
    client.Send(R"({"ping":1})");
    EXPECT_EQ(client.Line(), R"({"pong":1})");
  }
}

/// The first words of a client that speaks TLS.
std::string ClientHello() {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
  BIO* const out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
  SSL_connect(ssl.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

TEST_F(PresenceTlsTest, AFloodOfHandshakesDoesNotHoldUpOthers) {
  constexpr std::size_t kHandshakes = 50;
  boost::asio::io_context io;
  PresenceTcpOptions options;
  options.shards = 1;
  options.tls = PresenceTls::kOffered;
  options.secure = Layers();
  const auto port =
      PresenceTcpListener::Listen(io, "127.0.0.1:0", hub_, clock_, timers_, {}, std::move(options)).value();
  LineClient one(port->port());
  one.Send(R"({"user_id":1,"friends":[2]})");
  while (!IsOnline("1")) io.run_one();
  std::vector<LineClient> flood;
  for (std::size_t i = 0; i < kHandshakes; ++i) flood.emplace_back(port->port());
  while (port->connections() < kHandshakes + 1) io.run_one();
  io.poll();

  const std::string hello = ClientHello();
  for (LineClient& client : flood) client.Send(hello);
  const auto answered = [&flood] {
    return std::count_if(flood.begin(), flood.end(), [](LineClient& client) { return !client.IsSilent(); });
  };
  while (answered() == 0) io.run_one();
  const auto two = hub_.Connect("2", {}, {}, std::make_shared<SilentHost>());
  while (one.IsSilent()) io.run_one();
  EXPECT_LT(answered(), 10) << "one in a visit";
  while (answered() < static_cast<long>(kHandshakes)) io.run_one();
}

TEST_F(PresenceTlsTest, HandshakesOfOneAddressAreLimited) {
  PresenceTcpOptions options;
  options.handshakes_per_address = {.per_second = 1, .burst = 2};
  Offer(PresenceTls::kOffered, options);
  LineClient one = ConnectSecurely();
  LineClient two = ConnectSecurely();
  LineClient three = Connect();
  three.Send({kHalfHello, 6});
  EXPECT_THAT(three.Line(), AnyOf("<end>", "<reset>"));
  EXPECT_EQ(listener().counts().handshakes_over_rate, 1U);
  LineClient plain = SignOn("1", R"({"user_id":1})");
  clock_.Advance(1s);
  LineClient four = ConnectSecurely();
  four.Send(R"({"v":2,"user_id":4}{"ping":1})");
  EXPECT_EQ(four.Line(), R"({"pong":1})");
}

TEST_F(PresenceTlsTest, HandshakesAreLimitedAltogether) {
  PresenceTcpOptions options;
  options.handshakes = {.per_second = 1, .burst = 1};
  Offer(PresenceTls::kOffered, options);
  LineClient one = ConnectSecurely();
  LineClient two = Connect();
  two.Send({kHalfHello, 6});
  EXPECT_THAT(two.Line(), AnyOf("<end>", "<reset>"));
  EXPECT_EQ(listener().counts().handshakes_over_rate, 1U);
}

TEST_F(PresenceTlsTest, ADrainEndsHandshakesToo) {
  Offer(PresenceTls::kOffered);
  LineClient half = Connect();
  half.Send({kHalfHello, 6});
  LineClient silent = Connect();
  LineClient secure = ConnectSecurely();
  secure.Send(R"({"v":2,"user_id":2}{"ping":1})");
  EXPECT_EQ(secure.Line(), R"({"pong":1})");
  listener().Drain([] {});
  EXPECT_THAT(half.Line(), AnyOf("<end>", "<reset>"));
  EXPECT_EQ(silent.Line(), "<end>");
  EXPECT_EQ(secure.Line(),
            R"({"error":"the server is restarting; reconnect","code":"UNAVAILABLE","reconnect":true})");
  EXPECT_EQ(secure.Line(), "<end>");
}

}  // namespace
}  // namespace oofgg::net
