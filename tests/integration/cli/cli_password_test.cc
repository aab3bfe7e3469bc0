// Passwords: from a line on stdin, or typed unseen at a terminal.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "tests/integration/cli/cli_environment.h"

namespace oofgg {
namespace {

using ::oofgg::testing::Answer;
using ::oofgg::testing::Shell;
using ::testing::HasSubstr;

/// Nothing listens there: whoever gets so far has a password.
Shell NowhereShell() { return Shell({{"OOFGG_AUTH", "127.0.0.1:1"}, {"OOFGG_TIMEOUT", "200ms"}}); }

TEST(CliPasswordTest, IsTheFirstLineOfStdin) {
  const Shell shell = NowhereShell();
  EXPECT_THAT(shell.Run({"login", "ann"}, "a long password\nand more\n").errors, HasSubstr("127.0.0.1:1"));
  EXPECT_THAT(shell.Run({"login", "ann"}, "no newline at the end").errors, HasSubstr("127.0.0.1:1"));
  for (const char* input : {"", "\n", "\nsecond line\n"}) {
    const Answer answer = shell.Run({"login", "ann"}, input);
    EXPECT_EQ(answer.status, 1);
    EXPECT_EQ(answer.errors, "oofgg: no password; type it, or send it as a line on stdin\n");
  }
}

/// A terminal whose keyboard and screen are ours.
class Terminal {
 public:
  Terminal() : keyboard_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    EXPECT_EQ(grantpt(keyboard_), 0);
    EXPECT_EQ(unlockpt(keyboard_), 0);
    std::array<char, 128> name{};
    EXPECT_EQ(ptsname_r(keyboard_, name.data(), name.size()), 0);
    device_ = open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  }
  ~Terminal() {
    close(keyboard_);
    close(device_);
  }

  [[nodiscard]] int device() const { return device_; }
  void Type(const std::string& text) const {
    EXPECT_EQ(write(keyboard_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  /// What is on the screen by now.
  [[nodiscard]] std::string Screen() const {
    std::string screen;
    pollfd readable{keyboard_, POLLIN, 0};
    std::array<char, 256> buffer;
    while (poll(&readable, 1, 0) > 0) {
      const ssize_t count = read(keyboard_, buffer.data(), buffer.size());
      if (count <= 0) break;
      screen.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return screen;
  }
  [[nodiscard]] bool Echoes() const {
    termios settings{};
    return tcgetattr(device_, &settings) == 0 && (settings.c_lflag & ECHO) != 0;
  }

 private:
  int keyboard_;
  int device_;
};

TEST(CliPasswordTest, IsNotShownWhileTyped) {
  const Shell shell = NowhereShell();
  const Terminal terminal;
  const auto child = shell.Start({"login", "ann"}, terminal.device());
  ASSERT_TRUE(child->WaitForErrors("password: "));
  EXPECT_FALSE(terminal.Echoes());
  terminal.Type("a long password\n");
  EXPECT_EQ(child->Wait(), 1);
  EXPECT_THAT(child->errors(), HasSubstr("127.0.0.1:1"));
  EXPECT_TRUE(terminal.Echoes());
  EXPECT_EQ(terminal.Screen(), "\r\n") << "the end of the line, and nothing of what was typed";
}

TEST(CliPasswordTest, IsAskedForTwiceWhenANewOneIsChosen) {
  const Shell shell = NowhereShell();
  const Terminal terminal;
  const auto child = shell.Start({"register", "ann"}, terminal.device());
  ASSERT_TRUE(child->WaitForErrors("password: "));
  terminal.Type("a long password\n");
  ASSERT_TRUE(child->WaitForErrors("once more: "));
  terminal.Type("a long pasword\n");
  EXPECT_EQ(child->Wait(), 1);
  EXPECT_THAT(child->errors(), HasSubstr("oofgg: the two passwords differ; nothing was done\n"));
}

TEST(CliPasswordTest, CtrlCGivesBackATerminalThatShowsWhatIsTyped) {
  const Shell shell = NowhereShell();
  const Terminal terminal;
  const auto child = shell.Start({"login", "ann"}, terminal.device());
  ASSERT_TRUE(child->WaitForErrors("password: "));
  EXPECT_FALSE(terminal.Echoes());
  child->Signal(SIGINT);
  EXPECT_EQ(child->Wait(), 128 + SIGINT);
  EXPECT_TRUE(terminal.Echoes());
}

}  // namespace
}  // namespace oofgg
