#include "servers/common/tidy_timer.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "oofgg/log.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "oofgg/thread_pool.h"

namespace oofgg::servers {
namespace {

using std::chrono::minutes;

TEST(TidyTimerTest, RunsOncePerPeriodUntilDropped) {
  testing::FakeClock clock;
  testing::ManualExecutor executor(clock);
  int runs = 0;
  {
    const TidyTimer timer(executor, clock, minutes(10), [&runs] {
      ++runs;
      return Status();
    });
    executor.AdvanceBy(minutes(9));
    EXPECT_EQ(runs, 0) << "the start of a server is busy enough";
    executor.AdvanceBy(minutes(1));
    EXPECT_EQ(runs, 1);
    executor.AdvanceBy(minutes(30));
    EXPECT_EQ(runs, 4);
  }
  executor.AdvanceBy(minutes(60));
  EXPECT_EQ(runs, 4);
  EXPECT_EQ(executor.NextTimer(), std::nullopt);
}

TEST(TidyTimerTest, AFailureIsLoggedAndTriedAgain) {
  testing::FakeClock clock;
  testing::ManualExecutor executor(clock);
  std::string logged;
  SetLogSink([&logged](LogLevel, std::string_view, std::string_view message) { logged += message; });
  int runs = 0;
  const TidyTimer timer(executor, clock, minutes(10), [&runs] {
    return ++runs == 1 ? MakeStatus(StatusCode::kUnavailable, "the disk is full") : Status();
  });
  executor.AdvanceBy(minutes(20));
  SetLogSink(nullptr);
  EXPECT_EQ(runs, 2);
  EXPECT_NE(logged.find("the disk is full"), std::string::npos);
}

TEST(TidyTimerTest, TheDestructorWaitsForARunUnderWay) {
  ThreadPool pool(1);
  std::promise<void> entered;
  std::promise<void> leave;
  std::atomic<bool> left{false};
  auto timer = std::make_unique<TidyTimer>(pool, Clock::System(), Duration(1), [&, first = true]() mutable {
    if (!std::exchange(first, false)) return Status();
    entered.set_value();
    leave.get_future().wait();
    left = true;
    return Status();
  });
  entered.get_future().wait();
  std::thread owner([&timer] { timer.reset(); });
  leave.set_value();
  owner.join();
  EXPECT_TRUE(left);
}

}  // namespace
}  // namespace oofgg::servers
