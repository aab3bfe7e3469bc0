#include "oofgg/dispatcher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "oofgg/testing/fake_clock.h"

namespace oofgg {
namespace {

using std::chrono::milliseconds;

class DispatcherTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  Dispatcher dispatcher_{clock_};
  std::string trace_;
};

TEST_F(DispatcherTest, RunsWhatWasPostedInOrder) {
  for (const char letter : {'a', 'b', 'c'}) dispatcher_.Post([this, letter] { trace_ += letter; });
  EXPECT_EQ(trace_, "");
  EXPECT_EQ(dispatcher_.Tick(), 3u);
  EXPECT_EQ(trace_, "abc");
  EXPECT_EQ(dispatcher_.Tick(), 0u);
}

TEST_F(DispatcherTest, WhatATaskStartsRunsInALaterTick) {
  dispatcher_.Post([this] {
    trace_ += 'a';
    dispatcher_.Post([this] { trace_ += 'b'; });
    dispatcher_.PostAt(clock_.Now(), [this] { trace_ += 'c'; });
  });
  EXPECT_EQ(dispatcher_.Tick(), 1u);
  EXPECT_EQ(trace_, "a");
  EXPECT_EQ(dispatcher_.Tick(), 2u);
  EXPECT_EQ(trace_, "abc");
}

TEST_F(DispatcherTest, KeepsToItsBudgetAndCarriesTheRestOver) {
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    dispatcher_.Post([this, letter] {
      trace_ += letter;
      clock_.Advance(milliseconds(1));
    });
  }
  EXPECT_EQ(dispatcher_.Tick(milliseconds(2)), 2u);
  dispatcher_.Post([this] { trace_ += 'e'; });
  EXPECT_TRUE(dispatcher_.HasWork());
  EXPECT_EQ(dispatcher_.Tick(milliseconds(0)), 1u) << "a budget of 0 must still move the queue on";
  EXPECT_EQ(dispatcher_.Tick(milliseconds(10)), 2u);
  EXPECT_EQ(trace_, "abcde");
}

TEST_F(DispatcherTest, ATickInsideATickDoesNothing) {
  dispatcher_.Post([this] { trace_ += std::to_string(dispatcher_.Tick()); });
  dispatcher_.Post([this] { trace_ += 'b'; });
  dispatcher_.Tick();
  EXPECT_EQ(trace_, "0b");
}

TEST_F(DispatcherTest, RunsTimersWhenDueInTheirOrder) {
  const TimePoint now = clock_.Now();
  dispatcher_.PostAt(now + milliseconds(2), [this] { trace_ += 'b'; });
  dispatcher_.PostAt(now + milliseconds(1), [this] { trace_ += 'a'; });
  dispatcher_.PostAt(now + milliseconds(9), [this] { trace_ += 'z'; });
  EXPECT_EQ(dispatcher_.Tick(), 0u);
  EXPECT_FALSE(dispatcher_.HasWork());
  clock_.Advance(milliseconds(5));
  EXPECT_TRUE(dispatcher_.HasWork());
  EXPECT_EQ(dispatcher_.Tick(), 2u);
  EXPECT_EQ(trace_, "ab");
}

TEST_F(DispatcherTest, CancelStopsATimerEvenInTheTickItIsDueIn) {
  const auto victim = dispatcher_.PostAt(clock_.Now(), [this] { trace_ += 'x'; });
  dispatcher_.Post([this, victim] { trace_ += dispatcher_.Cancel(victim) ? 'c' : 'f'; });
  EXPECT_EQ(dispatcher_.Tick(), 1u);
  EXPECT_EQ(trace_, "c");
  EXPECT_FALSE(dispatcher_.Cancel(victim));
  EXPECT_FALSE(dispatcher_.Cancel(0));
}

TEST_F(DispatcherTest, ACancelledTimersCapturesMayUseTheDispatcher) {
  struct PostsWhenItDies {
    Dispatcher& dispatcher;
    ~PostsWhenItDies() {
      dispatcher.Post([] {});
    }
  };
  const auto timer = dispatcher_.PostAt(
      clock_.Now(), [shared = std::make_shared<PostsWhenItDies>(dispatcher_)] { (void)shared; });
  EXPECT_TRUE(dispatcher_.Cancel(timer));
  EXPECT_EQ(dispatcher_.Tick(), 1u);
}

TEST(DispatcherEnd, WhatItDropsMayUseItAsItGoes) {
  struct UsesItWhenItDies {
    Dispatcher& dispatcher;
    Executor::TimerId timer;
    bool& posted_ran;
    int& died;
    ~UsesItWhenItDies() {
      dispatcher.Cancel(timer);
      dispatcher.Post([ran = &posted_ran] { *ran = true; });
      dispatcher.PostAt(TimePoint(), [ran = &posted_ran] { *ran = true; });
      ++died;
    }
  };
  testing::FakeClock clock;
  bool ran = false;
  int died = 0;
  {
    Dispatcher dispatcher(clock);
    const auto carry = [&] {
      const auto timer = dispatcher.PostAt(kNever, [] {});
      return
          [carried = std::shared_ptr<UsesItWhenItDies>(new UsesItWhenItDies{dispatcher, timer, ran, died})] {
            (void)carried;
          };
    };
    dispatcher.Post(carry());
    dispatcher.PostAt(clock.Now(), carry());
    dispatcher.Post([&clock] { clock.Advance(milliseconds(1)); });
    dispatcher.Post(carry());
    EXPECT_EQ(dispatcher.Tick(milliseconds(0)), 1u);  // Leaves some of each kind.
    dispatcher.Post(carry());
  }
  EXPECT_EQ(died, 4);
  EXPECT_FALSE(ran);
}

TEST(DispatcherThreads, TakesPostsFromManyThreadsWhileTicking) {
  Dispatcher dispatcher;
  std::atomic<int> posting{4};
  int ran = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        if (n % 2 == 0) {
          dispatcher.Post([&ran] { ++ran; });
        } else {
          dispatcher.PostAt(Clock::System().Now(), [&ran] { ++ran; });
        }
      }
      --posting;
    });
  }
  while (posting > 0 || dispatcher.HasWork()) dispatcher.Tick();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ran, 4000);
}

}  // namespace
}  // namespace oofgg
