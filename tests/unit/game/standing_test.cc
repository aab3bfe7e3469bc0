#include "game/standing.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();

Standing Of(std::int64_t value, std::int64_t order) { return {value, order, WallTime()}; }

TEST(StandingTest, TheFirstScoreCountsUnderAnyRule) {
  for (const ScoreKeep keep : {ScoreKeep::kBest, ScoreKeep::kLast, ScoreKeep::kSum}) {
    EXPECT_EQ(*AfterScore(std::nullopt, Of(kLeast, 3), {.keep = keep}), Of(kLeast, 3));
  }
}

TEST(StandingTest, OfEqualBestsTheEarlierStays) {
  const ScoreRule highest;
  EXPECT_EQ(*AfterScore(Of(5, 1), Of(6, 2), highest), Of(6, 2));
  EXPECT_EQ(*AfterScore(Of(5, 1), Of(5, 2), highest), Of(5, 1));
  EXPECT_EQ(*AfterScore(Of(5, 1), Of(kLeast, 2), highest), Of(5, 1));
  const ScoreRule lowest{.order = ScoreOrder::kAscending};
  EXPECT_EQ(*AfterScore(Of(5, 1), Of(kLeast, 2), lowest), Of(kLeast, 2));
  EXPECT_EQ(*AfterScore(Of(5, 1), Of(5, 2), lowest), Of(5, 1));
  EXPECT_EQ(*AfterScore(Of(5, 1), Of(kMost, 2), lowest), Of(5, 1));
}

TEST(StandingTest, TheLastIsThatOfTheHighestOrder) {
  const ScoreRule last{.keep = ScoreKeep::kLast};
  EXPECT_EQ(*AfterScore(Of(5, 1), Of(3, 2), last), Of(3, 2));
  EXPECT_EQ(*AfterScore(Of(5, 2), Of(9, 1), last), Of(5, 2));
}

TEST(StandingTest, ASumStandsWhereItsLastScoreCame) {
  const ScoreRule sum{.keep = ScoreKeep::kSum};
  EXPECT_EQ(*AfterScore(Of(5, 1), Of(-7, 2), sum), Of(-2, 2));
  EXPECT_EQ(*AfterScore(Of(kMost - 1, 1), Of(1, 2), sum), Of(kMost, 2));
  EXPECT_EQ(*AfterScore(Of(kLeast + 1, 1), Of(-1, 2), sum), Of(kLeast, 2));
  EXPECT_EQ(*AfterScore(Of(kLeast, 1), Of(kMost, 2), sum), Of(-1, 2));
  EXPECT_THAT(AfterScore(Of(kMost, 1), Of(1, 2), sum).status(), HasCode(StatusCode::kOutOfRange));
  EXPECT_THAT(AfterScore(Of(kLeast, 1), Of(-1, 2), sum).status(), HasCode(StatusCode::kOutOfRange));
}

}  // namespace
}  // namespace oofgg::game
