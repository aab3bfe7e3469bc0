#include "backends/process/process_watcher.h"

#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <future>

#include "tests/support/child_process.h"
#include "tests/support/eventually.h"

namespace oofgg::backends {
namespace {

using testing::ChildrenOf;
using testing::Eventually;

/// A child that does nothing.
pid_t StartIdle() {
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  return child;
}

/// A child that traces `pid`, as a debugger does, until it is killed; 0 if this machine allows nobody that.
pid_t StartTracer(pid_t pid) {
  int ready[2] = {};
  if (pipe(ready) != 0) return 0;
  const pid_t tracer = fork();
  if (tracer == 0) {
    const char traces = ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == 0 ? 'y' : 'n';
    if (write(ready[1], &traces, 1) != 1) _exit(1);
    for (;;) pause();
  }
  char traces = 'n';
  const bool told = read(ready[0], &traces, 1) == 1;
  close(ready[0]);
  close(ready[1]);
  if (told && traces == 'y') return tracer;
  kill(tracer, SIGKILL);
  waitpid(tracer, nullptr, 0);
  return 0;
}

bool IsOurChild(pid_t pid) {
  const std::vector<pid_t> children = ChildrenOf(getpid());
  return std::find(children.begin(), children.end(), pid) != children.end();
}

TEST(ProcessWatcherTest, AChildThatSomebodyTracesIsReapedOnceItIsLetGo) {
  const pid_t child = StartIdle();
  const pid_t tracer = StartTracer(child);
  std::promise<std::string> ended;
  ProcessWatcher watcher;
  ASSERT_TRUE(watcher.Watch(child, [&ended](std::string how) { ended.set_value(std::move(how)); }).ok());
  kill(child, SIGKILL);
  if (tracer == 0) {
    ended.get_future().wait();
    GTEST_SKIP() << "this machine lets nobody trace a process";
  }
  EXPECT_EQ(ended.get_future().get(), "ended");
  EXPECT_TRUE(IsOurChild(child)) << "what the tracer holds cannot be reaped";

  kill(tracer, SIGKILL);
  waitpid(tracer, nullptr, 0);
  EXPECT_TRUE(Eventually([child] { return !IsOurChild(child); })) << "a zombie is left";
}

}  // namespace
}  // namespace oofgg::backends
