#include "backends/process/server_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "tests/support/temporary_directory.h"

namespace oofgg::backends {
namespace {

class ServerLogTest : public ::testing::Test {
 protected:
  ServerLogTest() : fd_(open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)) {}
  ~ServerLogTest() override { close(fd_); }

  /// As a process that never opens its log again.
  void Append(const std::string& text) const {
    ASSERT_EQ(write(fd_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  static std::string Read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  const testing::TemporaryDirectory directory_;
  const std::string path_ = directory_ / "gs-1.log";
  const std::string older_ = directory_ / "gs-1.old.log";
  const int fd_;
};

TEST_F(ServerLogTest, AShortLogStays) {
  Append("hello");
  EXPECT_EQ(BoundLog(path_, older_, 5).value(), false);
  EXPECT_EQ(Read(path_), "hello");
  EXPECT_NE(access(older_.c_str(), F_OK), 0);
}

TEST_F(ServerLogTest, OfALongOneTheEndIsKeptAndTheProcessWritesOn) {
  Append(std::string(100'000, 'a') + "the end");
  EXPECT_EQ(BoundLog(path_, older_, 10).value(), true);
  EXPECT_EQ(Read(older_), "aaathe end");
  Append("anew");
  EXPECT_EQ(Read(path_), "anew") << "at the beginning, with no hole before it";
  Append(std::string(20, 'b'));
  EXPECT_EQ(BoundLog(path_, older_, 10).value(), true);
  EXPECT_EQ(Read(older_), std::string(10, 'b'));
}

TEST_F(ServerLogTest, OneThatIsNotThereIsAnError) {
  EXPECT_EQ(BoundLog(directory_ / "nothing.log", older_, 10).status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace oofgg::backends
