#include "backends/process/spawn.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <filesystem>

#include "tests/support/temporary_directory.h"

namespace oofgg::backends {
namespace {

class SpawnTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string In(const std::string& name) const { return directory_.path() + "/" + name; }
  const testing::TemporaryDirectory directory_;
};

TEST_F(SpawnTest, NothingRunsBeforeItIsLetGo) {
  pid_t pid = 0;
  {
    auto held = Spawn({"touch", In("trace")}, {}, In("log"));
    ASSERT_TRUE(held.ok()) << held.status();
    pid = held->pid();
    EXPECT_EQ(kill(pid, 0), 0) << "it has a pid to be written down";
  }  // As when we are killed here: our end of the channel closes.
  EXPECT_EQ(waitpid(pid, nullptr, 0), -1);
  EXPECT_EQ(errno, ECHILD) << "it has ended and is reaped";
  EXPECT_FALSE(std::filesystem::exists(In("trace")));
}

TEST_F(SpawnTest, RunsTheProgramWhenLetGo) {
  auto held = Spawn({"touch", In("trace")}, {}, In("log"));
  ASSERT_TRUE(held.ok()) << held.status();
  ASSERT_TRUE(held->Run().ok());
  int status = -1;
  ASSERT_EQ(waitpid(held->pid(), &status, 0), held->pid());
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(std::filesystem::exists(In("trace")));
}

TEST_F(SpawnTest, SaysWhatCannotBeRun) {
  auto held = Spawn({"/no/such/program"}, {}, In("log"));
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->Run().code(), StatusCode::kFailedPrecondition);
  auto logless = Spawn({"touch", In("trace")}, {}, In("no/such/log"));
  ASSERT_TRUE(logless.ok()) << logless.status();
  EXPECT_EQ(logless->Run().code(), StatusCode::kFailedPrecondition);
  EXPECT_FALSE(std::filesystem::exists(In("trace")));
}

}  // namespace
}  // namespace oofgg::backends
