// The client's end of TLS against OpenSSL's own server, in memory.

#include "client/light/light_tls.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "tests/support/inbox.h"
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

/// A port of 127.0.0.1 that speaks TLS to one client: answers each line's ping, and after the first tells
/// that bob is online.
class TlsPresenceServer {
 public:
  explicit TlsPresenceServer(const TestTlsFiles& files)
      : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    SSL_CTX_use_certificate_chain_file(context_.get(), files.certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context_.get(), files.key.c_str(), SSL_FILETYPE_PEM);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { Serve(); });
  }
  ~TlsPresenceServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  TlsPresenceServer(const TlsPresenceServer&) = delete;
  TlsPresenceServer& operator=(const TlsPresenceServer&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  void Serve() {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(ssl.get(), client);
    SSL_set_accept_state(ssl.get());
    char text[4096];
    std::string heard;
    bool told = false;
    for (int count = 0; (count = SSL_read(ssl.get(), text, sizeof text)) > 0;) {
      heard.append(text, static_cast<std::size_t>(count));
      for (std::size_t end = 0; (end = heard.find('\n')) != std::string::npos; heard.erase(0, end + 1)) {
        const auto object = nlohmann::json::parse(heard.substr(0, end));
        std::string answer = "{\"pong\":" + object.at("ping").dump() + "}\n";
        if (!std::exchange(told, true)) answer += "{\"online\":true,\"user_id\":\"bob\"}\n";
        SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
      }
    }
    close(client);
  }

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  const int listener_;
  std::string address_;
  std::thread thread_;
};

TEST_F(LightTlsTest, APresenceIsWatchedUnderTls) {
  TlsPresenceServer server{TestTlsFiles(ca_.Issue("server"))};
  testing::Inbox<std::string> heard;
  const auto client = LightPresence::Connect(
      server.address(), "ann", {"bob", "cid"},
      [&](const StatusOr<PresenceUpdate>& update) {
        if (update.ok()) heard.Put(update->user_id + (update->state == PresenceState::kOnline ? "+" : "-"));
      },
      {.tls = {.enabled = true, .ca_file = ca_file_}});
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_EQ(heard.Next(), "bob+");
  EXPECT_EQ(heard.Next(), "cid-");
}

TEST_F(LightTlsTest, AnImpostorHearsNothing) {
  TlsPresenceServer server{TestTlsFiles(TestCa("another").Issue("server"))};
  testing::Inbox<std::string> troubles;
  LightPresenceOptions options{.tls = {.enabled = true, .ca_file = ca_file_},
                               .reconnect = {.initial = std::chrono::milliseconds(1)}};
  options.on_trouble = [&](const Status& why) { troubles.Put(std::string(why.message())); };
  options.on_bytes = [](bool, std::string_view) { ADD_FAILURE() << "nothing was sent, nor has come"; };
  const auto client = LightPresence::Connect(
      server.address(), "ann", {"bob"}, [](const auto&) { ADD_FAILURE() << "heard of a friend"; }, options);
  EXPECT_THAT(troubles.Next().value_or(""),
              ::testing::HasSubstr("the presence server's certificate is refused: unable to get"));
}

}  // namespace
}  // namespace oofgg::internal
