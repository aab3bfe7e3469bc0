// With directories that look like cgroup v2, as few machines let a test have a real one.

#include "backends/process/process_limits.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "backends/process/spawn.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::backends {
namespace {

class ProcessLimitsTest : public ::testing::Test {
 protected:
  ProcessLimitsTest() {
    Touch("cgroup.subtree_control");
    Touch("oofgg-servers/cgroup.subtree_control");
    for (const char* file : {"memory.max", "cpu.max", "pids.max", "cgroup.procs"}) {
      Touch(std::string("oofgg-servers/gs-1/") + file);
    }
  }

  void Touch(const std::string& name) const {
    const std::filesystem::path path = directory_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path.string()).flush();
  }
  [[nodiscard]] std::string Read(const std::string& name) const {
    std::ifstream file(directory_ / name);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  [[nodiscard]] HeldProcess Held() const {
    return std::move(Spawn({"sleep", "1000"}, {}, directory_ / "log").value());
  }
  static rlimit LimitOf(pid_t pid, __rlimit_resource resource) {
    rlimit limit{};
    EXPECT_EQ(prlimit(pid, resource, nullptr, &limit), 0);
    return limit;
  }

  const testing::TemporaryDirectory directory_;
};

TEST_F(ProcessLimitsTest, PutsAProcessIntoAGroupOfItsOwn) {
  const LimitedProcesses limited(
      {.memory = 1 << 28, .cpu_percent = 150, .tasks = 64, .cgroup = directory_.path()});
  EXPECT_EQ(Read("cgroup.subtree_control"), "+memory +cpu +pids ");
  EXPECT_EQ(Read("oofgg-servers/cgroup.subtree_control"), "+memory +cpu +pids ");
  const HeldProcess held = Held();
  limited.Limit(held.pid(), "gs-1");
  EXPECT_EQ(Read("oofgg-servers/gs-1/memory.max"), "268435456");
  EXPECT_EQ(Read("oofgg-servers/gs-1/cpu.max"), "150000 100000");
  EXPECT_EQ(Read("oofgg-servers/gs-1/pids.max"), "64");
  EXPECT_EQ(Read("oofgg-servers/gs-1/cgroup.procs"), std::to_string(held.pid()));
  EXPECT_EQ(LimitOf(held.pid(), RLIMIT_DATA).rlim_cur, LimitOf(0, RLIMIT_DATA).rlim_cur)
      << "the group limits memory";
}

TEST_F(ProcessLimitsTest, WithoutAGroupMemoryIsLimitedAllTheSame) {
  const LimitedProcesses limited({.memory = 1 << 28, .tasks = 64, .cgroup = directory_ / "nowhere"});
  const HeldProcess held = Held();
  limited.Limit(held.pid(), "gs-1");
  EXPECT_EQ(LimitOf(held.pid(), RLIMIT_DATA).rlim_max, rlim_t{1} << 28);
}

TEST_F(ProcessLimitsTest, FilesAndCoreDumpsAreLimitedAndNeverRaised) {
  const LimitedProcesses limited({.open_files = 64});
  const HeldProcess held = Held();
  limited.Limit(held.pid(), "gs-1");
  EXPECT_EQ(LimitOf(held.pid(), RLIMIT_NOFILE).rlim_cur, 64U);
  EXPECT_EQ(LimitOf(held.pid(), RLIMIT_CORE).rlim_max, 0U);

  const LimitedProcesses generous({.open_files = std::uint64_t{1} << 40, .core_dumps = true});
  const HeldProcess other = Held();
  generous.Limit(other.pid(), "gs-2");
  EXPECT_EQ(LimitOf(other.pid(), RLIMIT_NOFILE).rlim_cur, LimitOf(0, RLIMIT_NOFILE).rlim_max);
  EXPECT_EQ(LimitOf(other.pid(), RLIMIT_CORE).rlim_max, LimitOf(0, RLIMIT_CORE).rlim_max);
}

TEST_F(ProcessLimitsTest, WithoutLimitsNothingIsTouched) {
  const LimitedProcesses limited({.cgroup = directory_.path()});
  const HeldProcess held = Held();
  limited.Limit(held.pid(), "gs-1");
  EXPECT_EQ(Read("cgroup.subtree_control"), "");
  EXPECT_EQ(Read("oofgg-servers/gs-1/cgroup.procs"), "");
}

TEST_F(ProcessLimitsTest, TheGroupOfAnEndedServerGoes) {
  const LimitedProcesses limited({.memory = 1 << 28, .cgroup = directory_.path()});
  std::filesystem::create_directory(directory_ / "oofgg-servers/gs-2");
  limited.Forget("gs-2");
  EXPECT_FALSE(std::filesystem::exists(directory_ / "oofgg-servers/gs-2"));
}

}  // namespace
}  // namespace oofgg::backends
