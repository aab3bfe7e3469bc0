#include "game/player_numbers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/random.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/uuid.h"

namespace oofgg::game {
namespace {

TEST(PlayerNumbersTest, EveryIdComesBackAsItWas) {
  PlayerNumbers numbers;
  const std::vector<std::string> ids = {
      "ann",
      "0190163d-8694-739b-aea5-966c26f8ad91",
      "0190163D-8694-739B-AEA5-966C26F8AD91",  // Ids are told apart by case.
      "0190163d-8694-739b-2ea5-966c26f8ad91",  // Not RFC 9562's variant.
      "0190163d-8694-739b-aea5-966c26f8ad9g",
      "0190163d-8694-739b-aea5x966c26f8ad91",
      "0190163d-8694-739b-aea5-966c26f8ad9",
      "00000000-0000-0000-8000-000000000000",
      "ffffffff-ffff-ffff-bfff-ffffffffffff",
      "",
      std::string(128, 'x'),
  };
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(numbers.Find(ids[i]), std::nullopt) << ids[i];
    EXPECT_EQ(numbers.NumberOf(ids[i]), i);
  }
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(numbers.NumberOf(ids[i]), i) << ids[i];
    EXPECT_EQ(numbers.Find(ids[i]), i);
    EXPECT_EQ(numbers.IdOf(i), ids[i]);
  }
  EXPECT_EQ(numbers.size(), ids.size());
}

TEST(PlayerNumbersTest, AnAccountCostsLessThanThirtyBytes) {
  testing::FakeClock clock;
  SeededRandom random(1);
  UuidGenerator ids(clock, random);
  PlayerNumbers numbers;
  std::vector<std::string> made;
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    made.push_back(ids.Next());
    ASSERT_EQ(numbers.NumberOf(made.back()), i);
  }
  for (std::uint32_t i = 0; i < made.size(); ++i) ASSERT_EQ(numbers.Find(made[i]), i);
  EXPECT_LT(numbers.MemoryUsage(), made.size() * 30);
}

TEST(PlayerNumbersTest, ManyAtOnceGetTheNumbersTheyHaveOrNewOnes) {
  testing::FakeClock clock;
  SeededRandom random(1);
  UuidGenerator uuids(clock, random);
  std::vector<std::string> ids;
  for (int i = 0; i < 3'000; ++i) ids.push_back(i % 3 == 0 ? "player " + std::to_string(i) : uuids.Next());
  PlayerNumbers numbers;
  for (std::size_t i = 0; i < ids.size(); i += 2) ASSERT_EQ(numbers.NumberOf(ids[i]), i / 2);
  const std::vector<std::string_view> all(ids.begin(), ids.end());
  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> second;
  {
    PlayerNumbers::Enrolment enrolment(numbers);
    enrolment.Add(std::span(all).first(1'000), first);
    enrolment.Add(std::span(all).subspan(1'000), second);
    first.insert(first.end(), second.begin(), second.end());
    enrolment.Finish();
    enrolment.Add(std::span(all).first(10), second);
    EXPECT_TRUE(std::equal(second.begin(), second.end(), first.begin())) << "who have come before";
  }
  EXPECT_EQ(numbers.size(), ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i % 2 == 0) {
      ASSERT_EQ(first[i], i / 2);
    }
    ASSERT_EQ(numbers.Find(ids[i]), first[i]);
    ASSERT_EQ(numbers.IdOf(first[i]), ids[i]);
  }
}

}  // namespace
}  // namespace oofgg::game
