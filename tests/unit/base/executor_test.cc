#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "oofgg/bounded_executor.h"
#include "oofgg/executor.h"
#include "oofgg/testing/manual_executor.h"
#include "oofgg/thread_pool.h"

namespace oofgg {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

TimePoint InMillis(int millis) { return Clock::System().Now() + milliseconds(millis); }

TEST(ThreadPoolTest, RunsEveryTaskOnceOnItsOwnThreads) {
  std::atomic<int> count = 0;
  std::atomic<bool> on_caller = false;
  {
    ThreadPool pool(3);
    for (int i = 0; i < 1000; ++i) {
      pool.Post([&, caller = std::this_thread::get_id()] {
        if (std::this_thread::get_id() == caller) on_caller = true;
        ++count;
      });
    }
  }
  EXPECT_EQ(count, 1000);
  EXPECT_FALSE(on_caller);
}

TEST(ThreadPoolTest, RunsAsManyTasksAtOnceAsItHasThreads) {
  ThreadPool pool(2);
  std::latch both_run(2);
  std::latch done(2);
  for (int i = 0; i < 2; ++i) {
    pool.Post([&] {
      both_run.arrive_and_wait();
      done.count_down();
    });
  }
  done.wait();
}

TEST(ThreadPoolTest, TimersRunInOrderAndNotEarly) {
  ThreadPool pool(1);
  const TimePoint when = InMillis(20);
  std::vector<int> order;
  std::promise<TimePoint> last;
  pool.PostAt(when, [&] {
    order.push_back(2);
    last.set_value(Clock::System().Now());
  });
  pool.PostAt(InMillis(5), [&] { order.push_back(1); });
  EXPECT_GE(last.get_future().get(), when);
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST(ThreadPoolTest, ACancelledTimerNeverRuns) {
  ThreadPool pool(1);
  std::promise<void> later;
  auto token = std::make_shared<int>(0);
  const auto timer = pool.PostAt(InMillis(5), [token] { ++*token; });
  const auto never = pool.PostAt(kNever, [token] { ++*token; });
  EXPECT_TRUE(pool.Cancel(timer));
  EXPECT_TRUE(pool.Cancel(never));
  EXPECT_EQ(token.use_count(), 1) << "cancelling destroys the task at once";
  EXPECT_FALSE(pool.Cancel(timer));
  EXPECT_FALSE(pool.Cancel(0));
  pool.PostAt(InMillis(10), [&] { later.set_value(); });
  later.get_future().wait();
  EXPECT_EQ(*token, 0);
}

TEST(ThreadPoolTest, ATimerThatRanCannotBeCancelled) {
  ThreadPool pool(1);
  std::promise<void> ran;
  const auto timer = pool.PostAt(InMillis(0), [&] { ran.set_value(); });
  ran.get_future().wait();
  EXPECT_FALSE(pool.Cancel(timer));
}

TEST(ThreadPoolTest, DestructionRunsWhatWasPostedAndDropsTimersAndLaterPosts) {
  std::vector<int> ran;
  auto token = std::make_shared<int>(0);
  {
    ThreadPool pool(1);
    std::promise<void> begin;
    std::shared_future<void> begun = begin.get_future().share();
    pool.Post([begun] { begun.wait(); });
    pool.Post([&ran] { ran.push_back(1); });
    pool.PostAt(InMillis(3'600'000), [&ran, token] { ran.push_back(2); });
    begin.set_value();
  }
  EXPECT_THAT(ran, ElementsAre(1));
  EXPECT_EQ(token.use_count(), 1);
}

TEST(ThreadPoolTest, ADroppedTimerMayCancelAnother) {
  bool cancelled = false;
  {
    ThreadPool pool(1);
    const auto other = pool.PostAt(kNever, [] {});
    const auto cancel = [&, other](int*) { cancelled = pool.Cancel(other); };
    int unused = 0;
    pool.PostAt(InMillis(3'600'000), [goodbye = std::unique_ptr<int, decltype(cancel)>(&unused, cancel)] {});
  }
  EXPECT_TRUE(cancelled) << "the pool was half destroyed";
}

TEST(ThreadPoolTest, ATaskMayPostAndCancelWhileThePoolIsDestroyed) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(2);
    for (int i = 0; i < 100; ++i) {
      pool.Post([&] {
        ++ran;
        pool.Post([] {});
        pool.Cancel(pool.PostAt(kNever, [] {}));
      });
    }
  }
  EXPECT_EQ(ran, 100);
}

TEST(ScopedTimerTest, DroppingCancelsAndMovingKeeps) {
  testing::FakeClock clock;
  testing::ManualExecutor executor(clock);
  int ran = 0;
  ScopedTimer kept;
  {
    ScopedTimer dropped(executor, clock.Now() + seconds(1), [&] { ran += 100; });
    ScopedTimer moved(executor, clock.Now() + seconds(1), [&] { ran += 1; });
    kept = std::move(moved);
  }
  executor.AdvanceBy(seconds(2));
  EXPECT_EQ(ran, 1);
}

TEST(BoundedExecutorTest, RefusesWhatDoesNotFit) {
  std::atomic<int> ran = 0;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  {
    BoundedExecutor executor(2, 3);
    const auto task = [&ran, released] {
      released.wait();
      ++ran;
    };
    // Two for the threads, whether they have taken them yet or not, and three that wait.
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(executor.TryPost(task)) << i;
    auto token = std::make_shared<int>(0);
    EXPECT_FALSE(executor.TryPost([token] {}));
    EXPECT_EQ(token.use_count(), 1) << "a refused task is destroyed";
    release.set_value();
  }
  EXPECT_EQ(ran, 5) << "what was accepted runs";
}

TEST(BoundedExecutorTest, WithoutAQueueOnlyIdleThreadsTakeWork) {
  BoundedExecutor executor(1, 0);
  std::promise<void> release;
  EXPECT_TRUE(executor.TryPost([released = release.get_future().share()] { released.wait(); }));
  EXPECT_FALSE(executor.TryPost([] {}));
  release.set_value();
}

class ManualExecutorTest : public ::testing::Test {
 protected:
  Task Record(int number) {
    return [this, number] { ran_.push_back(number); };
  }

  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  std::vector<int> ran_;
};

TEST_F(ManualExecutorTest, RunsOnlyWhenToldInTheOrderPosted) {
  executor_.Post(Record(1));
  executor_.Post([this] {
    ran_.push_back(2);
    executor_.Post(Record(4));
  });
  executor_.Post(Record(3));
  EXPECT_TRUE(ran_.empty());
  EXPECT_TRUE(executor_.RunOne());
  EXPECT_THAT(ran_, ElementsAre(1));
  EXPECT_EQ(executor_.RunReady(), 3U);
  EXPECT_THAT(ran_, ElementsAre(1, 2, 3, 4));
  EXPECT_FALSE(executor_.RunOne());
}

TEST_F(ManualExecutorTest, TimersRunAtTheirOwnMomentInOrder) {
  const TimePoint start = clock_.Now();
  std::vector<Duration> moments;
  const auto record = [&] { moments.push_back(clock_.Now() - start); };
  executor_.PostAt(start + seconds(3), record);
  executor_.PostAt(start + seconds(1), [&] {
    record();
    executor_.PostAt(clock_.Now() + seconds(1), record);
  });
  executor_.PostAt(start + seconds(9), record);
  EXPECT_EQ(executor_.NextTimer(), start + seconds(1));
  executor_.AdvanceBy(seconds(5));
  EXPECT_THAT(moments, ElementsAre(seconds(1), seconds(2), seconds(3)));
  EXPECT_EQ(clock_.Now(), start + seconds(5));
  EXPECT_EQ(executor_.NextTimer(), start + seconds(9));
}

TEST_F(ManualExecutorTest, TimersOfOneMomentRunInTheOrderTheyWereMade) {
  for (const int i : {1, 2, 3}) executor_.PostAt(clock_.Now() + seconds(1), Record(i));
  clock_.Advance(seconds(1));
  EXPECT_EQ(executor_.RunReady(), 3U);
  EXPECT_THAT(ran_, ElementsAre(1, 2, 3));
}

TEST_F(ManualExecutorTest, CancelAnswersWhetherTheTimerWasPending) {
  const auto timer = executor_.PostAt(clock_.Now() + seconds(1), Record(1));
  const auto other = executor_.PostAt(clock_.Now() + seconds(1), Record(2));
  EXPECT_TRUE(executor_.Cancel(timer));
  EXPECT_FALSE(executor_.Cancel(timer));
  executor_.AdvanceBy(hours(1));
  EXPECT_THAT(ran_, ElementsAre(2));
  EXPECT_FALSE(executor_.Cancel(other));
  EXPECT_EQ(executor_.NextTimer(), std::nullopt);
}

}  // namespace
}  // namespace oofgg
