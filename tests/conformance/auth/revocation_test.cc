#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "auth/refresh_store.h"
#include "tests/conformance/auth/sessions.h"
#include "tests/conformance/auth/stores.h"

// The record of revocations, as the feed to the other servers reads it.
namespace oofgg::auth {
namespace {

using testing::AllRevocations;
using testing::At;
using ::testing::ElementsAre;
using testing::HashOf;
using ::testing::IsEmpty;
using testing::MakeFamily;
using testing::Use;

class RevocationTest : public testing::StoresTest {
 protected:
  /// One after the other, each until the second that is given for it.
  void Revoke(const std::vector<int>& ends) {
    for (const int end : ends) {
      const std::string id = "svc-" + std::to_string(++revoked_);
      ASSERT_TRUE(sessions_.RevokeSession(id, At(0), At(end)).ok());
    }
  }
  std::vector<std::int64_t> SequencesAfter(std::int64_t sequence, std::size_t limit = 100) {
    std::vector<std::int64_t> sequences;
    const RevocationPage page = sessions_.ReadRevocations(sequence, limit).value();
    for (const Revocation& revocation : page.entries) {
      sequences.push_back(revocation.sequence);
    }
    return sequences;
  }

  RefreshStore& sessions_ = *stores_.sessions;
  int revoked_ = 0;
};

TEST_P(RevocationTest, ARecordBeginsEmptyAndWithAnIdOfItsOwn) {
  const RevocationPage page = sessions_.ReadRevocations(0, 10).value();
  EXPECT_EQ(page.floor, 0);
  EXPECT_EQ(page.head, 0);
  EXPECT_THAT(page.entries, IsEmpty());
  EXPECT_NE(page.log_id, "");
  EXPECT_EQ(sessions_.ReadRevocations(0, 10)->log_id, page.log_id);
  const oofgg::testing::TemporaryDirectory elsewhere;
  const testing::Stores others = GetParam().open(elsewhere.path());
  EXPECT_NE(others.sessions->ReadRevocations(0, 10)->log_id, page.log_id);
}

TEST_P(RevocationTest, KeepsEveryFieldAndTheOrder) {
  ASSERT_TRUE(sessions_.RevokeSession("svc-1", At(1), At(901)).ok());
  ASSERT_TRUE(sessions_.RevokeSession("svc-2", At(2), At(3)).ok());
  ASSERT_TRUE(sessions_.RevokeSession("svc-1", At(4), At(904)).ok());
  EXPECT_THAT(AllRevocations(sessions_),
              ElementsAre(Revocation{1, "svc-1", At(1), At(901)}, Revocation{2, "svc-2", At(2), At(3)},
                          Revocation{3, "svc-1", At(4), At(904)}));
}

TEST_P(RevocationTest, IsReadInPages) {
  Revoke({100, 100, 100, 100, 100});
  EXPECT_THAT(SequencesAfter(0, 2), ElementsAre(1, 2));
  EXPECT_THAT(SequencesAfter(2, 2), ElementsAre(3, 4));
  EXPECT_THAT(SequencesAfter(4, 2), ElementsAre(5));
  EXPECT_THAT(SequencesAfter(5, 2), IsEmpty());
  EXPECT_THAT(SequencesAfter(0, 0), IsEmpty());
  EXPECT_THAT(SequencesAfter(99), IsEmpty()) << "such as a sequence of another record";
  EXPECT_THAT(SequencesAfter(-5), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(sessions_.ReadRevocations(0, 2)->head, 5);
}

TEST_P(RevocationTest, IsPurgedFromTheFrontOnly) {
  Revoke({10, 100, 20, 200});
  EXPECT_EQ(sessions_.PurgeExpired(At(10), 10).value(), 0U) << "only what ended before";
  EXPECT_EQ(sessions_.PurgeExpired(At(50), 10).value(), 1U);
  const RevocationPage page = sessions_.ReadRevocations(0, 10).value();
  EXPECT_EQ(page.floor, 1);
  EXPECT_EQ(page.head, 4);
  EXPECT_THAT(SequencesAfter(0), ElementsAre(2, 3, 4));
  EXPECT_THAT(SequencesAfter(2), ElementsAre(3, 4));
  EXPECT_EQ(sessions_.PurgeExpired(At(101), 10).value(), 2U);
  EXPECT_EQ(sessions_.ReadRevocations(0, 10)->floor, 3);
}

TEST_P(RevocationTest, IsPurgedInBatchesAndGoesOnCounting) {
  Revoke({10, 10, 10});
  EXPECT_EQ(sessions_.PurgeExpired(At(11), 2).value(), 2U);
  EXPECT_EQ(sessions_.ReadRevocations(0, 10)->floor, 2);
  EXPECT_EQ(sessions_.PurgeExpired(At(11), 2).value(), 1U);
  EXPECT_EQ(sessions_.PurgeExpired(At(11), 2).value(), 0U);
  EXPECT_EQ(sessions_.ReadRevocations(0, 10)->floor, 3);
  EXPECT_EQ(sessions_.ReadRevocations(0, 10)->head, 3);
  Revoke({100});
  EXPECT_THAT(SequencesAfter(0), ElementsAre(4));
  EXPECT_EQ(sessions_.ReadRevocations(0, 10)->floor, 3);
}

TEST_P(RevocationTest, ADeletionIsAnEntryOfTheRecord) {
  Revoke({901});
  ASSERT_TRUE(sessions_.RecordDeletion("u-1", At(2), At(5000)).ok());
  Revoke({902});
  EXPECT_THAT(AllRevocations(sessions_),
              ElementsAre(Revocation{1, "svc-1", At(0), At(901)}, Revocation{2, "", At(2), At(5000), "u-1"},
                          Revocation{3, "svc-2", At(0), At(902)}));
  EXPECT_EQ(sessions_.ReadRevocations(0, 10)->head, 3);
}

TEST_P(RevocationTest, ADeletionStaysBehindWhatIsPurgedAroundIt) {
  Revoke({10});
  ASSERT_TRUE(sessions_.RecordDeletion("u-1", At(1), At(5000)).ok());
  Revoke({20, 100, 30});
  EXPECT_EQ(sessions_.PurgeExpired(At(50), 10).value(), 2U) << "nor does it hold them up";
  EXPECT_THAT(SequencesAfter(0), ElementsAre(2, 4, 5));
  EXPECT_EQ(sessions_.ReadRevocations(0, 10)->floor, 3);
  EXPECT_EQ(sessions_.PurgeExpired(At(200), 10).value(), 2U);
  const RevocationPage page = sessions_.ReadRevocations(0, 10).value();
  EXPECT_THAT(page.entries, ElementsAre(Revocation{2, "", At(1), At(5000), "u-1"}));
  EXPECT_EQ(page.floor, 5);
  EXPECT_EQ(page.head, 5);
  EXPECT_THAT(SequencesAfter(2), IsEmpty());
  EXPECT_EQ(sessions_.PurgeExpired(At(5001), 10).value(), 1U);
  EXPECT_THAT(SequencesAfter(0), IsEmpty());
}

TEST_P(RevocationTest, OneCallPurgesTokensAndRevocations) {
  ASSERT_TRUE(sessions_.CreateFamily(MakeFamily("s-1"), HashOf("first"), At(10)).ok());
  Revoke({10, 10});
  EXPECT_EQ(sessions_.PurgeExpired(At(11), 2).value(), 3U) << "at most 2 of each";
  EXPECT_EQ(sessions_.FindFamily("s-1").status().code(), StatusCode::kNotFound);
}

// Whoever asks for what comes after the last entry it saw relies on this: a later sequence is never seen
// before an earlier one.
TEST_P(RevocationTest, AFollowerMissesNoneOfManyAtOnce) {
  constexpr std::size_t kThreads = 16;
  constexpr int kEach = 5;  // Of each of the four ways.
  testing::AllAtOnce(kThreads, [&](std::size_t i) {
    for (int n = 0; n < kEach; ++n) {
      const std::string name = std::to_string(i) + "/" + std::to_string(n);
      ASSERT_TRUE(sessions_.CreateFamily(MakeFamily("one " + name), HashOf("o" + name), At(100)).ok());
      ASSERT_TRUE(
          sessions_.CreateFamily(MakeFamily("all " + name, "u " + name), HashOf("a" + name), At(100)).ok());
      ASSERT_TRUE(sessions_.CreateFamily(MakeFamily("reused " + name), HashOf("r" + name), At(100)).ok());
      ASSERT_EQ(sessions_.Rotate(Use("r" + name, "n" + name))->outcome, RotationOutcome::kRotated);
    }
  });
  constexpr std::int64_t kExpected = std::int64_t{kThreads} * kEach * 4;
  std::set<std::string> seen;
  testing::AllAtOnce(kThreads + 1, [&](std::size_t i) {
    if (i == kThreads) {
      for (std::int64_t last = 0; last < kExpected;) {
        const RevocationPage page = sessions_.ReadRevocations(last, 7).value();
        for (const Revocation& revocation : page.entries) {
          ASSERT_EQ(revocation.sequence, ++last);
          EXPECT_TRUE(seen.insert(revocation.session_id).second) << revocation.session_id;
        }
        ASSERT_GE(page.head, last);
      }
      return;
    }
    for (int n = 0; n < kEach; ++n) {
      const std::string name = std::to_string(i) + "/" + std::to_string(n);
      EXPECT_TRUE(sessions_.RevokeSession("svc " + name, At(1), At(901)).ok());
      EXPECT_TRUE(sessions_.RevokeFamily("one " + name, At(1), At(901)).value());
      EXPECT_EQ(sessions_.RevokeFamilies("u " + name, "", At(1), At(901)).value(), 1U);
      EXPECT_EQ(sessions_.Rotate(Use("r" + name, "x" + name))->outcome, RotationOutcome::kReused);
    }
  });
  EXPECT_EQ(std::ssize(seen), kExpected);
  EXPECT_EQ(sessions_.ReadRevocations(0, 1)->head, kExpected);
}

TEST_P(RevocationTest, AFollowerIsToldOfWhatWasPurgedBeforeIt) {
  constexpr int kRounds = 30;
  testing::AllAtOnce(3, [&](std::size_t i) {
    if (i == 0) {
      for (int n = 0; n < kRounds; ++n) EXPECT_TRUE(sessions_.RevokeSession("svc", At(0), At(10)).ok());
    } else if (i == 1) {
      for (int n = 0; n < kRounds; ++n) EXPECT_TRUE(sessions_.PurgeExpired(At(11), 3).ok());
    } else {
      for (std::int64_t last = 0; last < kRounds;) {
        const RevocationPage page = sessions_.ReadRevocations(last, 5).value();
        if (last < page.floor) last = page.floor;
        for (const Revocation& revocation : page.entries) ASSERT_EQ(revocation.sequence, ++last);
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Stores, RevocationTest, ::testing::ValuesIn(testing::kKinds), testing::NameOf);

}  // namespace
}  // namespace oofgg::auth
