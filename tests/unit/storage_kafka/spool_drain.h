#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "storage/kafka/spool.h"
#include "storage/kafka/spool_reader.h"

namespace oofgg::storage {

inline SpoolRecord Numbered(int number, std::size_t padding = 0) {
  return {.stream = EventStream::kScores,
          .at_ms = 1'000 + number,
          .key = "key" + std::to_string(number % 3),
          .value = std::to_string(number) + std::string(padding, '.')};
}

/// All that waits, or is behind `from`.
inline std::vector<SpooledRecord> Drain(const Spool& spool, SpoolPlace from) {
  std::vector<SpooledRecord> all;
  SpoolReader reader(spool, from);
  for (;;) {
    auto some = reader.Next();
    EXPECT_TRUE(some.ok()) << some.status();
    if (!some.ok() || some->empty()) return all;
    all.insert(all.end(), some->begin(), some->end());
  }
}
inline std::vector<SpooledRecord> Drain(const Spool& spool) { return Drain(spool, spool.shipped()); }

/// The numbers of `Numbered` in them.
inline std::vector<int> NumbersOf(const std::vector<SpooledRecord>& records) {
  std::vector<int> numbers;
  for (const SpooledRecord& each : records) numbers.push_back(std::stoi(each.record.value));
  return numbers;
}

inline std::vector<int> UpTo(int end, int begin = 0) {
  std::vector<int> numbers;
  for (int i = begin; i < end; ++i) numbers.push_back(i);
  return numbers;
}

}  // namespace oofgg::storage
