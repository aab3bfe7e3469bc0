// oofgg-auth as an operator sets it up who has players come by Twitch and mails codes, over real sockets.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "net/http_server.h"
#include "tests/integration/servers/running_server.h"
#include "tests/unit/http/smtp_server.h"

namespace oofgg::testing {
namespace {

constexpr const char* kNewPassword = "a much better password";

/// Twitch's validate endpoint, which knows the tokens "dallas-token" and, of another application,
/// "foreign-token" (dev.twitch.tv/docs/authentication/validate-tokens).
class TwitchStandIn {
 public:
  TwitchStandIn() {
    server_ = net::HttpServer::Listen(io_, "127.0.0.1:0", Answer).value();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TwitchStandIn() {
    server_.reset();
    io_.stop();
    thread_.join();
  }
  TwitchStandIn(const TwitchStandIn&) = delete;
  TwitchStandIn& operator=(const TwitchStandIn&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

 private:
  static void Answer(const net::HttpRequest& request, const net::HttpReplier& reply) {
    const auto token = request.Header("authorization");
    const bool ours = token == "OAuth dallas-token";
    if (request.target != "/oauth2/validate" || (!ours && token != "OAuth foreign-token")) {
      reply({.status = 401, .body = R"({"status":401,"message":"invalid access token"})"});
      return;
    }
    const nlohmann::json answer = {{"client_id", ours ? "our-game" : "another-game"},
                                   {"login", "dallas"},
                                   {"user_id", "44322889"},
                                   {"scopes", nlohmann::json::array()},
                                   {"expires_in", 5520838}};
    reply({.body = answer.dump(), .content_type = "application/json"});
  }

  boost::asio::io_context io_;
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
};

class WaysInTest : public ::testing::Test {
 protected:
  WaysInTest() {
    EXPECT_EQ(mkfifo(mails_.c_str(), 0600), 0);
    // For writing too, so that it does not end between two mails.
    mail_pipe_ = open(mails_.c_str(), O_RDWR | O_CLOEXEC);
  }
  ~WaysInTest() override { close(mail_pipe_); }

  /// A program that puts each mail into a pipe of ours, a line each.
  std::string MailHook() {
    const std::string path = folder_.path() + "/hook";
    std::ofstream(path) << "#!/bin/sh\ncat > '" << mails_ << "'\n";
    chmod(path.c_str(), 0700);
    return path;
  }

  /// The mail after those that were read; null after 20 s.
  nlohmann::json NextMail() {
    while (mail_text_.find('\n') == std::string::npos) {
      pollfd readable{mail_pipe_, POLLIN, 0};
      if (poll(&readable, 1, 20'000) <= 0) return nullptr;
      std::array<char, 4096> buffer{};
      const ssize_t count = read(mail_pipe_, buffer.data(), buffer.size());
      if (count <= 0) return nullptr;
      mail_text_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    const std::size_t end = mail_text_.find('\n');
    auto mail = nlohmann::json::parse(mail_text_.substr(0, end), nullptr, /*allow_exceptions=*/false);
    mail_text_.erase(0, end + 1);
    return mail;
  }

  static Status LoginWith(const RunningServer& auth, const std::string& password) {
    return ClientOf(&auth)->auth().Login({.username = "Ann@Example.com", .password = password}).status();
  }

  TemporaryDirectory folder_;
  const std::string mails_ = folder_.path() + "/mails";
  int mail_pipe_ = -1;
  std::string mail_text_;
};

TEST_F(WaysInTest, TwitchOpensTheSameAccountEachTimeAndNobodyElses) {
  auto twitch = std::make_unique<TwitchStandIn>();
  auto auth = StartAuth(folder_, {"--twitch-client-id", "our-game", "--twitch-url", twitch->url()});
  const auto login = [&](const std::string& token) {
    return ClientOf(auth.get())->auth().TwitchLogin({.helix_token = token, .client_id = "", .user_id = ""});
  };
  const auto first = login("dallas-token");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(ReasonOf(login("stolen-token").status()), "INVALID_CREDENTIALS");
  EXPECT_EQ(ReasonOf(login("foreign-token").status()), "INVALID_CREDENTIALS");

  auth->Kill();
  auth = StartAuth(folder_, {"--twitch-client-id", "our-game", "--twitch-url", twitch->url()});
  const auto again = login("dallas-token");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->user_id, first->user_id);

  twitch.reset();
  const Status away = login("dallas-token").status();
  EXPECT_EQ(away.code(), StatusCode::kUnavailable) << away;
  EXPECT_TRUE(SignUp("ann", *auth)) << "who needs no Twitch is served on";
}

TEST_F(WaysInTest, TwitchIsLinkedToAnAccountThatIsThereAndToNoSecondOne) {
  TwitchStandIn twitch;
  const auto auth = StartAuth(folder_, {"--twitch-client-id", "our-game", "--twitch-url", twitch.url()});
  const LinkTwitchRequest request{.helix_token = "dallas-token", .current_password = std::string(kPassword)};
  const auto ann = SignUp("ann", *auth);
  EXPECT_EQ(
      ReasonOf(ann->account()
                   .LinkTwitch({.helix_token = "foreign-token", .current_password = request.current_password})
                   .status()),
      "INVALID_CREDENTIALS");
  const auto linked = ann->account().LinkTwitch(request);
  ASSERT_TRUE(linked.ok()) << linked.status();
  ASSERT_EQ(linked->identities.size(), 1U);
  const auto by_twitch = ClientOf(auth.get())
                             ->auth()
                             .TwitchLogin({.helix_token = "dallas-token", .client_id = "", .user_id = ""});
  ASSERT_TRUE(by_twitch.ok()) << by_twitch.status();
  EXPECT_EQ(by_twitch->user_id, ann->tokens().user_id);
  const auto bob = SignUp("bob", *auth);
  EXPECT_EQ(ReasonOf(bob->account().LinkTwitch(request).status()), "IDENTITY_TAKEN");
}

TEST_F(WaysInTest, AForgottenPasswordIsReplacedByAMailedCodeThatWorksOnce) {
  const auto auth = StartAuth(folder_, {"--mail-hook", MailHook()});
  const auto ann = ClientOf(auth.get());
  ASSERT_TRUE(
      ann->auth().Register({.username = "ann", .email = "ann@example.com", .password = kPassword}).ok());
  ASSERT_TRUE(ann->account().RequestEmailCode({.email = ""}).ok());
  const auto proof = NextMail();
  ASSERT_EQ(proof.value("to", ""), "ann@example.com") << proof;
  const auto stranger = ClientOf(auth.get());
  ASSERT_TRUE(stranger->account()
                  .VerifyEmail({.user_id = ann->tokens().user_id, .code = proof.value("code", "")})
                  .ok());
  EXPECT_TRUE(ann->account().GetAccount({})->email_verified);

  EXPECT_TRUE(stranger->account().RequestPasswordReset({.email = "nobody@example.com"}).ok())
      << "the answer is the same for all";
  ASSERT_TRUE(stranger->account().RequestPasswordReset({.email = "ann@example.com"}).ok());
  const auto mail = NextMail();
  ASSERT_EQ(mail.value("kind", ""), "reset-password") << mail;
  const ResetPasswordRequest reset{
      .email = "ann@example.com", .code = mail.value("code", ""), .new_password = kNewPassword};
  ResetPasswordRequest wrong = reset;
  wrong.code = "AAAAAAAAAA";
  EXPECT_EQ(ReasonOf(stranger->account().ResetPassword(wrong).status()), "CODE_INVALID");
  ASSERT_TRUE(stranger->account().ResetPassword(reset).ok());
  EXPECT_EQ(ReasonOf(stranger->account().ResetPassword(reset).status()), "CODE_INVALID") << "used twice";

  EXPECT_FALSE(LoginWith(*auth, kPassword).ok());
  EXPECT_TRUE(LoginWith(*auth, kNewPassword).ok());
  EXPECT_FALSE(ann->auth().Refresh().ok()) << "whoever knew the old one is still signed in";
}

TEST_F(WaysInTest, AnotherAddressCostsThePasswordAndTheFormerOneIsTold) {
  const auto auth = StartAuth(folder_, {"--mail-hook", MailHook()});
  const auto ann = ClientOf(auth.get());
  ASSERT_TRUE(
      ann->auth().Register({.username = "ann", .email = "ann@example.com", .password = kPassword}).ok());
  RequestEmailCodeRequest request{.email = "new@example.com"};
  EXPECT_EQ(ann->account().RequestEmailCode(request).status().code(), StatusCode::kInvalidArgument);
  request.current_password = kPassword;
  ASSERT_TRUE(ann->account().RequestEmailCode(request).ok());
  const auto proof = NextMail();
  ASSERT_EQ(proof.value("to", ""), "new@example.com") << proof;
  ASSERT_TRUE(
      ann->account().VerifyEmail({.user_id = ann->tokens().user_id, .code = proof.value("code", "")}).ok());
  const auto notice = NextMail();
  EXPECT_EQ(notice.value("kind", ""), "email-changed") << notice;
  EXPECT_EQ(notice.value("to", ""), "ann@example.com");
  EXPECT_EQ(notice.value("code", "?"), "");
}

TEST_F(WaysInTest, MailGoesOutBySmtpToo) {
  http::SmtpServer mail_server;
  const auto auth =
      StartAuth(folder_, {"--smtp-url", mail_server.url(), "--smtp-from", "no-reply@example.com"});
  const auto ann = ClientOf(auth.get());
  ASSERT_TRUE(
      ann->auth().Register({.username = "ann", .email = "ann@example.com", .password = kPassword}).ok());
  ASSERT_TRUE(ann->account().RequestEmailCode({.email = ""}).ok());
  EXPECT_TRUE(mail_server.WaitFor("Subject: Your code"));
}

}  // namespace
}  // namespace oofgg::testing
