#include "servers/cli/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace oofgg::load {

// The first 32 buckets hold one value each; then each power of two has 32 of equal width.
std::size_t Histogram::BucketOf(std::uint64_t value) {
  if (value < kSubBuckets) return value;
  const std::uint64_t held = std::min(value, (std::uint64_t{1} << kMaxBits) - 1);
  const auto shift = static_cast<unsigned>(std::bit_width(held)) - kSubBits - 1;
  return (shift + 1) * kSubBuckets + ((held >> shift) - kSubBuckets);
}

std::uint64_t Histogram::UpperEndOf(std::size_t bucket) {
  if (bucket < kSubBuckets) return bucket;
  const std::size_t shift = bucket / kSubBuckets - 1;
  return ((bucket % kSubBuckets + kSubBuckets + 1) << shift) - 1;
}

void Histogram::Record(std::uint64_t value) {
  buckets_[BucketOf(value)].Add();
  count_.Add();
  max_.RaiseTo(value);
}

void Histogram::Merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i].Add(other.buckets_[i].get());
  count_.Add(other.count());
  max_.RaiseTo(other.max());
}

std::uint64_t Histogram::Quantile(double quantile) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(count())));
  const std::uint64_t rank = std::max<std::uint64_t>(wanted, 1);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i].get();
    // Its own end may lie beyond all that came.
    if (seen >= rank) return i + 1 == kBuckets ? max() : std::min(UpperEndOf(i), max());
  }
  return max();
}

}  // namespace oofgg::load
