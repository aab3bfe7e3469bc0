// What --tls-… and --client-… come to.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <thread>

#include "servers/common/ops_server.h"
#include "servers/common/peer_flags.h"
#include "servers/common/server_flags.h"
#include "tests/support/test_ca.h"

namespace oofgg::servers {
namespace {

using ::testing::HasSubstr;
using testing::ReplaceFile;
using testing::TestCa;
using testing::TestTlsFiles;

class TlsFlagsTest : public ::testing::Test {
 protected:
  static StatusOr<std::shared_ptr<net::TlsSource>> Open(const ServerSettings& settings) {
    return OpenTls(settings, Clock::System());
  }

  TestCa ca_;
  TestTlsFiles files_{ca_.Issue("server")};
};

TEST_F(TlsFlagsTest, WithoutACertificateThisMachineIsServedInPlaintext) {
  const auto none = Open({.ops_listen = "127.0.0.1:0"});
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_EQ(*none, nullptr);
  EXPECT_EQ(Open({.ops_listen = "0.0.0.0:0"}).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Open({.ops_listen = "0.0.0.0:0", .insecure = true}).ok());
}

TEST_F(TlsFlagsTest, WithOneEveryInterfaceWillDo) {
  const auto tls = Open({.ops_listen = "0.0.0.0:0", .tls_cert = files_.certificate, .tls_key = files_.key});
  ASSERT_TRUE(tls.ok()) << tls.status();
  EXPECT_NE(*tls, nullptr);
}

TEST_F(TlsFlagsTest, CombinationsThatMakeNoSenseAreNamed) {
  const std::string& path = files_.certificate;
  for (const ServerSettings& bad : {ServerSettings{.ops_listen = "127.0.0.1:0", .tls_cert = path},
                                    ServerSettings{.ops_listen = "127.0.0.1:0", .tls_key = path},
                                    ServerSettings{.ops_listen = "127.0.0.1:0", .tls_client_ca = path}}) {
    const Status refused = CheckTogether(bad);
    EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(refused.message()), HasSubstr("--tls-cert and --tls-key"));
  }
}

TEST_F(TlsFlagsTest, PeersFilesAreReadOrNamed) {
  const auto all =
      TlsOptionsOf({.ca = files_.certificate, .client_cert = files_.certificate, .client_key = files_.key});
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_TRUE(all->enabled);
  EXPECT_THAT(all->root_certificates_pem, HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_THAT(all->certificate_chain_pem, HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_THAT(all->private_key_pem, HasSubstr("KEY"));
  EXPECT_EQ(TlsOptionsOf({})->root_certificates_pem, "") << "the system's";

  EXPECT_THAT(std::string(TlsOptionsOf({.ca = "absent"}).status().message()), "--ca: cannot read absent");
  EXPECT_THAT(std::string(CheckTogether(PeerSettings{.client_cert = files_.certificate}).message()),
              HasSubstr("--client-cert and --client-key go together"));
  const auto no_key = TlsOptionsOf({.client_cert = files_.certificate, .client_key = "absent"});
  EXPECT_THAT(std::string(no_key.status().message()), "--client-key: cannot read absent");
}

TEST_F(TlsFlagsTest, AKeyThatOthersCanReadIsRefused) {
  std::filesystem::permissions(files_.key, std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  const PeerSettings peers = {.client_cert = files_.certificate, .client_key = files_.key};
  for (const Status& refused : {Open({.tls_cert = files_.certificate, .tls_key = files_.key}).status(),
                                TlsOptionsOf(peers).status(), HttpOptionsOf(peers).status()}) {
    EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(refused.message()), HasSubstr("run chmod 600 " + files_.key));
  }
}

TEST_F(TlsFlagsTest, OpsServesUnderTlsAndTellsWhenItEnds) {
  boost::asio::io_context io;
  const auto work = boost::asio::make_work_guard(io);
  ReplaceFile(files_.client_ca, ca_.certificate());
  std::thread thread([&io] { io.run(); });
  {
    OpsServer ops("tool");
    const auto tls = Open({.tls_cert = files_.certificate, .tls_key = files_.key}).value();
    ASSERT_TRUE(ops.Listen(io, "127.0.0.1:0", tls).ok());
    http::CurlClient client(HttpOptionsOf({.ca = files_.client_ca}).value());
    const auto metrics = http::Fetch(client, {.url = "https://" + ops.address() + "/metrics"});
    ASSERT_TRUE(metrics.ok()) << metrics.status();
    EXPECT_THAT(metrics->body, HasSubstr("oofgg_tls_certificate_expiry_seconds "));
    EXPECT_FALSE(http::Fetch(client, {.url = "http://" + ops.address() + "/metrics"}).ok());
  }
  io.stop();
  thread.join();
}

}  // namespace
}  // namespace oofgg::servers
