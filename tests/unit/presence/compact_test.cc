#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "presence/compact_string.h"
#include "presence/compact_vector.h"

namespace oofgg::presence {
namespace {

TEST(CompactStringTest, HoldsShortAndLongTextsInSixteenBytes) {
  static_assert(sizeof(CompactString) == 16);
  EXPECT_EQ(CompactString().view(), "");
  for (const std::size_t size : {0, 1, 14, 15, 16, 36, 128, 1'000}) {
    const std::string text(size, 'a');
    EXPECT_EQ(CompactString(text).view(), text);
  }
}

TEST(CompactStringTest, MovesAndIsAssigned) {
  const std::string text(100, 'b');
  CompactString one(text);
  CompactString two(std::move(one));
  EXPECT_EQ(two.view(), text);
  two = CompactString("short");
  EXPECT_EQ(two.view(), "short");
  two = CompactString(text);
  one = std::move(two);
  EXPECT_EQ(one.view(), text);
}

TEST(CompactVectorTest, GrowsAndShrinksAsAVectorDoes) {
  static_assert(sizeof(CompactVector<int>) == 16);
  CompactVector<int> compact;
  std::vector<int> vector;
  for (int i = 0; i < 1'000; ++i) {
    compact.push_back(i);
    vector.push_back(i);
    if (i % 3 == 0) {
      compact[0] = compact.back();
      vector[0] = vector.back();
    }
  }
  EXPECT_EQ(std::vector<int>(compact.begin(), compact.end()), vector);
  while (vector.size() > 3) {
    compact.pop_back();
    vector.pop_back();
  }
  EXPECT_EQ(std::vector<int>(compact.begin(), compact.end()), vector);
}

TEST(CompactVectorTest, PushesAnItemOfItsOwn) {
  CompactVector<int> compact;
  compact.reserve(1);
  compact.push_back(7);
  compact.push_back(compact[0]);
  EXPECT_EQ(compact[1], 7);
}

TEST(CompactVectorTest, IsEmptyOnceMovedFrom) {
  CompactVector<int> one;
  one.push_back(1);
  CompactVector<int> two(std::move(one));
  one = CompactVector<int>();
  EXPECT_TRUE(one.empty());
  two.pop_back();
  EXPECT_TRUE(two.empty());
  two.push_back(2);
  EXPECT_EQ(two.size(), 1U);
}

}  // namespace
}  // namespace oofgg::presence
