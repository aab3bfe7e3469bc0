#include "oofgg/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace oofgg {
namespace {

using std::chrono::milliseconds;

constexpr BackoffOptions kOptions{milliseconds(100), milliseconds(1000), 2.0};

TEST(BackoffTest, EveryWaitIsWithinItsBound) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SeededRandom random(seed);
    Backoff backoff(random, kOptions);
    for (const int bound : {100, 200, 400, 800, 1000, 1000, 1000}) {
      const milliseconds wait = backoff.Next();
      ASSERT_GE(wait, milliseconds(0));
      ASSERT_LE(wait, milliseconds(bound));
    }
  }
}

TEST(BackoffTest, JitterUsesTheWholeRange) {
  SeededRandom random(3);
  milliseconds least = milliseconds::max();
  milliseconds greatest = milliseconds::min();
  for (int i = 0; i < 1000; ++i) {
    Backoff backoff(random, kOptions);
    const milliseconds wait = backoff.Next();
    least = std::min(least, wait);
    greatest = std::max(greatest, wait);
  }
  EXPECT_LT(least, milliseconds(5));
  EXPECT_GT(greatest, milliseconds(95));
}

TEST(BackoffTest, ResetBeginsAgain) {
  SeededRandom random(3);
  Backoff backoff(random, {milliseconds(1), milliseconds(100'000), 10.0});
  milliseconds longest(0);
  for (int i = 0; i < 20; ++i) longest = std::max(longest, backoff.Next());
  EXPECT_GT(longest, milliseconds(10'000));
  backoff.Reset();
  EXPECT_LE(backoff.Next(), milliseconds(1));
}

TEST(BackoffTest, OptionsOutOfRangeAreBroughtIntoIt) {
  SeededRandom random(3);
  Backoff backoff(random, {milliseconds(0), milliseconds(-5), 0.0});
  for (int i = 0; i < 10; ++i) EXPECT_LE(backoff.Next(), milliseconds(1));
}

}  // namespace
}  // namespace oofgg
