#include "client/callback_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>

#include "oofgg/testing/manual_executor.h"
#include "oofgg/thread_pool.h"

namespace oofgg::internal {
namespace {

TEST(CallbackQueue, IsOrderedAndExclusiveOnAPoolOfManyThreads) {
  auto running = std::make_shared<std::atomic<int>>(0);
  std::vector<int> seen;
  std::promise<void> done;
  ThreadPool pool(4);
  auto queue = std::make_shared<CallbackQueue>(pool);
  for (int i = 0; i < 2000; ++i) {
    queue->Push(queue, [&, i] {
      EXPECT_EQ(running->fetch_add(1), 0);
      seen.push_back(i);
      running->fetch_sub(1);
      if (i == 1999) done.set_value();
    });
  }
  done.get_future().wait();
  ASSERT_EQ(seen.size(), 2000u);
  for (int i = 0; i < 2000; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(CallbackQueue, CloseWaitsForTheCallbackOnAnotherThread) {
  ThreadPool pool(1);
  auto queue = std::make_shared<CallbackQueue>(pool);
  std::promise<void> entered;
  std::promise<void> leave;
  std::atomic<bool> left = false;
  queue->Push(queue, [&] {
    entered.set_value();
    leave.get_future().wait();
    left = true;
  });
  entered.get_future().wait();
  std::promise<void> closing;
  std::thread closer([&] {
    closing.set_value();
    queue->Close();
    EXPECT_TRUE(left);
  });
  closing.get_future().wait();
  leave.set_value();
  closer.join();
}

TEST(CallbackQueue, ACallbackMayCloseItsOwnQueue) {
  testing::FakeClock clock;
  testing::ManualExecutor executor(clock);
  auto queue = std::make_shared<CallbackQueue>(executor);
  std::string trace;
  queue->Push(queue, [&] {
    queue->Close();
    trace += 'a';
  });
  queue->Push(queue, [&] { trace += 'b'; });
  executor.RunReady();
  queue->Push(queue, [&] { trace += 'c'; });
  executor.RunReady();
  EXPECT_EQ(trace, "a");
}

}  // namespace
}  // namespace oofgg::internal
