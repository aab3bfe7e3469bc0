#include "http/smtp_mailer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/http/smtp_server.h"

namespace oofgg::http {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

const Mail kMail = {.kind = "verify-email",
                    .to = "alice@example.com",
                    .subject = "Your code: ABC",
                    .text = "first line\n.\nlast line\n",
                    .code = "ABC"};

Status SendTo(const SmtpServer& server, const Mail& mail, bool allow_plaintext = true) {
  SmtpMailer mailer({.url = server.url(), .from = "game@example.com", .allow_plaintext = allow_plaintext});
  return mailer.Send(mail);
}

TEST(SmtpMailerTest, HandsOverTheWholeMail) {
  const SmtpServer server;
  const Status sent = SendTo(server, kMail);
  ASSERT_TRUE(sent.ok()) << sent;
  EXPECT_THAT(
      server.heard(),
      IsSupersetOf({HasSubstr("MAIL FROM:<game@example.com>"), HasSubstr("RCPT TO:<alice@example.com>"),
                    HasSubstr("Subject: Your code: ABC"), HasSubstr("To: <alice@example.com>")}));
  EXPECT_THAT(server.heard(), Contains("first line"));
  EXPECT_THAT(server.heard(), Contains("..")) << "a lone dot would end the message (RFC 5321, 4.5.2)";
  EXPECT_THAT(server.heard(), Contains("last line"));
}

TEST(SmtpMailerTest, ARefusedAddressIsToldFromAServerThatIsBusy) {
  EXPECT_EQ(SendTo(SmtpServer("550 no such user"), kMail).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(SendTo(SmtpServer("451 come back later"), kMail).code(), StatusCode::kUnavailable);
}

TEST(SmtpMailerTest, NothingIsSentInPlaintextUnlessAllowed) {
  const SmtpServer server;
  EXPECT_EQ(SendTo(server, kMail, false).code(), StatusCode::kUnavailable);
  EXPECT_THAT(server.heard(), Not(Contains(HasSubstr("alice"))));
}

TEST(SmtpMailerTest, AServerThatIsAwayIsUnavailable) {
  std::string url;
  { url = SmtpServer().url(); }
  SmtpMailer mailer({.url = url, .from = "game@example.com", .allow_plaintext = true});
  EXPECT_EQ(mailer.Send(kMail).code(), StatusCode::kUnavailable);
}

TEST(FormatMailTest, NoHeaderCanBeSmuggledIn) {
  for (const char* bad : {"a@example.com\r\nBcc: b@example.com", "a@example.com\n", "a\r@example.com"}) {
    Mail mail = kMail;
    mail.to = bad;
    EXPECT_EQ(FormatMail(mail, "game@example.com", {}).status().code(), StatusCode::kInvalidArgument);
    mail = kMail;
    mail.subject = bad;
    EXPECT_EQ(FormatMail(mail, "game@example.com", {}).status().code(), StatusCode::kInvalidArgument);
  }
  const auto mail = FormatMail(kMail, "game@example.com", {});
  ASSERT_TRUE(mail.ok());
  EXPECT_THAT(*mail, HasSubstr("Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"));
  EXPECT_THAT(*mail, HasSubstr("\r\n\r\nfirst line\r\n.\r\nlast line\r\n"));
}

}  // namespace
}  // namespace oofgg::http
