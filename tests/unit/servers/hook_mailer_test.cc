#include "servers/auth/hook_mailer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tests/support/temporary_directory.h"

namespace oofgg::servers {
namespace {

using namespace std::chrono_literals;

const Mail kMail = {.kind = "reset-password",
                    .to = "alice@example.com",
                    .subject = "Reset your password",
                    .text = "two\nlines \"quoted\"",
                    .code = "ABCDE12345"};

class HookMailerTest : public ::testing::Test {
 protected:
  std::string Script(const std::string& body) {
    const std::string path = directory_ / "hook";
    std::ofstream(path) << "#!/bin/sh\n" << body;
    chmod(path.c_str(), 0700);
    return path;
  }

  oofgg::testing::TemporaryDirectory directory_;
};

TEST_F(HookMailerTest, TheProgramGetsTheMailOnItsInput) {
  const std::string copy = directory_ / "copy";
  HookMailer mailer(Script("cat > '" + copy + "'\n"));
  ASSERT_TRUE(mailer.Send(kMail).ok());
  std::ifstream file(copy);
  std::stringstream text;
  text << file.rdbuf();
  const auto got = nlohmann::json::parse(text.str());
  EXPECT_EQ(got, (nlohmann::json{{"kind", kMail.kind},
                                 {"to", kMail.to},
                                 {"subject", kMail.subject},
                                 {"text", kMail.text},
                                 {"code", kMail.code}}));
}

TEST_F(HookMailerTest, NothingOfTheMailIsInItsArguments) {
  const std::string copy = directory_ / "arguments";
  HookMailer mailer(Script("echo $# > '" + copy + "'; cat > /dev/null\n"));
  ASSERT_TRUE(mailer.Send(kMail).ok());
  std::string count;
  std::ifstream(copy) >> count;
  EXPECT_EQ(count, "0");
}

TEST_F(HookMailerTest, TheProgramGetsNoDescriptorOfOurs) {
  const int ours = fcntl(STDIN_FILENO, F_DUPFD, 100);  // Not close-on-exec.
  const std::string copy = directory_ / "descriptors";
  HookMailer mailer(Script("cat > /dev/null; ls /proc/self/fd > '" + copy + "'\n"));
  EXPECT_TRUE(mailer.Send(kMail).ok());
  std::ifstream file(copy);
  for (std::string fd; std::getline(file, fd);) EXPECT_NE(fd, std::to_string(ours));
  close(ours);
}

TEST_F(HookMailerTest, FailuresSayWhichAndAreNoCrash) {
  EXPECT_EQ(HookMailer("/nonexistent/hook").Send(kMail).code(), StatusCode::kUnavailable);
  EXPECT_EQ(HookMailer(Script("exit 3\n")).Send(kMail).message(), "the mail hook ended with status 3");
  EXPECT_EQ(HookMailer(Script("kill -9 $$\n")).Send(kMail).message(), "the mail hook ended with status 137");
}

TEST_F(HookMailerTest, AProgramThatReadsNothingIsNoProblem) {
  EXPECT_TRUE(HookMailer(Script("exit 0\n")).Send(kMail).ok());
}

TEST_F(HookMailerTest, OneThatHangsIsKilled) {
  const Status sent = HookMailer(Script("exec sleep 1000\n"), 200ms).Send(kMail);
  EXPECT_EQ(sent.code(), StatusCode::kUnavailable);
  EXPECT_EQ(sent.message(), "the mail hook took longer than 200 ms");
}

}  // namespace
}  // namespace oofgg::servers
