#include "presence/instances/life_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace oofgg::presence {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr TimePoint kStart{1'000s};
constexpr LifeId kAnn = 11;
constexpr LifeId kBob = 22;

Lease LeaseOf(LifeId life) { return {.life = life, .remaining = 1s, .record = {}}; }

TEST(LifeBookTest, ALifeThatIsMetDoesNotCountBeforeItsLeaseIsSeen) {
  LifeBook book;
  LifeBook::Life* const met = book.Meet(kAnn, kStart);
  ASSERT_NE(met, nullptr);
  EXPECT_FALSE(met->alive);
  EXPECT_EQ(book.Meet(kAnn, kStart + 1s), met);
  EXPECT_EQ(met->met_at, kStart);
  EXPECT_THAT(book.Records(), IsEmpty());
  EXPECT_EQ(book.NextLookUp(kStart), kStart) << "at once";

  EXPECT_FALSE(book.Confirm(kAnn, kStart, kStart + 5s));
  EXPECT_TRUE(met->alive);
  EXPECT_THAT(book.Records(), ElementsAre(LeaseRecord()));
  EXPECT_EQ(book.NextLookUp(kStart + 1s), kStart + 5s);
}

TEST(LifeBookTest, WhatIsConfirmedLateDoesNotShortenALease) {
  LifeBook book;
  book.Confirm(kAnn, kStart, kStart + 5s);
  book.Confirm(kAnn, kStart + 1s, kStart + 3s);
  EXPECT_EQ(book.NextLookUp(kStart + 1s), kStart + 5s);
}

TEST(LifeBookTest, OriginsAreOfOneLifeEach) {
  LifeBook book;
  const auto ann = book.Meet(kAnn, kStart)->origin;
  const auto bob = book.Meet(kBob, kStart)->origin;
  EXPECT_NE(ann, bob);
  EXPECT_EQ(book.WithOrigin(ann), kAnn);
  EXPECT_EQ(book.WithOrigin(bob), kBob);
  book.Drop(kAnn);
  EXPECT_EQ(book.WithOrigin(ann), std::nullopt);
  EXPECT_NE(book.Meet(33, kStart)->origin, ann) << "an answer that names it may be under way";
}

TEST(LifeBookTest, OriginsThatAreInUseAreSkippedWhenTheNumbersBeginAgain) {
  LifeBook book;
  const auto ann = book.Meet(kAnn, kStart)->origin;
  for (LifeId life = 1'000; life < 1'000 + 70'000; ++life) {
    ASSERT_NE(book.Meet(life, kStart)->origin, ann) << life;
    book.Drop(life);
  }
}

TEST(LifeBookTest, WhoIsDroppedIsForgottenAndMayBeMetAgain) {
  LifeBook book;
  EXPECT_EQ(book.Drop(kAnn), std::nullopt) << "unknown";
  book.Meet(kAnn, kStart);
  EXPECT_EQ(book.Drop(kAnn), std::nullopt) << "tables know nothing of it";
  book.Confirm(kAnn, kStart, kStart + 5s);
  const auto origin = book.Find(kAnn)->origin;
  EXPECT_EQ(book.Drop(kAnn), origin);
  EXPECT_EQ(book.Find(kAnn), nullptr);
  EXPECT_NE(book.Meet(kAnn, kStart), nullptr);
}

TEST(LifeBookTest, OfWhoIsIgnoredNothingCountsUntilItsLeaseIsSeenOrTimeHasPassed) {
  LifeBook book;
  book.Confirm(kAnn, kStart, kStart + 1s);
  EXPECT_TRUE(book.Ignore(kAnn, kStart + 5s).has_value());
  EXPECT_EQ(book.Meet(kAnn, kStart + 4s), nullptr);
  EXPECT_TRUE(book.Confirm(kAnn, kStart + 4s, kStart + 9s)) << "what it said meanwhile was not heard";
  EXPECT_NE(book.Meet(kAnn, kStart + 4s), nullptr);
  EXPECT_FALSE(book.Confirm(kAnn, kStart + 4s, kStart + 9s));

  book.Ignore(kBob, kStart + 5s);
  book.ForgetIgnored(kStart + 4s);
  EXPECT_EQ(book.Meet(kBob, kStart + 4s), nullptr);
  EXPECT_NE(book.Meet(kBob, kStart + 5s), nullptr);
  book.Drop(kBob);
  book.ForgetIgnored(kStart + 5s);
  EXPECT_NE(book.Meet(kBob, kStart), nullptr);
}

TEST(LifeBookTest, OnlyWhoHadItsTimeAndIsNotListedIsGone) {
  LifeBook book;
  book.Confirm(kAnn, kStart, kStart + 5s);
  book.Meet(kBob, kStart + 2s);
  EXPECT_THAT(book.GoneFrom({}, kStart + 1s, kStart + 4s), IsEmpty())
      << "one has time left, the other was met after the question";
  EXPECT_THAT(book.GoneFrom({}, kStart + 2s, kStart + 4s), ElementsAre(kBob));
  EXPECT_THAT(book.GoneFrom({}, kStart + 2s, kStart + 5s), UnorderedElementsAre(kAnn, kBob));
  EXPECT_THAT(book.GoneFrom({LeaseOf(kAnn)}, kStart + 2s, kStart + 5s), ElementsAre(kBob));
  EXPECT_THAT(book.GoneFrom({LeaseOf(kAnn), LeaseOf(kBob)}, kStart + 2s, kStart + 5s), IsEmpty());
}

TEST(LifeBookTest, AGapMakesEverybodyDoubtedAndNobodyVerified) {
  LifeBook book;
  EXPECT_TRUE(book.AllVerified());
  book.Confirm(kAnn, kStart, kStart + 5s);
  book.Confirm(kBob, kStart, kStart + 5s);
  book.Find(kBob)->verified = true;
  const auto bob = book.Find(kBob)->origin;
  EXPECT_FALSE(book.AllVerified());
  std::vector<bool> verified(bob + 1U);
  verified[bob] = true;
  EXPECT_EQ(book.Verified(), verified);
  book.Find(kAnn)->verified = true;
  EXPECT_TRUE(book.AllVerified());
  book.Doubt();
  EXPECT_FALSE(book.AllVerified());
  EXPECT_THAT(book.Verified(), IsEmpty());
  EXPECT_TRUE(book.Find(kAnn)->doubted);
  EXPECT_FALSE(book.Meet(33, kStart)->doubted) << "met after the gap";
}

TEST(LifeBookTest, WhoLivesIsGivenTimeAndWhoIsOnlyMetIsNot) {
  LifeBook book;
  book.Confirm(kAnn, kStart, kStart + 1s);
  book.Extend(kStart + 10s);
  EXPECT_EQ(book.NextLookUp(kStart + 1s), kStart + 10s);
  book.Extend(kStart + 2s);
  EXPECT_EQ(book.NextLookUp(kStart + 1s), kStart + 10s);
  book.Meet(kBob, kStart + 3s);
  book.Extend(kStart + 20s);
  EXPECT_EQ(book.NextLookUp(kStart + 3s), kStart + 3s);
  EXPECT_EQ(LifeBook().NextLookUp(kStart), kNever);
}

}  // namespace
}  // namespace oofgg::presence
