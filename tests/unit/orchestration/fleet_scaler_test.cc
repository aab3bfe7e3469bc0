#include "orchestration/fleet_scaler.h"

#include <gtest/gtest.h>

#include <chrono>

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kIdle = seconds(30);  // A window of 10 s, in steps of 1 s.

class FleetScalerTest : public ::testing::Test {
 protected:
  FleetScalerTest() { scaler_.ServerStarted(seconds(2)); }

  /// So many players a second for a while, one after the other.
  void Stream(int per_second, Duration length) {
    const Duration gap = Duration(seconds(1)) / per_second;
    for (const TimePoint end = now_ + length; now_ < end; now_ += gap) scaler_.SeatsAsked(1, now_);
  }

  FleetScaler scaler_{kIdle};
  TimePoint now_ = TimePoint(seconds(1'000));
};

TEST_F(FleetScalerTest, NobodyComesNothingIsKept) {
  EXPECT_EQ(scaler_.SeatsAhead(now_), 0U);
  EXPECT_EQ(scaler_.SeatsToKeep(now_), 0U);
}

TEST_F(FleetScalerTest, AStreamIsServedAheadByWhatComesDuringOneStart) {
  Stream(5, seconds(30));
  EXPECT_NEAR(static_cast<double>(scaler_.SeatsAhead(now_)), 10, 1);
  Stream(20, seconds(30));
  EXPECT_NEAR(static_cast<double>(scaler_.SeatsAhead(now_)), 40, 2);
}

TEST_F(FleetScalerTest, TheFasterServersStartTheLessIsKept) {
  for (int i = 0; i < 20; ++i) scaler_.ServerStarted(milliseconds(200));
  Stream(5, seconds(30));
  EXPECT_EQ(scaler_.SeatsAhead(now_), 1U);
  EXPECT_LT(scaler_.start_time(), milliseconds(210));
}

TEST_F(FleetScalerTest, ABurstIsNoStream) {
  scaler_.SeatsAsked(300, now_);
  for (int i = 0; i < 40; ++i, now_ += milliseconds(500)) {
    EXPECT_EQ(scaler_.SeatsAhead(now_), 0U) << "they are in line, and the line has its servers";
  }
}

TEST_F(FleetScalerTest, TwoBurstsAreNoStreamEither) {
  scaler_.SeatsAsked(300, now_);
  now_ += seconds(5);
  scaler_.SeatsAsked(300, now_);
  EXPECT_EQ(scaler_.SeatsAhead(now_), 0U);
}

TEST_F(FleetScalerTest, WhatWasRightIsKeptForAWindowAndThenForgotten) {
  Stream(10, seconds(30));
  const std::size_t kept = scaler_.SeatsToKeep(now_);
  EXPECT_GE(kept, 18U);
  now_ += seconds(6);
  EXPECT_EQ(scaler_.SeatsAhead(now_), 0U) << "nobody has come for more than half a window";
  EXPECT_GE(scaler_.SeatsToKeep(now_), 18U) << "but they may be back";
  now_ += seconds(10);
  EXPECT_EQ(scaler_.SeatsToKeep(now_), 0U);
}

TEST_F(FleetScalerTest, NothingOutlastsTheIdleTimeout) {
  for (const Duration idle : {Duration(milliseconds(300)), Duration(seconds(1)), Duration(seconds(60))}) {
    scaler_.SetIdleTimeout(idle);
    Stream(100, seconds(60));
    EXPECT_GT(scaler_.SeatsToKeep(now_), 0U);
    for (const TimePoint end = now_ + idle; now_ < end; now_ += idle / 100) {
      static_cast<void>(scaler_.SeatsToKeep(now_));
    }
    EXPECT_EQ(scaler_.SeatsToKeep(now_), 0U);
  }
}

TEST_F(FleetScalerTest, ASlowStreamIsNotWorthAServer) {
  for (int i = 0; i < 30; ++i, now_ += seconds(2)) scaler_.SeatsAsked(1, now_);
  EXPECT_LE(scaler_.SeatsAhead(now_), 1U);
  now_ += seconds(60);
  for (int i = 0; i < 30; ++i, now_ += seconds(20)) scaler_.SeatsAsked(1, now_);
  EXPECT_EQ(scaler_.SeatsAhead(now_), 0U);
}

}  // namespace
}  // namespace oofgg::orchestration
