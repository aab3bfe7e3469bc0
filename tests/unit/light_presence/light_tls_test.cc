// The client's end of TLS against OpenSSL's own server, in memory.

#include "client/light/light_tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "tests/support/temporary_directory.h"
#include "tests/support/test_ca.h"

namespace oofgg::internal {
namespace {

using testing::ReplaceFile;
using testing::TemporaryDirectory;
using testing::TestCa;
using testing::TestTlsFiles;

/// Answers each piece of text with itself, after the handshake.
class EchoServer {
 public:
  explicit EchoServer(const TestTlsFiles& files) : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
    SSL_CTX_use_certificate_chain_file(context_.get(), files.certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context_.get(), files.key.c_str(), SSL_FILETYPE_PEM);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_.get());
  }

  std::string Answer(std::string_view bytes) {
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    char text[4096];
    const int count = SSL_read(ssl_.get(), text, sizeof text);
    if (count > 0) SSL_write(ssl_.get(), text, count);
    BIO* const out = SSL_get_wbio(ssl_.get());
    std::string answer(BIO_ctrl_pending(out), '\0');
    if (!answer.empty()) BIO_read(out, answer.data(), static_cast<int>(answer.size()));
    return answer;
  }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
};

class LightTlsTest : public ::testing::Test {
 protected:
  LightTlsTest() { ReplaceFile(ca_file_, ca_.certificate()); }

  /// What comes back of `text`, or why not.
  StatusOr<std::string> Echo(const std::string& host, const TestCa& server_ca, const std::string& text) {
    OOFGG_ASSIGN_OR_RETURN(const auto tls, LightTls::Make({.enabled = true, .ca_file = ca_file_}, host));
    EchoServer server{TestTlsFiles(server_ca.Issue("server"))};
    std::string plain;
    OOFGG_RETURN_IF_ERROR(tls->Send(text));
    for (std::string out = tls->TakeOutput(); !out.empty(); out = tls->TakeOutput()) {
      const std::string answer = server.Answer(out);
      OOFGG_RETURN_IF_ERROR(tls->Receive(answer, plain));
    }
    return plain;
  }

  TemporaryDirectory directory_;
  const std::string ca_file_ = directory_ / "ca.pem";
  TestCa ca_;
};

TEST_F(LightTlsTest, CarriesWhatWasSentBeforeTheHandshake) {
  const auto echoed = Echo("localhost", ca_, "hello");
  ASSERT_TRUE(echoed.ok()) << echoed.status();
  EXPECT_EQ(*echoed, "hello");
  EXPECT_TRUE(Echo("127.0.0.1", ca_, "hello").ok()) << "a certificate may be for an address";
}

TEST_F(LightTlsTest, RefusesACertificateForAnotherHost) {
  EXPECT_EQ(Echo("example.com", ca_, "hello").status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(Echo("127.0.0.2", ca_, "hello").status().code(), StatusCode::kUnauthenticated);
}

TEST_F(LightTlsTest, RefusesACertificateOfAnotherAuthority) {
  EXPECT_EQ(Echo("localhost", TestCa("another"), "hello").status().code(), StatusCode::kUnauthenticated);
}

TEST_F(LightTlsTest, AServerWithoutTlsIsAnError) {
  const auto tls = LightTls::Make({.enabled = true, .ca_file = ca_file_}, "localhost");
  ASSERT_TRUE(tls.ok());
  std::string plain;
  EXPECT_EQ((*tls)->Receive("{\"error\":\"malformed JSON\"}\n", plain).code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace oofgg::internal
