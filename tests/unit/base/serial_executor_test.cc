#include "oofgg/serial_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include "oofgg/testing/manual_executor.h"
#include "oofgg/thread_pool.h"

namespace oofgg {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

TEST(SerialExecutorTest, OneAtATimeInOrderOnManyThreads) {
  constexpr int kTasks = 5000;
  ThreadPool pool(4);
  SerialExecutor serial(pool);
  std::vector<int> order;  // Without a lock: the executor is one, as TSan sees.
  std::promise<void> done;
  for (int i = 0; i < kTasks; ++i) serial.Post([&order, i] { order.push_back(i); });
  serial.Post([&] { done.set_value(); });
  done.get_future().wait();
  std::vector<int> expected(kTasks);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(order, expected);
}

TEST(SerialExecutorTest, NothingIsLostWhenManyThreadsPost) {
  ThreadPool pool(3);
  int count = 0;
  std::promise<void> done;
  {
    SerialExecutor serial(pool);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) {
          serial.Post([&] {
            if (++count == 4000) done.set_value();
          });
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    done.get_future().wait();
  }
  EXPECT_EQ(count, 4000);
}

class SerialOnManualTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  testing::ManualExecutor manual_{clock_};
  std::vector<int> ran_;
};

TEST_F(SerialOnManualTest, LetsOthersHaveATurn) {
  SerialExecutor busy(manual_);
  for (int i = 0; i < 1000; ++i) busy.Post([this] { ran_.push_back(1); });
  manual_.Post([this] { ran_.push_back(2); });
  manual_.RunReady();
  EXPECT_EQ(ran_.size(), 1001U);
  EXPECT_EQ(ran_.back(), 1) << "the other task waited for all of ours";
}

TEST_F(SerialOnManualTest, ATaskNeverRunsInsideTheCallThatPostsIt) {
  SerialExecutor serial(manual_);
  serial.Post([&] {
    serial.Post([this] { ran_.push_back(2); });
    ran_.push_back(1);
  });
  EXPECT_TRUE(ran_.empty());
  manual_.RunReady();
  EXPECT_THAT(ran_, ElementsAre(1, 2));
}

TEST_F(SerialOnManualTest, TimersQueueBehindWhatWasPosted) {
  SerialExecutor serial(manual_);
  serial.PostAt(clock_.Now() + seconds(1), [this] { ran_.push_back(1); });
  manual_.AdvanceBy(milliseconds(999));
  EXPECT_TRUE(ran_.empty());
  manual_.AdvanceBy(milliseconds(1));
  EXPECT_THAT(ran_, ElementsAre(1));
}

TEST_F(SerialOnManualTest, ATimerThatCameDueCanStillBeCancelledFromItsTasks) {
  SerialExecutor serial(manual_);
  const auto timer = serial.PostAt(clock_.Now() + seconds(1), [this] { ran_.push_back(9); });
  bool cancelled = false;
  serial.Post([&] {
    clock_.Advance(seconds(1));
    while (manual_.RunOne()) {  // The timer fires in the underlying executor and queues behind this task.
    }
    cancelled = serial.Cancel(timer);
  });
  manual_.RunReady();
  EXPECT_TRUE(cancelled);
  EXPECT_TRUE(ran_.empty());
  EXPECT_FALSE(serial.Cancel(timer));
}

TEST_F(SerialOnManualTest, DestructionDropsWhatHasNotRun) {
  auto token = std::make_shared<int>(0);
  {
    SerialExecutor serial(manual_);
    serial.Post([token] { ++*token; });
    serial.PostAt(clock_.Now() + seconds(1), [token] { ++*token; });
  }
  EXPECT_EQ(token.use_count(), 1);
  // The underlying executor still holds a drain.
  manual_.AdvanceBy(seconds(2));
  EXPECT_EQ(*token, 0);
}

TEST_F(SerialOnManualTest, AfterCloseWhatComesIsDropped) {
  SerialExecutor serial(manual_);
  bool ran = false;
  serial.Post([&ran] { ran = true; });
  const auto timer = serial.PostAt(clock_.Now(), [&ran] { ran = true; });
  serial.Close();
  EXPECT_FALSE(serial.Cancel(timer));
  serial.Post([&ran] { ran = true; });
  serial.PostAt(clock_.Now(), [&ran] { ran = true; });
  manual_.AdvanceBy(seconds(1));
  EXPECT_FALSE(ran);
}

TEST_F(SerialOnManualTest, WhatADroppedTaskPostsIsDroppedToo) {
  auto serial = std::make_unique<SerialExecutor>(manual_);
  SerialExecutor* const raw = serial.get();
  const auto post = [this, raw](int*) { raw->Post([this] { ran_.push_back(1); }); };
  int unused = 0;
  serial->Post([goodbye = std::unique_ptr<int, decltype(post)>(&unused, post)] {});
  serial.reset();
  manual_.RunReady();
  EXPECT_TRUE(ran_.empty());
}

TEST_F(SerialOnManualTest, ItsOwnTaskMayDestroyIt) {
  auto serial = std::make_unique<SerialExecutor>(manual_);
  serial->Post([&] { serial.reset(); });
  serial->Post([this] { ran_.push_back(1); });
  manual_.RunReady();
  EXPECT_EQ(serial, nullptr);
  EXPECT_TRUE(ran_.empty());
}

TEST(SerialExecutorTest, DestructionWaitsForTheTaskThatRuns) {
  ThreadPool pool(2);
  for (int round = 0; round < 200; ++round) {
    auto state = std::make_unique<int>(0);
    auto serial = std::make_unique<SerialExecutor>(pool);
    std::promise<void> running;
    serial->Post([&running, state = state.get()] {
      running.set_value();
      std::this_thread::yield();
      ++*state;
    });
    running.get_future().wait();
    serial.reset();
    EXPECT_EQ(*state, 1);
    state.reset();
  }
}

TEST(SerialExecutorTest, AfterTheShutdownBelowTasksAreDestroyed) {
  // An actor that its own tasks keep alive must not live for ever.
  struct Actor {
    explicit Actor(Executor& executor) : mailbox(executor) {}
    SerialExecutor mailbox;
  };
  std::weak_ptr<Actor> watched;
  {
    testing::FakeClock clock;
    testing::ManualExecutor executor(clock);
    const auto actor = std::make_shared<Actor>(executor);
    watched = actor;
    actor->mailbox.Post([actor] {});
    actor->mailbox.PostAt(clock.Now() + seconds(1), [actor] {});
  }
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace oofgg
