// `oofgg load presence --instances`: a cluster of its own, of which nothing is left behind.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/integration/cli/cli_environment.h"
#include "tests/support/may_lack_parts.h"

namespace oofgg::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// In the folders that child processes get as PATH.
bool IsRedisInstalled() {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access((folder + "/redis-server").c_str(), X_OK) == 0) return true;
  }
  return false;
}

class LoadInstancesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (IsRedisInstalled()) return;
    ASSERT_TRUE(MayLackParts()) << "there is no redis-server, and OOFGG_REQUIRE_ALL is set";
    GTEST_SKIP() << "there is no redis-server; scripts/setup installs it";
  }

  /// Three instances, two hundred users each.
  std::unique_ptr<ChildProcess> Start(std::vector<std::string> more) {
    std::vector<std::string> arguments = {"--json", "load",          "presence", "--instances",
                                          "3",      "--connections", "600"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return std::make_unique<ChildProcess>(
        "oofgg",
        ChildProcess::Options{.arguments = std::move(arguments),
                              .environment = {{"TMPDIR", scratch_.path()}, {"HOME", scratch_.path()}}});
  }
  json Run(std::vector<std::string> more) {
    const auto load = Start(std::move(more));
    const auto line = load->WaitForLine("{", std::chrono::seconds(120));
    EXPECT_EQ(load->Wait(), 0) << load->errors();
    return line.has_value() ? json::parse(*line) : json::object();
  }
  [[nodiscard]] bool IsNothingLeft() const { return std::filesystem::is_empty(scratch_.path()); }

  TemporaryDirectory scratch_;
};

TEST_F(LoadInstancesTest, FriendsAtOtherInstancesHearOfEachOther) {
  const json report = Run({"--changes", "20,200", "--duration", "2s", "--hold", "1s"});
  EXPECT_EQ(report["instances"], 3);
  EXPECT_EQ(report["lost"], 0) << report;
  EXPECT_EQ(report["failed"], 0) << report;
  EXPECT_EQ(report["dropped"], 0) << report;
  ASSERT_EQ(report["steps"].size(), 1U);
  EXPECT_GT(report["steps"][0]["instance_pss_bytes"], 1'000'000);
  EXPECT_GT(report["steps"][0]["redis_used_bytes"], 100'000);
  EXPECT_GT(report["steps"][0]["load_pss_bytes"], 100'000);
  EXPECT_GE(report["steps"][0]["redis_clients"], 3) << "each instance has a connection";
  ASSERT_EQ(report["rates"].size(), 2U);
  for (const json& rate : report["rates"]) {
    EXPECT_GT(rate["latency"]["count"], 100);
    EXPECT_EQ(rate["false_flaps"], 0) << rate;
    EXPECT_GT(rate["redis"]["commands"], 0);
    EXPECT_GT(rate["redis"]["input_bytes_per_change"], 0);
  }
  EXPECT_TRUE(IsNothingLeft());
}

TEST_F(LoadInstancesTest, NobodyNoticesADrainAndAllHearOfAKill) {
  const json report = Run({"--changes", "0", "--drain", "--kill"});
  EXPECT_EQ(report["lost"], 0) << report;
  EXPECT_EQ(report["drain"]["cut"], 200) << report;
  EXPECT_EQ(report["drain"]["returned"], 200) << report;
  EXPECT_EQ(report["drain"]["false_flaps"], 0) << report;
  EXPECT_GE(report["kill"]["cut"], 200) << report;
  EXPECT_GT(report["kill"]["latency"]["count"], 1'000) << report;
  EXPECT_EQ(report["kill"]["lost"], 0) << report;
  EXPECT_TRUE(IsNothingLeft());
}

TEST_F(LoadInstancesTest, CtrlCEndsAllOfIt) {
  const auto load = Start({"--hold", "5m"});
  ASSERT_TRUE(load->WaitForErrors("600 connected")) << load->errors();
  const std::vector<pid_t> children = ChildrenOf(load->pid());
  EXPECT_GE(children.size(), 4U) << "a Redis, three instances and a worker";
  load->Signal(SIGINT);
  EXPECT_EQ(load->Wait(), 0) << load->errors();
  for (const pid_t child : children) EXPECT_TRUE(IsGone(child));
  EXPECT_TRUE(IsNothingLeft());
}

TEST_F(LoadInstancesTest, SoEndsAKillOfTheLoad) {
  const auto load = Start({"--hold", "5m"});
  ASSERT_TRUE(load->WaitForErrors("600 connected")) << load->errors();
  const std::vector<pid_t> children = ChildrenOf(load->pid());
  load->Signal(SIGKILL);
  EXPECT_EQ(load->Wait(), 128 + SIGKILL);
  for (const pid_t child : children) EXPECT_TRUE(IsGone(child));
}

}  // namespace
}  // namespace oofgg::testing
