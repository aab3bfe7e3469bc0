// The session file: mode, owner, damage, and two writers at once.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/integration/cli/cli_environment.h"

namespace oofgg {
namespace {

namespace fs = std::filesystem;
using ::oofgg::testing::Answer;
using ::oofgg::testing::ChildProcess;
using ::oofgg::testing::kPassword;
using ::oofgg::testing::NewName;
using ::oofgg::testing::Shell;
using ::oofgg::testing::TemporaryDirectory;
using ::oofgg::testing::Up;
using ::testing::HasSubstr;

mode_t ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

class CliSessionTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory;
    up_ = new Up(folder_->path() + "/data");
  }
  static void TearDownTestSuite() {
    delete up_;
    delete folder_;
  }

  void SignUp() {
    const Answer answer = shell_.Run({"register", NewName("carl")}, std::string(kPassword) + "\n");
    ASSERT_EQ(answer.status, 0) << answer.errors;
  }

  void ExpectRefusal(const std::string& said) {
    const Answer answer = shell_.Run({"whoami"});
    EXPECT_EQ(answer.status, 1);
    EXPECT_EQ(answer.errors, "oofgg: " + said + "\n");
  }

  static Up* up_;
  static TemporaryDirectory* folder_;
  Shell shell_{up_->environment()};
};

Up* CliSessionTest::up_ = nullptr;
TemporaryDirectory* CliSessionTest::folder_ = nullptr;

TEST_F(CliSessionTest, IsForItsOwnerAloneAndGoneAfterLogout) {
  const mode_t before = umask(0);
  SignUp();
  umask(before);
  EXPECT_EQ(ModeOf(shell_.session_file()), 0600U);
  EXPECT_EQ(ModeOf(shell_.home() + "/.oofgg"), 0700U);
  EXPECT_EQ(shell_.Run({"refresh"}).status, 0);
  EXPECT_EQ(ModeOf(shell_.session_file()), 0600U);
  EXPECT_FALSE(fs::exists(shell_.session_file() + ".new"));
  EXPECT_EQ(shell_.Run({"logout"}).status, 0);
  EXPECT_FALSE(fs::exists(shell_.session_file()));
}

TEST_F(CliSessionTest, HasNoPasswordInIt) {
  SignUp();
  std::ifstream file(shell_.session_file());
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_THAT(text, HasSubstr("refresh_token"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr(kPassword)));
}

TEST_F(CliSessionTest, OpenToOthersIsRefusedUntilItIsNot) {
  SignUp();
  ASSERT_EQ(chmod(shell_.session_file().c_str(), 0644), 0);
  ExpectRefusal(shell_.session_file() + " holds tokens and is open to others; run: chmod 600 " +
                shell_.session_file());
  ASSERT_EQ(chmod(shell_.session_file().c_str(), 0600), 0);
  EXPECT_EQ(shell_.Run({"whoami"}).status, 0);
}

TEST_F(CliSessionTest, OfAnotherUserIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  SignUp();
  ASSERT_EQ(chown(shell_.session_file().c_str(), 12345, 12345), 0);
  ExpectRefusal(shell_.session_file() +
                " belongs to another user of this machine; name a file of yours with --session");
}

TEST_F(CliSessionTest, DamagedIsRefusedAndLogoutClearsIt) {
  SignUp();
  for (const char* text : {"", "{", "[]", "\"x\"", "not json", "{}{}", "\xff\xfe"}) {
    std::ofstream(shell_.session_file()) << text;
    ExpectRefusal(shell_.session_file() + " is not a session file of oofgg; move it away and log in again");
  }
  // Of the wrong kind inside: what is not there is not there.
  for (const char* text : {"{}", R"({"refresh_token":1,"access_token":[],"user_id":{}})",
                           R"({"refresh_token":null,"expires_at":"soon"})"}) {
    std::ofstream(shell_.session_file()) << text;
    ExpectRefusal("not signed in; run: oofgg login NAME");
  }
  EXPECT_EQ(shell_.Run({"logout"}).status, 0);
  EXPECT_FALSE(fs::exists(shell_.session_file()));
}

TEST_F(CliSessionTest, AnImpossibleExpiryIsNoTrouble) {
  SignUp();
  std::ifstream file(shell_.session_file());
  nlohmann::json session = nlohmann::json::parse(file);
  for (const std::int64_t expires_at : {std::int64_t{0}, INT64_MIN, INT64_MAX}) {
    session["expires_at"] = expires_at;
    session["refresh_token"] = nlohmann::json::parse(std::ifstream(shell_.session_file()))["refresh_token"];
    session["access_token"] = nlohmann::json::parse(std::ifstream(shell_.session_file()))["access_token"];
    std::ofstream(shell_.session_file()) << session;
    const Answer answer = shell_.Run({"whoami"});
    EXPECT_EQ(answer.status, 0) << expires_at << ": " << answer.errors;
  }
}

TEST_F(CliSessionTest, ForeignTokensAreRefusedWithoutACrash) {
  SignUp();
  std::ofstream(shell_.session_file())
      << R"({"user_id":"u","access_token":"junk","refresh_token":"junk","expires_at":4000000000})";
  const Answer answer = shell_.Run({"whoami"});
  EXPECT_EQ(answer.status, 1);
  EXPECT_THAT(answer.errors, HasSubstr("sign in again"));
  EXPECT_EQ(std::count(answer.errors.begin(), answer.errors.end(), '\n'), 1) << answer.errors;
}

TEST_F(CliSessionTest, AFolderOrADeadEndIsRefused) {
  fs::create_directories(shell_.session_file());
  ExpectRefusal(shell_.session_file() + " is not a file; name another with --session");
  const Answer answer = shell_.Run({"--session", "/proc/no/such.json", "whoami"});
  EXPECT_EQ(answer.status, 1);
  EXPECT_EQ(answer.errors, "oofgg: cannot open /proc/no/such.json.lock: No such file or directory\n");
}

TEST_F(CliSessionTest, ASecondWriterWaitsAndThenSaysWhy) {
  SignUp();
  const std::string lock_path = shell_.session_file() + ".lock";
  const int lock = open(lock_path.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(lock, 0);
  ASSERT_EQ(flock(lock, LOCK_EX), 0);
  const Answer answer = shell_.Run({"refresh"});
  EXPECT_EQ(answer.status, 1);
  EXPECT_EQ(answer.errors, "oofgg: another oofgg holds " + lock_path + "; try again\n");
  close(lock);
  EXPECT_EQ(shell_.Run({"refresh"}).status, 0);
}

TEST_F(CliSessionTest, ManyAtOnceDoNotLogThePlayerOut) {
  SignUp();
  std::vector<std::unique_ptr<ChildProcess>> children;
  for (int i = 0; i < 8; ++i) children.push_back(shell_.Start({"refresh"}));
  for (const auto& child : children) EXPECT_EQ(child->Wait(), 0) << child->errors();
  EXPECT_EQ(shell_.Run({"whoami"}).status, 0);
}

}  // namespace
}  // namespace oofgg
