#include "servers/common/watched_executor.h"

#include <gtest/gtest.h>

#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"

namespace oofgg::servers {
namespace {

using std::chrono::milliseconds;

TEST(WatchedExecutorTest, RemembersTheLastTaskButNoTimer) {
  testing::FakeClock clock;
  testing::ManualExecutor inner(clock);
  WatchedExecutor executor(inner, clock);
  EXPECT_FALSE(executor.UsedWithin(milliseconds(20))) << "never used";
  int runs = 0;
  executor.Post([&runs] { ++runs; });
  inner.AdvanceBy(milliseconds(20));
  EXPECT_EQ(runs, 1);
  EXPECT_TRUE(executor.UsedWithin(milliseconds(20)));
  inner.AdvanceBy(milliseconds(1));
  EXPECT_FALSE(executor.UsedWithin(milliseconds(20)));

  executor.PostAt(clock.Now() + milliseconds(5), [&runs] { ++runs; });
  const auto cancelled = executor.PostAt(clock.Now() + milliseconds(5), [&runs] { ++runs; });
  EXPECT_TRUE(executor.Cancel(cancelled));
  inner.AdvanceBy(milliseconds(5));
  EXPECT_EQ(runs, 2);
  EXPECT_FALSE(executor.UsedWithin(milliseconds(20)));
}

}  // namespace
}  // namespace oofgg::servers
