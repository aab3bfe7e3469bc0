#include "oofgg/token_bucket.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <string>

#include "oofgg/testing/fake_clock.h"

namespace oofgg {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(TokenBucketTest, GrantsTheBurstThenTheRate) {
  testing::FakeClock clock;
  TokenBucket bucket(clock, {2.0, 3.0});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.TryTake());
  const Admission refused = bucket.TryTake();
  EXPECT_FALSE(refused);
  EXPECT_EQ(refused.retry_after, milliseconds(500));
  clock.Advance(milliseconds(499));
  EXPECT_FALSE(bucket.TryTake());
  clock.Advance(milliseconds(1));
  EXPECT_TRUE(bucket.TryTake());
  EXPECT_FALSE(bucket.TryTake());
}

TEST(TokenBucketTest, WhoWaitsAsToldIsServed) {
  for (const double rate : {0.001, 0.3, 7.0, 1234.5}) {
    testing::FakeClock clock;
    TokenBucket bucket(clock, {rate, 1.0});
    ASSERT_TRUE(bucket.TryTake());
    for (int i = 0; i < 100; ++i) {
      const Admission refused = bucket.TryTake();
      ASSERT_FALSE(refused) << rate;
      clock.Advance(refused.retry_after);
      ASSERT_TRUE(bucket.TryTake()) << rate;
    }
  }
}

TEST(TokenBucketTest, HoldsNoMoreThanItsBurst) {
  testing::FakeClock clock;
  TokenBucket bucket(clock, {10.0, 2.0});
  clock.Advance(hours(1000));
  EXPECT_TRUE(bucket.TryTake(2.0));
  EXPECT_FALSE(bucket.TryTake());
  EXPECT_EQ(bucket.TryTake(2.5).retry_after, Duration::max());
}

TEST(TokenBucketTest, ARefusalCostsNothing) {
  testing::FakeClock clock;
  TokenBucket bucket(clock, {1.0, 2.0});
  EXPECT_TRUE(bucket.TryTake());
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(bucket.TryTake(2.0));
  EXPECT_TRUE(bucket.TryTake());
}

TEST(KeyedTokenBucketsTest, KeysDoNotTouchEachOther) {
  testing::FakeClock clock;
  KeyedTokenBuckets buckets(clock, {1.0, 1.0}, 10);
  EXPECT_TRUE(buckets.TryTake("ann"));
  EXPECT_FALSE(buckets.TryTake("ann"));
  EXPECT_TRUE(buckets.TryTake("bob"));
  EXPECT_TRUE(buckets.TryTake(""));
  clock.Advance(seconds(1));
  EXPECT_TRUE(buckets.TryTake("ann"));
}

TEST(KeyedTokenBucketsTest, ForgetsWhoAskedLongestAgo) {
  testing::FakeClock clock;
  KeyedTokenBuckets buckets(clock, {1.0, 1.0}, 2);
  EXPECT_TRUE(buckets.TryTake("ann"));
  EXPECT_TRUE(buckets.TryTake("bob"));
  EXPECT_FALSE(buckets.TryTake("ann"));  // Now bob asked longest ago.
  EXPECT_TRUE(buckets.TryTake("cid"));
  EXPECT_EQ(buckets.size(), 2U);
  EXPECT_FALSE(buckets.TryTake("ann"));
  EXPECT_TRUE(buckets.TryTake("bob"));
}

TEST(KeyedTokenBucketsTest, TakesBackWhatWasNotUsedButNoMoreThanABurst) {
  testing::FakeClock clock;
  KeyedTokenBuckets buckets(clock, {1.0, 2.0}, 10);
  EXPECT_TRUE(buckets.TryTake("ann", 2.0));
  buckets.GiveBack("ann");
  EXPECT_TRUE(buckets.TryTake("ann"));
  EXPECT_FALSE(buckets.TryTake("ann"));
  buckets.GiveBack("ann", 5.0);
  EXPECT_TRUE(buckets.TryTake("ann", 2.0));
  EXPECT_FALSE(buckets.TryTake("ann"));
}

TEST(KeyedTokenBucketsTest, MemoryIsBounded) {
  testing::FakeClock clock;
  KeyedTokenBuckets buckets(clock, {1.0, 1.0}, 100);
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(buckets.TryTake("address " + std::to_string(i)));
  EXPECT_EQ(buckets.size(), 100U);
}

TEST(KeyedTokenBucketsTest, LongKeysTakeNoMoreMemoryThanShortOnes) {
  constexpr std::size_t kKeys = 1'000;
  testing::FakeClock clock;
  KeyedTokenBuckets buckets(clock, {1.0, 1.0}, kKeys);
  const auto allocated = [] { return static_cast<std::ptrdiff_t>(mallinfo2().uordblks); };
  const std::ptrdiff_t before = allocated();
  for (std::size_t i = 0; i < kKeys; ++i) {
    EXPECT_TRUE(buckets.TryTake(std::to_string(i) + std::string(4'000, 'a')));
  }
  EXPECT_LT(allocated() - before, 200 * static_cast<std::ptrdiff_t>(kKeys));
}

}  // namespace
}  // namespace oofgg
