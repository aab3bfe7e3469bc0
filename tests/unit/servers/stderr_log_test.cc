#include "servers/common/stderr_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>

#include "base/request_scope.h"
#include "oofgg/log.h"

namespace oofgg::servers {
namespace {

using std::string_view_literals::operator""sv;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

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
    const StderrLog log("oofgg-x", {});
    Log(LogLevel::kDebug, "auth", "details");
    Log(LogLevel::kWarning, "auth", "look here");
  }
  Log(LogLevel::kError, "auth", "after its end");
  const std::string read = Read();
  EXPECT_THAT(read, EndsWith(" warning oofgg-x [auth] look here\n"));
  EXPECT_THAT(read, Not(HasSubstr("details")));
  EXPECT_THAT(read, Not(HasSubstr("after its end")));
}

TEST_F(StderrLogTest, LinesOfARequestCarryItsId) {
  const StderrLog log("oofgg-x", {});
  {
    const RequestScope scope("r-1");
    Log(LogLevel::kInfo, "rpc", "within");
    {
      const RequestScope inner("r-2");
      Log(LogLevel::kInfo, "rpc", "deeper");
    }
    Log(LogLevel::kInfo, "rpc", "again");
  }
  Log(LogLevel::kInfo, "rpc", "without");
  const std::string read = Read();
  EXPECT_THAT(read, HasSubstr("[rpc] within request_id=r-1\n"));
  EXPECT_THAT(read, HasSubstr("[rpc] deeper request_id=r-2\n"));
  EXPECT_THAT(read, HasSubstr("[rpc] again request_id=r-1\n"));
  EXPECT_THAT(read, EndsWith("[rpc] without\n"));
}

TEST_F(StderrLogTest, ForeignTextForgesNoLine) {
  const StderrLog log("oofgg-x", {});
  Log(LogLevel::kWarning, "auth", "name 'a\n2027 info oofgg-x [auth] b\r\x1b[2J\x7f\t\0'"sv);
  Log(LogLevel::kWarning, "auth", std::string(100'000, '\n'));
  const std::string read = Read();
  EXPECT_THAT(read, HasSubstr("name 'a\\n2027 info oofgg-x [auth] b\\x0d\\x1b[2J\\x7f\\x09\\x00'\n"));
  EXPECT_EQ(std::count(read.begin(), read.end(), '\n'), 2);
  EXPECT_LT(read.size(), 4'096U);
  EXPECT_THAT(read, EndsWith("\\n\\n\n"));
}

TEST_F(StderrLogTest, AsJsonEachLineIsAnObject) {
  const StderrLog log("oofgg-x", {.format = LogFormat::kJson});
  {
    const RequestScope scope("r-1");
    Log(LogLevel::kWarning, "auth", "says \"no\"\nand a \xff byte");
  }
  Log(LogLevel::kError, "auth", std::string(100'000, '\n'));
  std::istringstream lines(Read());
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  const auto first = nlohmann::json::parse(line, nullptr, false);
  EXPECT_THAT(first.value("time", ""), ContainsRegex("^20[0-9-]+T[0-9:]+[.][0-9]{3}[+-]"));
  EXPECT_EQ(first.value("level", ""), "warning");
  EXPECT_EQ(first.value("program", ""), "oofgg-x");
  EXPECT_EQ(first.value("room", ""), "auth");
  EXPECT_THAT(first.value("message", ""), StartsWith("says \"no\"\nand a "));
  EXPECT_EQ(first.value("request_id", ""), "r-1");
  ASSERT_TRUE(std::getline(lines, line));
  const auto cut = nlohmann::json::parse(line, nullptr, false);
  EXPECT_EQ(cut.value("level", ""), "error");
  EXPECT_EQ(cut.value("message", "").find_first_not_of('\n'), std::string::npos);
  EXPECT_TRUE(cut.value("cut", false));
  EXPECT_LT(line.size(), 4'096U);
  EXPECT_FALSE(cut.contains("request_id"));
  EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(StderrLogTest, AReaderThatStopsStopsNobody) {
  const StderrLog log("oofgg-x", {});
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
  const StderrLog log("oofgg-x", {});
  for (int i = 0; i < 100; ++i) Log(LogLevel::kWarning, "auth", std::string(100'000, 'x'));
  EXPECT_FALSE(Read().empty());
}

}  // namespace
}  // namespace oofgg::servers
