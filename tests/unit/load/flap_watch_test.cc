#include "servers/cli/load/flap_watch.h"

#include <gtest/gtest.h>

namespace oofgg::load {
namespace {

constexpr User kDot = 0;
constexpr User kEve = 1;
constexpr User kFay = 2;

TEST(FlapWatchTest, AFlapLastsUntilTheNextWord) {
  FlapWatch flaps;
  flaps.Begin(kDot, kEve, 3, 100);
  EXPECT_EQ(flaps.End(kFay, kEve, 3, 150), 0U) << "who did not hear it";
  EXPECT_EQ(flaps.End(kDot, kEve, 3, 150), 50U);
  EXPECT_EQ(flaps.End(kDot, kEve, 3, 200), 0U) << "it is over";
}

TEST(FlapWatchTest, WhoChangedMeanwhileMayHaveGone) {
  FlapWatch flaps;
  flaps.Begin(kDot, kEve, 3, 100);
  EXPECT_EQ(flaps.End(kDot, kEve, 4, 150), 0U);
}

TEST(FlapWatchTest, WhoBeginsAnewBelievesNone) {
  FlapWatch flaps;
  flaps.Begin(kDot, kEve, 3, 100);
  flaps.Begin(kDot, kFay, 5, 120);
  flaps.Begin(kEve, kDot, 1, 90);
  EXPECT_EQ(flaps.EndAll(
                kDot, [](User user) { return user == kEve ? 9U : 5U; }, 150),
            30U);
  EXPECT_EQ(flaps.End(kDot, kFay, 5, 160), 0U);
  EXPECT_EQ(flaps.End(kEve, kDot, 1, 150), 60U) << "another follower's stays";
}

}  // namespace
}  // namespace oofgg::load
