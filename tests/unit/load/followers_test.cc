#include "servers/cli/load/followers.h"

#include <gtest/gtest.h>

namespace oofgg::load {
namespace {

constexpr User kAnn = 0;
constexpr User kBob = 1;

/// Ann watches Bob, and came online at 100.
class FollowersTest : public ::testing::Test {
 protected:
  FollowersTest() { followers_.Begin(kAnn, 100); }

  Hearing Hear(Shown shown, Nanos now) { return followers_.Hear(kAnn, kBob, shown, now); }

  FriendGraph graph_{3, {{kAnn, kBob}}};
  TruthBoard truth_ = *TruthBoard::Make(3);
  Followers followers_ = *Followers::Make(graph_, truth_);
};

TEST_F(FollowersTest, WhoIsOnlineAlreadyIsASnapshotWithoutLatency) {
  truth_.Put(kBob, Shown::kOnline, 50);
  EXPECT_EQ(followers_.CountWrong(kAnn), 1U) << "not told yet";
  EXPECT_EQ(Hear(Shown::kOnline, 120).heard, Heard::kSnapshot);
  EXPECT_EQ(followers_.CountWrong(kAnn), 0U);
}

TEST_F(FollowersTest, AChangeHasTheTimeSinceItWasDue) {
  truth_.Put(kBob, Shown::kOnline, 200);
  const Hearing online = Hear(Shown::kOnline, 230);
  EXPECT_EQ(online.heard, Heard::kChange);
  EXPECT_EQ(online.latency, 30U);
  EXPECT_EQ(online.change, 1U);
  truth_.Put(kBob, Shown::kOffline, 300);
  EXPECT_EQ(followers_.CountWrong(kAnn), 1U);
  EXPECT_EQ(Hear(Shown::kOffline, 345).latency, 45U);
  EXPECT_EQ(followers_.CountWrong(kAnn), 0U);
}

TEST_F(FollowersTest, AnOlderChangeIsKnownFromTheNewerOne) {
  truth_.Put(kBob, Shown::kOnline, 200);
  truth_.Put(kBob, Shown::kOffline, 210);
  EXPECT_EQ(Hear(Shown::kOnline, 220).latency, 20U);
  EXPECT_EQ(followers_.CountWrong(kAnn), 1U) << "the newer one is still to come";
  EXPECT_EQ(Hear(Shown::kOffline, 225).latency, 15U);
}

TEST_F(FollowersTest, WhatWasSkippedCountsFromWhenTheViewWasWrong) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)Hear(Shown::kOnline, 210);
  // Went and came: the view was right again by itself.
  truth_.Put(kBob, Shown::kOffline, 300);
  truth_.Put(kBob, Shown::kOnline, 310);
  truth_.Put(kBob, Shown::kOffline, 320);
  const Hearing offline = Hear(Shown::kOffline, 350);
  EXPECT_EQ(offline.latency, 30U);
  EXPECT_TRUE(offline.ambiguous);
  // Away and then gone: wrong all the time.
  truth_.Put(kBob, Shown::kOnline, 400);
  (void)Hear(Shown::kOnline, 410);
  truth_.Put(kBob, Shown::kAway, 500);
  truth_.Put(kBob, Shown::kOffline, 510);
  EXPECT_EQ(Hear(Shown::kOffline, 520).latency, 20U);
}

TEST_F(FollowersTest, ARepeatIsNoDeliveryOfAChange) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)Hear(Shown::kOnline, 210);
  EXPECT_EQ(Hear(Shown::kOnline, 220).heard, Heard::kRepeat);
}

TEST_F(FollowersTest, AnOfflineThatNeverWasIsAFalseFlap) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)Hear(Shown::kOnline, 210);
  EXPECT_EQ(Hear(Shown::kOffline, 220).heard, Heard::kFalseFlap);
  EXPECT_EQ(followers_.CountWrong(kAnn), 1U);
  EXPECT_EQ(Hear(Shown::kOnline, 230).heard, Heard::kOutOfOrder) << "it was told before the flap";
}

TEST_F(FollowersTest, WhatWasHeardBeforeDoesNotComeAgain) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)Hear(Shown::kOnline, 210);
  truth_.Put(kBob, Shown::kAway, 300);
  (void)Hear(Shown::kAway, 310);
  EXPECT_EQ(Hear(Shown::kOnline, 320).heard, Heard::kOutOfOrder);
}

TEST_F(FollowersTest, ANewPresenceForgetsWhatWasTold) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)Hear(Shown::kOnline, 210);
  followers_.Begin(kAnn, 400);
  EXPECT_EQ(followers_.CountWrong(kAnn), 1U);
  EXPECT_EQ(Hear(Shown::kOnline, 410).heard, Heard::kSnapshot);
}

TEST_F(FollowersTest, WhatIsLongOvertakenHasNoPlaceAndIsNoFlap) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)Hear(Shown::kOnline, 210);
  truth_.Put(kBob, Shown::kOffline, 300);
  for (Nanos due = 310; due < 360; due += 20) {
    truth_.Put(kBob, Shown::kOnline, due);
    truth_.Put(kBob, Shown::kAway, due + 10);
  }
  EXPECT_EQ(Hear(Shown::kOffline, 400).heard, Heard::kUnplaced);
}

TEST_F(FollowersTest, ManyChangesUnheardAreNoDisorder) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)Hear(Shown::kOnline, 210);
  for (int i = 0; i < 5'000; ++i) {
    truth_.Put(kBob, Shown::kOffline, 300);
    truth_.Put(kBob, Shown::kOnline, 300);
  }
  truth_.Put(kBob, Shown::kOffline, 400);
  EXPECT_EQ(Hear(Shown::kOffline, 405).latency, 5U);
}

TEST_F(FollowersTest, AStrangerIsOne) {
  EXPECT_EQ(followers_.Hear(kAnn, 2, Shown::kOnline, 200).heard, Heard::kStranger);
}

}  // namespace
}  // namespace oofgg::load
