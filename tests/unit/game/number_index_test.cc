#include "game/number_index.h"

#include <gtest/gtest.h>

#include <set>
#include <unordered_map>

#include "oofgg/random.h"

namespace oofgg::game {
namespace {

TEST(NumberIndexTest, DoesWhatAMapDoes) {
  SeededRandom random(1);
  NumberIndex index;
  std::unordered_map<std::uint32_t, std::uint32_t> model;
  for (int step = 0; step < 200'000; ++step) {
    const auto key = static_cast<std::uint32_t>(random.Below(20'000));
    const auto number = static_cast<std::uint32_t>(step);
    if (!model.contains(key)) {
      ASSERT_EQ(index.Find(key), NumberIndex::kNone);
      index.Insert(key, number);
      model[key] = number;
    } else if (random.Below(3) == 0) {
      index.Erase(key);
      model.erase(key);
    } else {
      index.Assign(key, number);
      model[key] = number;
    }
    ASSERT_EQ(index.size(), model.size());
  }
  for (std::uint32_t key = 0; key < 20'000; ++key) {
    const auto found = model.find(key);
    ASSERT_EQ(index.Find(key), found == model.end() ? NumberIndex::kNone : found->second);
  }
}

TEST(NumberIndexTest, AKeyMayHaveSeveralNumbers) {
  NumberIndex index;
  for (std::uint32_t number = 0; number < 3'000; ++number)
    index.Insert(7, number);  // More than a segment has.
  std::set<std::uint32_t> seen;
  EXPECT_EQ(index.FindIf(7,
                         [&](std::uint32_t number) {
                           EXPECT_TRUE(seen.insert(number).second);
                           return number == 5'000;
                         }),
            NumberIndex::kNone);
  EXPECT_EQ(seen.size(), 3'000u);
  EXPECT_EQ(index.FindIf(7, [](std::uint32_t number) { return number == 2'999; }), 2'999u);
  EXPECT_EQ(index.Find(8), NumberIndex::kNone);
  EXPECT_LT(index.MemoryUsage(), 100'000u) << "not cut in two without end";
}

TEST(NumberIndexTest, CostsElevenBytesAtMost) {
  NumberIndex index;
  for (std::uint32_t key = 0; key < 300'000; ++key) {
    index.Insert(key, key);
    if (key > 10'000 && key % 1'000 == 0) {
      ASSERT_LT(index.MemoryUsage(), std::size_t{key} * 11) << key;
    }
  }
  const NumberIndex reserved(300'000);
  EXPECT_LT(reserved.MemoryUsage(), 300'000u * 11);
}

}  // namespace
}  // namespace oofgg::game
