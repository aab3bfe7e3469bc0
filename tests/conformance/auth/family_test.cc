#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "auth/refresh_store.h"
#include "tests/conformance/auth/sessions.h"
#include "tests/conformance/auth/stores.h"

// Families as their owner and operators see them: listed, revoked, erased.
namespace oofgg::auth {
namespace {

using testing::AllRevocations;
using testing::At;
using ::testing::ElementsAre;
using testing::HashOf;
using ::testing::IsEmpty;
using testing::MakeFamily;
using testing::Use;

class FamilyTest : public testing::StoresTest {
 protected:
  /// With a first token that is named like it.
  void Create(const RefreshFamily& family) {
    const Status created = sessions_.CreateFamily(family, HashOf(family.id), At(100));
    ASSERT_TRUE(created.ok()) << created;
  }
  void CreateSome(int count, const std::string& prefix = "s-") {
    for (int i = 0; i < count; ++i) Create(MakeFamily(prefix + std::to_string(i)));
  }
  RotationOutcome OutcomeOf(const Rotation& rotation) { return sessions_.Rotate(rotation)->outcome; }
  std::vector<std::string> IdsOf(const std::string& user_id, int second = 0, std::size_t limit = 100) {
    std::vector<std::string> ids;
    const std::vector<RefreshFamily> families = sessions_.ListFamilies(user_id, At(second), limit).value();
    for (const RefreshFamily& family : families) {
      ids.push_back(family.id);
    }
    return ids;
  }

  RefreshStore& sessions_ = *stores_.sessions;
};

TEST_P(FamilyTest, ListsThoseOfAUserNewestFirst) {
  for (const int second : {2, 1, 3}) {
    RefreshFamily family = MakeFamily("s-" + std::to_string(second));
    family.created_at = At(second);
    Create(family);
  }
  Create(MakeFamily("other", "u-2"));
  EXPECT_THAT(IdsOf("u-1"), ElementsAre("s-3", "s-2", "s-1"));
  EXPECT_THAT(IdsOf("u-1", 0, 2), ElementsAre("s-3", "s-2"));
  EXPECT_THAT(sessions_.ListFamilies("u-2", At(0), 10).value(), ElementsAre(MakeFamily("other", "u-2")));
  EXPECT_THAT(IdsOf("u-3"), IsEmpty());
}

TEST_P(FamilyTest, ListsNoneThatIsOver) {
  CreateSome(2);
  ASSERT_TRUE(sessions_.RevokeFamily("s-0", At(1), At(901)).ok());
  EXPECT_THAT(IdsOf("u-1", 999), ElementsAre("s-1"));
  EXPECT_THAT(IdsOf("u-1", 1000), IsEmpty());
}

TEST_P(FamilyTest, IsRevokedOnceAndAgain) {
  CreateSome(1);
  EXPECT_TRUE(sessions_.RevokeFamily("s-0", At(1), At(901)).value());
  EXPECT_FALSE(sessions_.RevokeFamily("s-0", At(2), At(902)).value());
  EXPECT_TRUE(sessions_.FindFamily("s-0")->revoked);
  EXPECT_EQ(OutcomeOf(Use("s-0", "next")), RotationOutcome::kRevoked);
  EXPECT_THAT(AllRevocations(sessions_), ElementsAre(Revocation{1, "s-0", At(1), At(901)}));
  EXPECT_EQ(sessions_.RevokeFamily("s-1", At(1), At(901)).status().code(), StatusCode::kNotFound);
}

TEST_P(FamilyTest, AllOfAUserAreRevokedButOne) {
  CreateSome(4);
  Create(MakeFamily("other", "u-2"));
  ASSERT_TRUE(sessions_.RevokeFamily("s-3", At(1), At(901)).value());
  EXPECT_EQ(sessions_.RevokeFamilies("u-1", "s-1", At(2), At(902)).value(), 2U) << "one was so before";
  EXPECT_THAT(IdsOf("u-1"), ElementsAre("s-1"));
  EXPECT_THAT(IdsOf("u-2"), ElementsAre("other"));
  EXPECT_EQ(OutcomeOf(Use("s-1", "next")), RotationOutcome::kRotated);
  EXPECT_EQ(OutcomeOf(Use("s-2", "more")), RotationOutcome::kRevoked);

  EXPECT_EQ(sessions_.RevokeFamilies("u-1", "", At(3), At(903)).value(), 1U);
  EXPECT_EQ(sessions_.RevokeFamilies("u-1", "", At(4), At(904)).value(), 0U);
  std::vector<std::string> revoked;
  for (const Revocation& revocation : AllRevocations(sessions_)) revoked.push_back(revocation.session_id);
  EXPECT_THAT(revoked, ::testing::UnorderedElementsAre("s-3", "s-0", "s-2", "s-1"));
  EXPECT_EQ(AllRevocations(sessions_).back(), (Revocation{4, "s-1", At(3), At(903)}));
}

TEST_P(FamilyTest, ReuseAddsOneRevocation) {
  CreateSome(1);
  ASSERT_EQ(OutcomeOf(Use("s-0", "second")), RotationOutcome::kRotated);
  EXPECT_THAT(AllRevocations(sessions_), IsEmpty());
  ASSERT_EQ(OutcomeOf(Use("s-0", "stolen")), RotationOutcome::kReused);
  ASSERT_EQ(OutcomeOf(Use("s-0", "stolen")), RotationOutcome::kRevoked);
  EXPECT_THAT(AllRevocations(sessions_), ElementsAre(Revocation{1, "s-0", At(1), At(901)}));
}

TEST_P(FamilyTest, ErasureLeavesNothingButWhatWasRevoked) {
  CreateSome(2);
  Create(MakeFamily("other", "u-2"));
  ASSERT_EQ(OutcomeOf(Use("s-0", "second")), RotationOutcome::kRotated);
  ASSERT_TRUE(sessions_.RevokeFamily("s-1", At(1), At(901)).ok());
  ASSERT_TRUE(sessions_.EraseFamilies("u-1").ok());
  EXPECT_EQ(sessions_.FindFamily("s-0").status().code(), StatusCode::kNotFound);
  EXPECT_THAT(IdsOf("u-1"), IsEmpty());
  for (const char* token : {"s-0", "second", "s-1"}) {
    EXPECT_EQ(OutcomeOf(Use(token, "next")), RotationOutcome::kUnknown);
  }
  EXPECT_EQ(AllRevocations(sessions_).size(), 1U);
  EXPECT_EQ(OutcomeOf(Use("other", "next")), RotationOutcome::kRotated);
  EXPECT_TRUE(sessions_.EraseFamilies("u-1").ok()) << "again is as good as once";
  EXPECT_EQ(sessions_.PurgeExpired(At(2000), 10).value(), 3U) << "two tokens and one revocation were left";
}

TEST_P(FamilyTest, OfManyRevocationsAtOnceOneIsTheFirst) {
  CreateSome(1);
  std::atomic<int> first = 0;
  testing::AllAtOnce(16, [&](std::size_t) {
    if (sessions_.RevokeFamily("s-0", At(1), At(901)).value()) ++first;
  });
  EXPECT_EQ(first, 1);
  EXPECT_EQ(AllRevocations(sessions_).size(), 1U);
}

TEST_P(FamilyTest, OnceRevokedIsNeverRotatedAgain) {
  constexpr int kFamilies = 8;
  CreateSome(kFamilies);
  std::latch all_rotate(kFamilies);
  std::atomic<bool> revoked = false;
  testing::AllAtOnce(kFamilies + 1, [&](std::size_t i) {
    if (i == kFamilies) {
      all_rotate.wait();
      EXPECT_EQ(sessions_.RevokeFamilies("u-1", "", At(1), At(901)).value(), 8U);
      revoked = true;
      return;
    }
    std::string token = "s-" + std::to_string(i);
    for (int step = 0;; ++step) {
      const bool too_late = revoked;
      const std::string next = std::to_string(i) + "/" + std::to_string(step);
      const RotationOutcome outcome = OutcomeOf(Use(token, next));
      if (step == 0) all_rotate.count_down();
      if (outcome == RotationOutcome::kRevoked) return;
      ASSERT_EQ(outcome, RotationOutcome::kRotated);
      ASSERT_FALSE(too_late);
      token = next;
    }
  });
  EXPECT_THAT(IdsOf("u-1"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Stores, FamilyTest, ::testing::ValuesIn(testing::kKinds), testing::NameOf);

}  // namespace
}  // namespace oofgg::auth
