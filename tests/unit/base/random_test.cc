#include "oofgg/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace oofgg {
namespace {

TEST(RandomTest, TheSystemSourceDoesNotRepeatItself) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(RandomSource::System().Bytes(32));
  EXPECT_EQ(seen.size(), 100U);
  EXPECT_EQ(seen.begin()->size(), 32U);
  EXPECT_EQ(RandomSource::System().Bytes(0), "");
  // More than the kernel gives in one piece when a signal comes in between.
  EXPECT_EQ(RandomSource::System().Bytes(1000).size(), 1000U);
}

TEST(RandomTest, TheSameSeedGivesTheSameSequenceOnEveryMachine) {
  // The published first values of SplitMix64 for seed 0.
  SeededRandom random(0);
  EXPECT_EQ(random.Next(), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(random.Next(), 0x6e789e6aa1b965f4ULL);
  SeededRandom again(0);
  EXPECT_EQ(again.Bytes(3), "\xe2\x20\xa8");
  EXPECT_NE(SeededRandom(1).Next(), SeededRandom(2).Next());
}

/// Gives the words it was made with.
class ScriptedRandom final : public RandomSource {
 public:
  explicit ScriptedRandom(std::vector<std::uint8_t> fills) : fills_(std::move(fills)) {}
  void Fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = fills_.at(next_);
    ++next_;
  }

 private:
  std::vector<std::uint8_t> fills_;
  std::size_t next_ = 0;
};

TEST(RandomTest, BelowDropsValuesThatWouldFavourSmallResults) {
  // 2^64 mod 3 is 1, so 0 is dropped and the next word counts.
  ScriptedRandom random({0x00, 0x01});
  EXPECT_EQ(random.Below(3), 0x0101010101010101ULL % 3);
}

TEST(RandomTest, BelowReachesEveryValueAndNoOther) {
  SeededRandom random(7);
  std::array<int, 6> count{};
  for (int i = 0; i < 6000; ++i) ++count.at(random.Below(count.size()));
  for (const int times : count) EXPECT_NEAR(times, 1000, 150);
  EXPECT_EQ(random.Below(1), 0U);
}

}  // namespace
}  // namespace oofgg
