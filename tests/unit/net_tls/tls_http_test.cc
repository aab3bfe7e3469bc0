// HTTP under TLS over real sockets: who is let in, who is not, and that nobody else notices.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "net/http_server.h"
#include "net/tls/tls_source.h"
#include "oofgg/testing/fake_clock.h"
#include "tests/support/eventually.h"
#include "tests/support/tcp_peer.h"
#include "tests/support/tls_peer.h"

namespace oofgg::net {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::ReplaceFile;
using ::testing::StartsWith;
using testing::TcpPeer;
using testing::TestCa;
using testing::TestCertificate;
using testing::TestTlsFiles;
using testing::TlsPeer;

constexpr std::string_view kRequest = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kLastRequest = "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

class TlsHttpTest : public ::testing::Test {
 protected:
  ~TlsHttpTest() override {
    server_.reset();
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  void Start(HttpServerOptions options = {}) {
    options.secure =
        TlsLayers(TlsSource::Open(
                      {.certificate = files_.certificate, .key = files_.key, .client_ca = client_ca_}, clock_)
                      .value());
    server_ = std::move(HttpServer::Listen(
                            io_, "127.0.0.1:0",
                            [](const HttpRequest& request, const HttpReplier& reply) {
                              if (request.target == "/long")
                                return reply({.body = std::string(3'000'000, 'l')});
                              reply({.body = "[" + request.body + "]"});
                            },
                            std::move(options))
                            .value());
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { io_.run(); });
  }

  void AskClients() {
    ReplaceFile(files_.client_ca, ca_.certificate());
    client_ca_ = files_.client_ca;
  }

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(server_->port()); }

  /// Whether a client with this certificate, or without one, is answered.
  bool IsServed(const TestCertificate* own) {
    TlsPeer peer(server_->port(), {.own = own});
    if (!peer.connected()) return false;
    peer.Send(kLastRequest);
    return peer.ReadAll().starts_with("HTTP/1.1 200");
  }

  TestCa ca_;
  TestTlsFiles files_{ca_.Issue("first")};
  std::string client_ca_;
  testing::FakeClock clock_{std::chrono::system_clock::now()};
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::vector<std::thread> threads_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(TlsHttpTest, AnswersAndKeepsTheConnection) {
  Start();
  TlsPeer peer(server_->port());
  ASSERT_TRUE(peer.connected());
  EXPECT_EQ(peer.server_name(), "first");
  for (int i = 0; i < 3; ++i) {
    peer.Send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_THAT(peer.ReadUntil("[hi]"), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  peer.Send(kLastRequest);
  EXPECT_THAT(peer.ReadAll(), EndsWith("[]"));
}

TEST_F(TlsHttpTest, CarriesMoreThanSocketsHold) {
  Start({.max_body_bytes = 2'000'000});
  TlsPeer peer(server_->port());
  peer.Send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'b'));
  EXPECT_GT(peer.ReadUntil("b]").size(), 1'000'000U);
  peer.Send("GET /long HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string answer = peer.ReadAll();
  EXPECT_GT(answer.size(), 3'000'000U);
  EXPECT_THAT(answer.substr(answer.size() - 10), "llllllllll");
}

TEST_F(TlsHttpTest, AgreesOnHttp11OrOnNothing) {
  Start();
  EXPECT_EQ(TlsPeer(server_->port(), {.protocols = "\x02h2\x08http/1.1"}).protocol(), "http/1.1");
  EXPECT_EQ(TlsPeer(server_->port()).protocol(), "");
  EXPECT_FALSE(TlsPeer(server_->port(), {.protocols = "\x02h2"}).connected());
}

TEST_F(TlsHttpTest, SpeaksNoOldVersions) {
  Start();
  EXPECT_FALSE(TlsPeer(server_->port(), {.max_version = TLS1_VERSION}).connected());
  EXPECT_FALSE(TlsPeer(server_->port(), {.max_version = TLS1_1_VERSION}).connected());
  EXPECT_TRUE(TlsPeer(server_->port(), {.max_version = TLS1_2_VERSION}).connected());
  EXPECT_TRUE(TlsPeer(server_->port(), {.max_version = TLS1_3_VERSION}).connected());
}

TEST_F(TlsHttpTest, WhatIsNotTlsIsClosedAndNobodyElseNotices) {
  Start();
  TlsPeer bystander(server_->port());
  const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  for (const std::string& sent :
       {std::string(kRequest), std::string("{\"user_id\":1}\n"), std::string(20'000, '\0'),
        std::string("\x16\x03\x01\xff\xff", 5) + std::string(70'000, 'x'), hello + std::string(600, '\xff'),
        std::string("\x15\x03\x03\x00\x02\x02\x28", 7),
        std::string("\x80\x2e\x01\x00\x02", 5) + std::string(64, 'x')}) {
    TcpPeer peer(address());
    peer.Send(sent);
    const auto said = peer.ReadToEnd();
    ASSERT_TRUE(said.has_value()) << "not closed";
    EXPECT_EQ(said->find("HTTP/1.1"), std::string::npos);
  }
  bystander.Send(kRequest);
  EXPECT_THAT(bystander.ReadUntil("[]"), StartsWith("HTTP/1.1 200"));
}

TEST_F(TlsHttpTest, GarbageAfterTheHandshakeEndsTheConnectionAlone) {
  Start();
  TlsPeer peer(server_->port());
  peer.Send("\x01\x02\x03 nonsense\r\n\r\n");
  EXPECT_THAT(peer.ReadAll(), StartsWith("HTTP/1.1 400"));
  EXPECT_TRUE(IsServed(nullptr));
}

TEST_F(TlsHttpTest, MutualTlsServesWhoShowsAGoodCertificate) {
  AskClients();
  Start();
  const TestCa stranger("stranger");
  const TestCertificate good = ca_.Issue("client");
  const TestCertificate expired = ca_.Issue("client", std::chrono::seconds(-60));
  const TestCertificate wrong = stranger.Issue("client");
  EXPECT_TRUE(IsServed(&good));
  EXPECT_FALSE(IsServed(nullptr));
  EXPECT_FALSE(IsServed(&expired));
  EXPECT_FALSE(IsServed(&wrong));
  EXPECT_TRUE(IsServed(&good));
}

TEST_F(TlsHttpTest, AnotherClientAuthorityCountsForNewConnections) {
  AskClients();
  Start();
  const TestCa next("next authority");
  const TestCertificate old_client = ca_.Issue("client");
  const TestCertificate new_client = next.Issue("client");
  EXPECT_TRUE(IsServed(&old_client));
  EXPECT_FALSE(IsServed(&new_client));
  ReplaceFile(files_.client_ca, next.certificate());
  clock_.Advance(TlsSource::kLookInterval);
  EXPECT_FALSE(IsServed(&old_client));
  EXPECT_TRUE(IsServed(&new_client));
}

TEST_F(TlsHttpTest, NewConnectionsGetTheNewCertificateAndOldOnesLiveOn) {
  Start();
  TlsPeer old(server_->port());
  old.Send(kRequest);
  EXPECT_THAT(old.ReadUntil("[]"), HasSubstr("200"));
  files_.Write(ca_.Issue("second"));
  clock_.Advance(TlsSource::kLookInterval);
  EXPECT_EQ(TlsPeer(server_->port()).server_name(), "second");
  old.Send(kRequest);
  EXPECT_THAT(old.ReadUntil("[]"), HasSubstr("200"));
  ReplaceFile(files_.key, "broken");
  clock_.Advance(TlsSource::kLookInterval);
  EXPECT_EQ(TlsPeer(server_->port()).server_name(), "second");
}

TEST_F(TlsHttpTest, ASlowHandshakeIsDropped) {
  Start({.handshake_timeout = std::chrono::milliseconds(50)});
  TcpPeer silent(address());
  EXPECT_EQ(silent.ReadToEnd(), "");
  TcpPeer slow(address());
  slow.Send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  EXPECT_EQ(slow.ReadToEnd(), "");
}

TEST_F(TlsHttpTest, AThousandHalfOpenHandshakesKeepNobodyOut) {
  constexpr std::size_t kMost = 64;
  Start({.max_connections_per_address = 2'000,
         .max_handshakes = kMost,
         .handshake_timeout = std::chrono::hours(1)});
  std::vector<std::unique_ptr<TcpPeer>> half_open;
  for (int i = 0; i < 1'000; ++i) {
    half_open.push_back(std::make_unique<TcpPeer>(address()));
    half_open.back()->Send(std::string("\x16\x03\x01\x02\x00\x01", 6));
    if (i % 100 == 99) {
      EXPECT_TRUE(IsServed(nullptr)) << i;
    }
  }
  EXPECT_EQ(half_open.front()->ReadToEnd(), "") << "the oldest make room";
  EXPECT_TRUE(oofgg::testing::Eventually([&] { return server_->connections() <= kMost; }));
}

TEST_F(TlsHttpTest, DrainsAndEndsWhileHandshakesAreUnderWay) {
  Start();
  TlsPeer idle(server_->port());
  idle.Send(kRequest);
  EXPECT_THAT(idle.ReadUntil("[]"), HasSubstr("200"));
  TcpPeer half(address());
  half.Send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  server_->Drain([] {});
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_EQ(half.ReadToEnd(), "");
  server_.reset();
}

}  // namespace
}  // namespace oofgg::net
