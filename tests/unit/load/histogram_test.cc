#include "servers/cli/load/histogram.h"

#include <gtest/gtest.h>

namespace oofgg::load {
namespace {

TEST(HistogramTest, NothingIsZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.Quantile(0.99), 0U);
  EXPECT_EQ(histogram.max(), 0U);
}

TEST(HistogramTest, SmallValuesAreExact) {
  Histogram histogram;
  for (std::uint64_t value = 0; value < 32; ++value) histogram.Record(value);
  EXPECT_EQ(histogram.Quantile(0.5), 15U);
  EXPECT_EQ(histogram.Quantile(1), 31U);
}

TEST(HistogramTest, EveryValueIsWithinThreePerCent) {
  for (std::uint64_t value = 1; value < std::uint64_t{1} << 39U; value = value * 5 / 4 + 1) {
    Histogram histogram;
    histogram.Record(value);
    histogram.Record(std::uint64_t{1} << 39U);  // So that the end of the bucket is told, and not the maximum.
    const auto told = histogram.Quantile(0.5);
    EXPECT_GE(told, value);
    EXPECT_LE(static_cast<double>(told), static_cast<double>(value) * 1.032);
  }
}

TEST(HistogramTest, QuantilesCountFromTheSmallest) {
  Histogram histogram;
  for (int i = 0; i < 99; ++i) histogram.Record(10);
  histogram.Record(1'000'000);
  EXPECT_EQ(histogram.Quantile(0.99), 10U);
  EXPECT_EQ(histogram.Quantile(0.991), 1'000'000U) << "no more than what came";
}

TEST(HistogramTest, WhatIsTooLongStillCountsAndIsTheMaximum) {
  Histogram histogram;
  histogram.Record(~std::uint64_t{0});
  EXPECT_EQ(histogram.Quantile(0.5), ~std::uint64_t{0});
}

TEST(HistogramTest, TwoBecomeOne) {
  Histogram one;
  Histogram other;
  for (int i = 0; i < 10; ++i) one.Record(5);
  for (int i = 0; i < 30; ++i) other.Record(20);
  one.Merge(other);
  EXPECT_EQ(one.count(), 40U);
  EXPECT_EQ(one.Quantile(0.25), 5U);
  EXPECT_EQ(one.Quantile(0.26), 20U);
  EXPECT_EQ(one.max(), 20U);
}

}  // namespace
}  // namespace oofgg::load
