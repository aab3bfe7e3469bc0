#include "servers/common/stderr_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

#include "oofgg/log.h"

namespace oofgg::servers {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

/// This process's stderr is a pipe that is read when the test says so.
class StderrLogTest : public ::testing::Test {
 protected:
  StderrLogTest() : stderr_(dup(STDERR_FILENO)) {
    EXPECT_EQ(pipe2(pipe_.data(), O_CLOEXEC), 0);
    fcntl(pipe_[0], F_SETFL, O_NONBLOCK);
    dup2(pipe_[1], STDERR_FILENO);
  }
  ~StderrLogTest() override {
    dup2(stderr_, STDERR_FILENO);
    for (const int fd : {stderr_, pipe_[0], pipe_[1]}) close(fd);
  }

  /// All that has been written since the last time.
  std::string Read() {
    std::string read;
    std::array<char, 4096> buffer{};
    for (ssize_t count = 0; (count = ::read(pipe_[0], buffer.data(), buffer.size())) > 0;) {
      read.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return read;
  }

 private:
  int stderr_;
  std::array<int, 2> pipe_{};
};

TEST_F(StderrLogTest, TellsLevelNameRoomAndMessage) {
  {
    const StderrLog log("oofgg-x", false);
    Log(LogLevel::kDebug, "auth", "details");
    Log(LogLevel::kWarning, "auth", "look here");
  }
  Log(LogLevel::kError, "auth", "after its end");
  const std::string read = Read();
  EXPECT_THAT(read, EndsWith(" warning oofgg-x [auth] look here\n"));
  EXPECT_THAT(read, Not(HasSubstr("details")));
  EXPECT_THAT(read, Not(HasSubstr("after its end")));
}

TEST_F(StderrLogTest, AReaderThatStopsStopsNobody) {
  const StderrLog log("oofgg-x", false);
  const std::string long_line(1'000, 'x');
  for (int i = 0; i < 1'000; ++i) Log(LogLevel::kWarning, "auth", long_line);
  EXPECT_THAT(Read(), Not(HasSubstr("dropped")));
  Log(LogLevel::kWarning, "auth", "it reads again");
  const std::string read = Read();
  EXPECT_THAT(read, HasSubstr(" lines were dropped, as nobody read them\n"));
  EXPECT_THAT(read, EndsWith("[auth] it reads again\n"));
  Log(LogLevel::kWarning, "auth", "told once");
  EXPECT_THAT(Read(), Not(HasSubstr("dropped")));
}

TEST_F(StderrLogTest, ALineTooLongForThePipeIsCut) {
  const StderrLog log("oofgg-x", false);
  for (int i = 0; i < 100; ++i) Log(LogLevel::kWarning, "auth", std::string(100'000, 'x'));
  EXPECT_FALSE(Read().empty());
}

}  // namespace
}  // namespace oofgg::servers
