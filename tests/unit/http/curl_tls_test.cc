// Whom the HTTP client believes under TLS, and what it shows.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <thread>

#include "http/curl_client.h"
#include "net/http_server.h"
#include "net/tls/tls_source.h"
#include "tests/support/test_ca.h"

namespace oofgg::http {
namespace {

using testing::ReplaceFile;
using testing::TestCa;
using testing::TestTlsFiles;

/// An https server that answers whoever its files let in.
class HttpsTest : public ::testing::Test {
 protected:
  ~HttpsTest() override {
    server_.reset();
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  void Serve(bool asks_clients) {
    auto source = net::TlsSource::Open({.certificate = server_files_.certificate,
                                        .key = server_files_.key,
                                        .client_ca = asks_clients ? authority_ : std::string()},
                                       Clock::System());
    server_ = std::move(net::HttpServer::Listen(io_, "127.0.0.1:0",
                                                [](const net::HttpRequest&, const net::HttpReplier& reply) {
                                                  reply({.body = "hi"});
                                                },
                                                {.secure = net::TlsLayers(*std::move(source))})
                            .value());
    thread_ = std::thread([this] { io_.run(); });
  }

  [[nodiscard]] Status Ask(const CurlClientOptions& options) const {
    CurlClient client(options);
    return Fetch(client, {.url = "https://127.0.0.1:" + std::to_string(server_->port()) + "/"}).status();
  }

  TestCa ca_;
  TestTlsFiles server_files_{ca_.Issue("server")};
  TestTlsFiles client_files_{ca_.Issue("client")};
  const std::string authority_ = client_files_.client_ca;
  boost::asio::io_context io_{1};
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
};

TEST_F(HttpsTest, BelievesOnlyTheAuthoritiesItIsTold) {
  ReplaceFile(authority_, ca_.certificate());
  Serve(/*asks_clients=*/false);
  EXPECT_TRUE(Ask({.ca_file = authority_}).ok());
  EXPECT_EQ(Ask({}).code(), StatusCode::kUnavailable);
  ReplaceFile(authority_, TestCa("stranger").certificate());
  EXPECT_EQ(Ask({.ca_file = authority_}).code(), StatusCode::kUnavailable);
  EXPECT_EQ(Ask({.ca_file = "/nonexistent"}).code(), StatusCode::kUnavailable);
}

TEST_F(HttpsTest, ShowsItsCertificateToWhoAsks) {
  ReplaceFile(authority_, ca_.certificate());
  Serve(/*asks_clients=*/true);
  const CurlClientOptions with = {
      .ca_file = authority_, .certificate_file = client_files_.certificate, .key_file = client_files_.key};
  EXPECT_TRUE(Ask(with).ok());
  EXPECT_EQ(Ask({.ca_file = authority_}).code(), StatusCode::kUnavailable);
  client_files_.Write(TestCa("stranger").Issue("client"));
  EXPECT_EQ(Ask(with).code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace oofgg::http
