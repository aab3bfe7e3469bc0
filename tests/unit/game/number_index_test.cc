#include "game/number_index.h"

#include <gtest/gtest.h>

#include <set>
#include <unordered_map>
#include <vector>

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

TEST(NumberIndexTest, ManyAtOnceAreAssignedLikeOneByOne) {
  NumberIndex index;
  std::vector<std::uint32_t> even;
  for (std::uint32_t key = 0; key < 5'000; ++key) {
    index.Insert(key, key);
    if (key % 2 == 0) even.push_back(key);
  }
  index.AssignAll(even, 9'999);
  index.AssignAll({}, 7);
  for (std::uint32_t key = 0; key < 5'000; ++key) ASSERT_EQ(index.Find(key), key % 2 == 0 ? 9'999 : key);
  EXPECT_EQ(index.size(), 5'000u);
}

TEST(NumberIndexTest, CostsElevenBytesAtMost) {
  NumberIndex index;
  for (std::uint32_t key = 0; key < 300'000; ++key) {
    index.Insert(key, key);
    if (key > 10'000 && key % 1'000 == 0) {
      ASSERT_LT(index.MemoryUsage(), std::size_t{key} * 11) << key;
    }
  }
}

TEST(NumberIndexTest, ManyAtOnceAreAddedToWhatIsThere) {
  for (const std::uint32_t before : {0U, 100U, 30'000U}) {
    NumberIndex index;
    for (std::uint32_t key = 0; key < before; ++key) index.Insert(key, key + 1);
    std::vector<NumberIndex::Pair> pairs;
    for (std::uint32_t key = 1'000'000; key < 1'005'000; ++key) pairs.push_back({key, key + 1});
    pairs.push_back({7, 70});
    pairs.push_back({7, 71});
    index.InsertAll(pairs);
    EXPECT_EQ(index.size(), before + 5'002);
    for (std::uint32_t key = 8; key < before; ++key) ASSERT_EQ(index.Find(key), key + 1);
    for (std::uint32_t key = 1'000'000; key < 1'005'000; ++key) ASSERT_EQ(index.Find(key), key + 1);
    EXPECT_EQ(index.Find(2'000'000), NumberIndex::kNone);
    std::set<std::uint32_t> of_seven;
    EXPECT_EQ(index.FindIf(7, [&](std::uint32_t number) { return !of_seven.insert(number).second; }),
              NumberIndex::kNone);
    EXPECT_EQ(of_seven.size(), before > 7 ? 3U : 2U);
    for (std::uint32_t key = 3'000'000; key < 3'020'000; ++key) index.Insert(key, key + 1);
    for (std::uint32_t key = 3'000'000; key < 3'020'000; ++key) ASSERT_EQ(index.Find(key), key + 1);
    for (std::uint32_t key = 1'000'000; key < 1'005'000; ++key) index.Erase(key);
    EXPECT_EQ(index.size(), before + 20'002);
  }
}

TEST(NumberIndexTest, ManyAtOnceCostElevenBytesEachAtMost) {
  NumberIndex index;
  std::vector<NumberIndex::Pair> pairs;
  for (std::uint32_t key = 0; key < 300'000; ++key) pairs.push_back({key, key});
  index.InsertAll(pairs);
  EXPECT_LT(index.MemoryUsage(), pairs.size() * 11);
}

TEST(NumberIndexTest, ManyNumbersOfOneKeyAtOnceAreNotCutInTwoWithoutEnd) {
  NumberIndex index;
  std::vector<NumberIndex::Pair> pairs;
  for (std::uint32_t number = 0; number < 3'000; ++number) pairs.push_back({7, number});
  index.InsertAll(pairs);
  index.Insert(7, 3'000);
  EXPECT_EQ(index.FindIf(7, [](std::uint32_t number) { return number == 3'000; }), 3'000U);
  EXPECT_LT(index.MemoryUsage(), 300'000u);
}

}  // namespace
}  // namespace oofgg::game
