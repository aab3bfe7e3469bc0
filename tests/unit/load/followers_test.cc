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

  Hearing HearOnline(std::uint32_t change, Nanos now) {
    return followers_.Hear(kAnn, kBob, Shown::kOnline, change, now);
  }
  Hearing HearOffline(Nanos now) { return followers_.Hear(kAnn, kBob, Shown::kOffline, 0, now); }

  FriendGraph graph_{3, {{kAnn, kBob}}};
  TruthBoard truth_ = *TruthBoard::Make(3);
  Followers followers_ = *Followers::Make(graph_, truth_);
};

TEST_F(FollowersTest, WhoIsOnlineAlreadyIsASnapshotWithoutLatency) {
  truth_.Put(kBob, Shown::kOnline, 50);
  EXPECT_EQ(followers_.CountWrong(kAnn), 1U) << "not told yet";
  EXPECT_EQ(HearOnline(1, 120).heard, Heard::kSnapshot);
  EXPECT_EQ(followers_.CountWrong(kAnn), 0U);
}

TEST_F(FollowersTest, AChangeHasTheTimeSinceItWasDue) {
  truth_.Put(kBob, Shown::kOnline, 200);
  const Hearing online = HearOnline(1, 230);
  EXPECT_EQ(online.heard, Heard::kChange);
  EXPECT_EQ(online.latency, 30U);
  EXPECT_EQ(online.change, 1U);
  truth_.Put(kBob, Shown::kOffline, 300);
  EXPECT_EQ(followers_.CountWrong(kAnn), 1U);
  const Hearing offline = HearOffline(345);
  EXPECT_EQ(offline.latency, 45U);
  EXPECT_EQ(offline.change, 2U);
  EXPECT_EQ(followers_.CountWrong(kAnn), 0U);
}

TEST_F(FollowersTest, AnOlderChangeIsNotTakenForTheNewest) {
  truth_.Put(kBob, Shown::kOnline, 200);
  truth_.Put(kBob, Shown::kOffline, 210);
  EXPECT_EQ(HearOnline(1, 220).latency, 20U);
  EXPECT_EQ(followers_.CountWrong(kAnn), 1U) << "the newer one is still to come";
  EXPECT_EQ(HearOffline(225).latency, 15U);
}

TEST_F(FollowersTest, WhatWasSkippedCountsFromWhenTheViewWasWrong) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)HearOnline(1, 210);
  // Went and came: the view was right again by itself.
  truth_.Put(kBob, Shown::kOffline, 300);
  truth_.Put(kBob, Shown::kOnline, 310);
  truth_.Put(kBob, Shown::kOffline, 320);
  const Hearing offline = HearOffline(350);
  EXPECT_EQ(offline.latency, 30U);
  EXPECT_TRUE(offline.ambiguous) << "it may have been the first of the two";
  // Away and then gone: wrong all the time.
  truth_.Put(kBob, Shown::kOnline, 400);
  (void)HearOnline(5, 410);
  truth_.Put(kBob, Shown::kAway, 500);
  truth_.Put(kBob, Shown::kOffline, 510);
  const Hearing gone = HearOffline(520);
  EXPECT_EQ(gone.latency, 20U);
  EXPECT_FALSE(gone.ambiguous);
}

TEST_F(FollowersTest, ARepeatIsNoDeliveryOfAChange) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)HearOnline(1, 210);
  EXPECT_EQ(HearOnline(1, 220).heard, Heard::kRepeat);
  truth_.Put(kBob, Shown::kOffline, 300);
  truth_.Put(kBob, Shown::kOnline, 310);
  EXPECT_EQ(HearOnline(3, 320).heard, Heard::kRepeat) << "what was in between was never seen";
  truth_.Put(kBob, Shown::kOffline, 400);
  (void)HearOffline(410);
  EXPECT_EQ(HearOffline(420).heard, Heard::kRepeat);
}

TEST_F(FollowersTest, AnOfflineThatNeverWasIsAFalseFlap) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)HearOnline(1, 210);
  EXPECT_EQ(HearOffline(220).heard, Heard::kFalseFlap);
  EXPECT_EQ(followers_.CountWrong(kAnn), 1U);
}

TEST_F(FollowersTest, AnOfflineFromBeforeTheLastOnlineIsOneToo) {
  truth_.Put(kBob, Shown::kOnline, 200);
  truth_.Put(kBob, Shown::kOffline, 210);
  truth_.Put(kBob, Shown::kOnline, 220);
  (void)HearOnline(3, 230);
  EXPECT_EQ(HearOffline(240).heard, Heard::kFalseFlap);
}

TEST_F(FollowersTest, WhatIsOlderThanWhatWasHeardIsOutOfOrder) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)HearOnline(1, 210);
  truth_.Put(kBob, Shown::kAway, 300);
  EXPECT_EQ(followers_.Hear(kAnn, kBob, Shown::kAway, 2, 310).heard, Heard::kChange);
  EXPECT_EQ(HearOnline(1, 320).heard, Heard::kOutOfOrder);
}

TEST_F(FollowersTest, ANewPresenceForgetsWhatWasTold) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)HearOnline(1, 210);
  followers_.Begin(kAnn, 400);
  EXPECT_EQ(followers_.CountWrong(kAnn), 1U);
  EXPECT_EQ(HearOnline(1, 410).heard, Heard::kSnapshot);
}

TEST_F(FollowersTest, WhatWasNotHeardIsStaleSinceTheViewWasWrong) {
  truth_.Put(kBob, Shown::kOnline, 200);
  EXPECT_EQ(followers_.LongestWrong(kAnn, 250), 0U) << "nothing was believed yet";
  (void)HearOnline(1, 210);
  EXPECT_EQ(followers_.LongestWrong(kAnn, 250), 0U);
  truth_.Put(kBob, Shown::kAway, 300);
  truth_.Put(kBob, Shown::kOffline, 400);
  EXPECT_EQ(followers_.LongestWrong(kAnn, 1'000), 700U);
  truth_.Put(kBob, Shown::kOnline, 1'100);
  EXPECT_EQ(followers_.LongestWrong(kAnn, 1'200), 0U) << "right again by itself";
  EXPECT_EQ(HearOnline(4, 1'210).heard, Heard::kRepeat);
  EXPECT_EQ(HearOffline(1'220).heard, Heard::kFalseFlap);
  EXPECT_EQ(followers_.LongestWrong(kAnn, 2'000), 0U) << "no change was missed";
}

TEST_F(FollowersTest, WhatIsLongOvertakenHasNoPlaceAndIsNoFlap) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)HearOnline(1, 210);
  truth_.Put(kBob, Shown::kOffline, 300);
  for (std::uint32_t i = 0; i < TruthBoard::kKept; i += 2) {
    truth_.Put(kBob, Shown::kOnline, 310);
    truth_.Put(kBob, Shown::kAway, 320);
  }
  EXPECT_EQ(HearOffline(400).heard, Heard::kUnplaced);
  EXPECT_EQ(HearOnline(3, 410).heard, Heard::kChange) << "the oldest that is kept";
}

TEST_F(FollowersTest, ManyChangesUnheardAreNoDisorder) {
  truth_.Put(kBob, Shown::kOnline, 200);
  (void)HearOnline(1, 210);
  for (int i = 0; i < 5'000; ++i) {
    truth_.Put(kBob, Shown::kOffline, 300);
    truth_.Put(kBob, Shown::kOnline, 300);
  }
  truth_.Put(kBob, Shown::kOffline, 400);
  EXPECT_EQ(HearOffline(405).latency, 5U);
}

TEST_F(FollowersTest, AStrangerIsOne) {
  EXPECT_EQ(followers_.Hear(kAnn, 2, Shown::kOnline, 1, 200).heard, Heard::kStranger);
}

}  // namespace
}  // namespace oofgg::load
