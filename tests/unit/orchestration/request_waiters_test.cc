#include "orchestration/request_waiters.h"

#include <gtest/gtest.h>

#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"

namespace oofgg::orchestration {
namespace {

class RequestWaitersTest : public ::testing::Test {
 protected:
  RequestWaiters::Id Wait(const RequestKey& key) {
    return waiters_.Wait(key, clock_.Now() + std::chrono::seconds(30), [this] { ++woken_; });
  }

  ::oofgg::testing::FakeClock clock_;
  ::oofgg::testing::ManualExecutor executor_{clock_};
  RequestWaiters waiters_{executor_};
  int woken_ = 0;
};

TEST_F(RequestWaitersTest, AllAreWokenAtOnceAndOnlyOnce) {
  Wait(ClientKey("default", "ann"));
  Wait(ClientKey("default", "bob"));
  const auto gone = Wait(ClientKey("default", "cid"));
  EXPECT_TRUE(waiters_.Remove(gone));
  waiters_.WakeAll();
  EXPECT_EQ(woken_, 0) << "on the executor, never inside the call";
  executor_.RunReady();
  EXPECT_EQ(woken_, 2);
  waiters_.WakeAll();
  executor_.AdvanceBy(std::chrono::minutes(1));
  EXPECT_EQ(woken_, 2);
}

TEST_F(RequestWaitersTest, WhoComesAfterwardsWaitsAsEver) {
  waiters_.WakeAll();
  Wait(ClientKey("default", "ann"));
  executor_.RunReady();
  EXPECT_EQ(woken_, 0);
  executor_.AdvanceBy(std::chrono::seconds(30));
  EXPECT_EQ(woken_, 1);
}

}  // namespace
}  // namespace oofgg::orchestration
