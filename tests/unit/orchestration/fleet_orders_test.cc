#include "orchestration/fleet_orders.h"

#include <gtest/gtest.h>

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kNow{seconds(1'900'000'000)};

TEST(FleetOrders, AreReadAsTheyWereWritten) {
  FleetOrders orders;
  EXPECT_EQ(DecodeOrders(EncodeOrders(orders)).value(), orders);
  orders.min_ready = 0;
  orders.max = 12;
  orders.image = "example.org/arena:8";
  orders.command = "arena '{port}' \"x\"";
  orders.draining = {{"gs-1", kNow}, {"gs-2", FleetOrders::kNoDeadline}};
  EXPECT_EQ(DecodeOrders(EncodeOrders(orders)).value(), orders);
}

TEST(FleetOrders, WhatWeDidNotWriteIsTold) {
  for (const char* text : {"", "[]", "{\"max\":-1}", "{\"image\":3}", "{\"draining\":{\"a\":\"soon\"}}"}) {
    EXPECT_EQ(DecodeOrders(text).status().code(), StatusCode::kInternal) << text;
    EXPECT_EQ(DecodePace(text).status().code(), StatusCode::kInternal) << text;
  }
}

TEST(FleetPace, IsReadAsItWasWritten) {
  const FleetPace pace{.requests_per_second = 0.25,
                       .coming_seats = 7,
                       .start_time = milliseconds(1'500),
                       .told = kNow,
                       .trouble = "no such image"};
  EXPECT_EQ(DecodePace(EncodePace(pace)).value(), pace);
}

TEST(EstimateWait, IsThePlaceOverThePace) {
  const FleetPace pace{.requests_per_second = 2, .told = kNow};
  EXPECT_EQ(EstimateWait(pace, 1, kNow), seconds(1));
  EXPECT_EQ(EstimateWait(pace, 20, kNow), seconds(10));
}

TEST(EstimateWait, AServerOnItsWayIsSoonerForThoseWhomItHolds) {
  FleetPace pace{.requests_per_second = 0.1, .coming_seats = 5, .start_time = seconds(3), .told = kNow};
  EXPECT_EQ(EstimateWait(pace, 5, kNow), seconds(3));
  EXPECT_EQ(EstimateWait(pace, 6, kNow), seconds(60));
  pace.requests_per_second = 0;
  EXPECT_EQ(EstimateWait(pace, 5, kNow), seconds(3));
}

TEST(EstimateWait, WhereNothingIsKnownNothingIsSaid) {
  EXPECT_EQ(EstimateWait({.told = kNow}, 1, kNow), std::nullopt);
  EXPECT_EQ(EstimateWait({.requests_per_second = 1, .told = kNow - minutes(2)}, 1, kNow), std::nullopt);
  EXPECT_EQ(EstimateWait({.requests_per_second = 1, .told = kNow}, 0, kNow), std::nullopt);
  EXPECT_EQ(EstimateWait({.requests_per_second = 1e-9, .told = kNow}, 9, kNow), std::nullopt) << "years";
}

}  // namespace
}  // namespace oofgg::orchestration
