#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "servers/cli/load/tally.h"

namespace oofgg::load {

/// How often which value came, in buckets that grow with the value: 32 to each power of two, hence within
/// 3 %. Of fixed size, so that it lies in shared memory, written by one process and read by another.
/// Values above 2^40 (18 minutes, in nanoseconds) count as that; the greatest is kept as it is.
class Histogram {
 public:
  void Record(std::uint64_t value);
  void Merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_.get(); }
  [[nodiscard]] std::uint64_t max() const { return max_.get(); }
  /// The value that the share `quantile` (0 to 1) does not exceed: its bucket's upper end. 0 if empty.
  [[nodiscard]] std::uint64_t Quantile(double quantile) const;

 private:
  static constexpr unsigned kSubBits = 5;
  static constexpr std::size_t kSubBuckets = std::size_t{1} << kSubBits;
  static constexpr unsigned kMaxBits = 40;
  static constexpr std::size_t kBuckets = (kMaxBits - kSubBits + 1) * kSubBuckets;

  static std::size_t BucketOf(std::uint64_t value);
  static std::uint64_t UpperEndOf(std::size_t bucket);

  std::array<Tally, kBuckets> buckets_;
  Tally count_;
  Tally max_;
};

}  // namespace oofgg::load
