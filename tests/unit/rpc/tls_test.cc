// gRPC under TLS: who is let in, and that certificates are replaced under it.

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <atomic>

#include "net/tls/tls_source.h"
#include "oofgg/log.h"
#include "oofgg/testing/fake_clock.h"
#include "tests/support/tcp_peer.h"
#include "tests/support/tls_peer.h"
#include "tests/unit/rpc/raw_call.h"
#include "tests/unit/rpc/rpc_fixture.h"

namespace oofgg::rpc {
namespace {

using testing::ReplaceFile;
using testing::TcpPeer;
using testing::TestCa;
using testing::TestCertificate;
using testing::TlsPeer;

class TlsTest : public RpcTest {
 protected:
  void Start() {
    auto source = net::TlsSource::Open(
        {.certificate = files_.certificate, .key = files_.key, .client_ca = client_ca_}, clock_);
    ASSERT_TRUE(source.ok()) << source.status();
    options_.tls = *std::move(source);
    Serve();
  }

  void AskClients() {
    ReplaceFile(files_.client_ca, ca_.certificate());
    client_ca_ = files_.client_ca;
  }

  static std::shared_ptr<grpc::ChannelCredentials> Trusting(const TestCa& ca,
                                                            const TestCertificate* own = nullptr) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = ca.certificate();
    if (own != nullptr) {
      options.pem_cert_chain = own->certificate;
      options.pem_private_key = own->key;
    }
    return grpc::SslCredentials(options);
  }

  [[nodiscard]] std::shared_ptr<grpc::Channel> Connect(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // A link of its own.
    return grpc::CreateCustomChannel(address(), credentials, arguments);
  }

  static Status Health(const std::shared_ptr<grpc::Channel>& channel) {
    return FromGrpc(RawCall(channel, "/grpc.health.v1.Health/Check", "").status);
  }

  /// What a new client with these credentials is told.
  Status Ask(const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
    return Health(Connect(credentials));
  }

  [[nodiscard]] std::uint16_t port() const { return server_->addresses().at(0).port; }
  [[nodiscard]] std::string NameShown() const {
    return TlsPeer(port(), {.protocols = "\x02h2"}).server_name();
  }

  TestCa ca_;
  TestCa stranger_{"stranger"};
  testing::TestTlsFiles files_{ca_.Issue("first")};
  std::string client_ca_;
  testing::FakeClock clock_{std::chrono::system_clock::now()};
};

TEST_F(TlsTest, ServesWhoTrustsItsCertificate) {
  Start();
  EXPECT_TRUE(Ask(Trusting(ca_)).ok());
  EXPECT_EQ(Ask(Trusting(stranger_)).code(), StatusCode::kUnavailable);
  EXPECT_EQ(Ask(grpc::InsecureChannelCredentials()).code(), StatusCode::kUnavailable);
}

TEST_F(TlsTest, WhoFailsAtTheDoorAgainAndAgainDoesNotFillTheLog) {
  Start();
  std::atomic<int> lines{0};
  SetLogSink([&lines](LogLevel level, std::string_view, std::string_view) {
    if (level >= LogLevel::kWarning) ++lines;
  });
  for (int i = 0; i < 200; ++i) {
    EXPECT_FALSE(TlsPeer(port(), {.protocols = "\x02h2", .max_version = 0x0302}).connected());
  }
  server_.reset();
  SetLogSink(nullptr);
  EXPECT_GE(lines, 1);
  EXPECT_LE(lines, 100);
}

TEST_F(TlsTest, SpeaksNoOldVersions) {
  Start();
  EXPECT_FALSE(TlsPeer(port(), {.protocols = "\x02h2", .max_version = 0x0302}).connected());
  EXPECT_TRUE(TlsPeer(port(), {.protocols = "\x02h2", .max_version = 0x0303}).connected());
}

TEST_F(TlsTest, MutualTlsServesWhoShowsAGoodCertificate) {
  AskClients();
  Start();
  const TestCertificate good = ca_.Issue("client");
  const TestCertificate wrong = stranger_.Issue("client");
  const TestCertificate expired = ca_.Issue("client", std::chrono::seconds(-60));
  EXPECT_TRUE(Ask(Trusting(ca_, &good)).ok());
  EXPECT_FALSE(Ask(Trusting(ca_)).ok());
  EXPECT_FALSE(Ask(Trusting(ca_, &wrong)).ok());
  EXPECT_FALSE(Ask(Trusting(ca_, &expired)).ok());
  EXPECT_TRUE(Ask(Trusting(ca_, &good)).ok());
}

TEST_F(TlsTest, WithACertificateAnyInterfaceWillDo) {
  Start();
  const auto server = RpcServer::Start({.listen = {"0.0.0.0:0"}, .tls = options_.tls}, host_, {});
  EXPECT_TRUE(server.ok()) << server.status();
}

TEST_F(TlsTest, EveryAddressOfAServerHasTheCertificate) {
  Start();
  const auto server =
      RpcServer::Start({.listen = {"127.0.0.1:0", "127.0.0.1:0"}, .tls = options_.tls}, host_, {});
  ASSERT_TRUE(server.ok()) << server.status();
  for (const HostPort& where : (*server)->addresses()) {
    EXPECT_EQ(TlsPeer(where.port, {.protocols = "\x02h2"}).server_name(), "first");
  }
}

TEST_F(TlsTest, NewConnectionsGetTheNewCertificateAndOldOnesLiveOn) {
  Start();
  const auto old = Connect(Trusting(ca_));
  ASSERT_TRUE(Health(old).ok());
  files_.Write(stranger_.Issue("second"));
  clock_.Advance(net::TlsSource::kLookInterval);
  EXPECT_EQ(NameShown(), "second");
  EXPECT_TRUE(Health(old).ok());
  EXPECT_FALSE(Ask(Trusting(ca_)).ok());
  EXPECT_TRUE(Ask(Trusting(stranger_)).ok());
}

TEST_F(TlsTest, BrokenFilesLeaveTheOldOnesServing) {
  Start();
  for (const std::string& key : {std::string(), std::string("noise"), ca_.Issue("other").key}) {
    ReplaceFile(files_.key, key);
    clock_.Advance(net::TlsSource::kLookInterval);
    EXPECT_EQ(NameShown(), "first");
    EXPECT_TRUE(Ask(Trusting(ca_)).ok());
  }
  files_.Write(ca_.Issue("second"));
  clock_.Advance(net::TlsSource::kLookInterval);
  EXPECT_EQ(NameShown(), "second");
}

TEST_F(TlsTest, AnotherClientAuthorityCountsForNewConnections) {
  AskClients();
  Start();
  const TestCertificate old_client = ca_.Issue("client");
  const TestCertificate new_client = stranger_.Issue("client");
  EXPECT_TRUE(Ask(Trusting(ca_, &old_client)).ok());
  EXPECT_FALSE(Ask(Trusting(ca_, &new_client)).ok());
  ReplaceFile(files_.client_ca, stranger_.certificate());
  clock_.Advance(net::TlsSource::kLookInterval);
  EXPECT_FALSE(Ask(Trusting(ca_, &old_client)).ok());
  EXPECT_TRUE(Ask(Trusting(ca_, &new_client)).ok());
}

TEST_F(TlsTest, WhatIsNotTlsHarmsNobodyElse) {
  Start();
  const auto bystander = Connect(Trusting(ca_));
  ASSERT_TRUE(Health(bystander).ok());
  for (const std::string& sent : {std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), std::string(20'000, '\0'),
                                  std::string("\x16\x03\x01\x00\x05hello", 10)}) {
    TcpPeer peer(address());
    peer.Send(sent);
    EXPECT_TRUE(peer.ReadToEnd().has_value()) << "not closed";
  }
  std::vector<std::unique_ptr<TcpPeer>> half_open;
  for (int i = 0; i < 1'000; ++i) {
    half_open.push_back(std::make_unique<TcpPeer>(address()));
    half_open.back()->Send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  }
  EXPECT_TRUE(Health(bystander).ok());
  EXPECT_TRUE(Ask(Trusting(ca_)).ok());
}

}  // namespace
}  // namespace oofgg::rpc
