#include "servers/common/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <future>
#include <set>

#include "oofgg/log.h"
#include "servers/common/drain.h"

namespace oofgg::servers {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ProcessTest, RunsItsSocketsUntilStopped) {
  Process process("tool", {});
  process.Start(2);
  std::promise<void> ran;
  boost::asio::post(process.io(), [&ran] { ran.set_value(); });
  ran.get_future().wait();
  process.Stop();
  EXPECT_TRUE(process.io().stopped());
}

TEST(ProcessTest, SaysBeforeTheWaitThatASignalHasCome) {
  Process process("tool", {});
  EXPECT_FALSE(Process::StopRequested());
  for (const int signal : {SIGTERM, SIGINT}) {
    pthread_kill(pthread_self(), signal);
    EXPECT_TRUE(Process::StopRequested());
    process.WaitForSignal();
    EXPECT_FALSE(Process::StopRequested());
  }
}

TEST(DescriptorsForConnectionsTest, LeavesSomeForAllElse) {
  EXPECT_EQ(DescriptorsForConnections(1'048'576), 1'047'576U);
  EXPECT_EQ(DescriptorsForConnections(20'000), 19'000U);
  EXPECT_EQ(DescriptorsForConnections(8'000), 7'000U);
  EXPECT_EQ(DescriptorsForConnections(1'024), 768U);
  Process process("tool", {});
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max) << "raised as far as allowed";
  EXPECT_EQ(Process::DescriptorLimit(), limit.rlim_cur);
}

TEST(ProcessTest, WaitsForEitherSignal) {
  Process process("tool", {});
  for (const int signal : {SIGTERM, SIGINT}) {
    pthread_kill(pthread_self(), signal);  // Blocked by the constructor, hence pending.
    process.WaitForSignal();
  }
}

TEST(ProcessTest, OutlivesAPeerThatWentAway) {
  const Process process("tool", {});
  std::array<int, 2> pair{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
  close(pair[1]);
  EXPECT_EQ(write(pair[0], "x", 1), -1) << "and no SIGPIPE";
  close(pair[0]);
}

TEST(ProcessTest, MayOpenAsManyDescriptorsAsAllowed) {
  const Process process("tool", {});
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

TEST(ProcessTest, SendsTheLogToStderr) {
  ::testing::internal::CaptureStderr();
  {
    const Process process("tool", {});
    Log(LogLevel::kWarning, "room", "something odd");
    Log(LogLevel::kDebug, "room", "a detail");
  }
  {
    const Process process("tool", {.verbose = true});
    Log(LogLevel::kDebug, "room", "one more");
  }
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("tool [room] something odd"));
  EXPECT_THAT(said, Not(HasSubstr("a detail")));
  EXPECT_THAT(said, HasSubstr("one more"));
}

TEST(ProcessTest, AnnouncesWhereItServesOnOneLine) {
  ::testing::internal::CaptureStdout();
  Process::AnnounceReady({{"grpc", "127.0.0.1:1"}, {"ops", "127.0.0.1:2"}});
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "ready grpc=127.0.0.1:1 ops=127.0.0.1:2\n");
}

TEST(DrainTest, WaitsForAllAndNoLongerThanAsked) {
  Drain drain;
  const auto first = drain.Add();
  const auto second = drain.Add();
  first();
  drain.Wait(std::chrono::milliseconds(1));  // Returns though the second is pending.
  auto other = std::async(std::launch::async, second);
  drain.Wait(std::chrono::hours(1));
  other.wait();
}

}  // namespace
}  // namespace oofgg::servers
