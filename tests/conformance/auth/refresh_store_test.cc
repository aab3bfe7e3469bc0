#include "auth/refresh_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "tests/conformance/auth/stores.h"

namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;

const WallTime kStart = WallTime(1'900'000'000'000ms);

// Hashes are any bytes, a NUL among them.
std::string HashOf(const std::string& name) {
  std::string hash = std::string("\0\xff", 2) + name;
  hash.resize(32, '.');
  return hash;
}

Rotation Use(const std::string& token, const std::string& next, const std::string& nonce = "") {
  return {.token_hash = HashOf(token),
          .next_hash = HashOf(next),
          .nonce_hash = nonce.empty() ? "" : HashOf(nonce),
          .grant = {.token_id = "jti-" + next, .issued_at = kStart + 1s, .expires_at = kStart + 901s},
          .now = kStart + 1s,
          .next_expires_at = kStart + 101s,
          .grace = 30s};
}

class RefreshStoreTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { ASSERT_TRUE(Create("s-1", "first").ok()); }

  Status Create(const std::string& id, const std::string& token) {
    const RefreshFamily family = {.id = id, .user_id = "u-1", .created_at = kStart};
    return sessions_.CreateFamily(family, HashOf(token), kStart + 100s);
  }
  RotationOutcome OutcomeOf(const Rotation& rotation) { return sessions_.Rotate(rotation)->outcome; }

  testing::Fixture fixture_{GetParam()};
  RefreshStore& sessions_ = *fixture_.stores.sessions;
};

TEST_P(RefreshStoreTest, KeepsAFamily) {
  const RefreshFamily family = sessions_.FindFamily("s-1").value();
  EXPECT_EQ(family, (RefreshFamily{.id = "s-1", .user_id = "u-1", .created_at = kStart}));
  EXPECT_EQ(sessions_.FindFamily("s-2").status().code(), StatusCode::kNotFound);
}

TEST_P(RefreshStoreTest, RefusesAKnownFamilyOrTokenAndKeepsNeither) {
  EXPECT_EQ(Create("s-1", "other").code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(OutcomeOf(Use("other", "next")), RotationOutcome::kUnknown);
  EXPECT_EQ(Create("s-2", "first").code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(sessions_.FindFamily("s-2").status().code(), StatusCode::kNotFound);
}

TEST_P(RefreshStoreTest, RotatesAlongAChain) {
  const auto result = sessions_.Rotate(Use("first", "second"));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->outcome, RotationOutcome::kRotated);
  EXPECT_EQ(result->family_id, "s-1");
  EXPECT_EQ(result->user_id, "u-1");
  EXPECT_EQ(result->grant, Use("first", "second").grant);
  EXPECT_EQ(OutcomeOf(Use("second", "third")), RotationOutcome::kRotated);
  EXPECT_EQ(OutcomeOf(Use("third", "fourth")), RotationOutcome::kRotated);
}

TEST_P(RefreshStoreTest, DoesNotKnowWhatItNeverGave) {
  const auto result = sessions_.Rotate(Use("never", "next"));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->outcome, RotationOutcome::kUnknown);
  EXPECT_EQ(result->user_id, "");
  EXPECT_EQ(OutcomeOf(Use("next", "more")), RotationOutcome::kUnknown) << "and gives nothing for it";
}

TEST_P(RefreshStoreTest, GivesTheFirstAnswersGrantAgainToTheSameNonce) {
  ASSERT_EQ(OutcomeOf(Use("first", "second", "nonce")), RotationOutcome::kRotated);
  Rotation again = Use("first", "second", "nonce");
  again.grant.token_id = "another";
  again.now += 30s;
  const auto result = sessions_.Rotate(again);
  EXPECT_EQ(result->outcome, RotationOutcome::kReplayed);
  EXPECT_EQ(result->grant, Use("first", "second").grant);
  EXPECT_EQ(result->user_id, "u-1");
  EXPECT_EQ(OutcomeOf(Use("second", "third")), RotationOutcome::kRotated);
}

TEST_P(RefreshStoreTest, ReuseRevokesTheFamilyAndNoOther) {
  ASSERT_TRUE(Create("s-2", "stranger").ok());
  ASSERT_EQ(OutcomeOf(Use("first", "second", "nonce")), RotationOutcome::kRotated);
  const auto reused = sessions_.Rotate(Use("first", "stolen", "other"));
  EXPECT_EQ(reused->outcome, RotationOutcome::kReused);
  EXPECT_EQ(reused->family_id, "s-1");
  EXPECT_TRUE(sessions_.FindFamily("s-1")->revoked);
  EXPECT_EQ(OutcomeOf(Use("second", "third")), RotationOutcome::kRevoked);
  EXPECT_EQ(OutcomeOf(Use("first", "second", "nonce")), RotationOutcome::kRevoked);
  EXPECT_EQ(OutcomeOf(Use("stolen", "more")), RotationOutcome::kUnknown);
  EXPECT_EQ(OutcomeOf(Use("stranger", "fine")), RotationOutcome::kRotated);
}

TEST_P(RefreshStoreTest, AnyOldTokenOfTheChainIsReuse) {
  ASSERT_EQ(OutcomeOf(Use("first", "second")), RotationOutcome::kRotated);
  ASSERT_EQ(OutcomeOf(Use("second", "third")), RotationOutcome::kRotated);
  EXPECT_EQ(OutcomeOf(Use("first", "other")), RotationOutcome::kReused);
}

TEST_P(RefreshStoreTest, RefusesAnExpiredTokenAndDoesNotUseIt) {
  Rotation late = Use("first", "second");
  late.now = kStart + 100s;
  EXPECT_EQ(OutcomeOf(late), RotationOutcome::kExpired);
  EXPECT_EQ(OutcomeOf(Use("first", "second")), RotationOutcome::kRotated);
}

TEST_P(RefreshStoreTest, RefusesANextTokenThatExistsAndChangesNothing) {
  ASSERT_TRUE(Create("s-2", "taken").ok());
  EXPECT_EQ(sessions_.Rotate(Use("first", "taken")).status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(OutcomeOf(Use("first", "second")), RotationOutcome::kRotated);
}

TEST_P(RefreshStoreTest, RevokesOnceAndAgain) {
  ASSERT_TRUE(sessions_.RevokeFamily("s-1").ok());
  EXPECT_TRUE(sessions_.RevokeFamily("s-1").ok());
  EXPECT_TRUE(sessions_.FindFamily("s-1")->revoked);
  EXPECT_EQ(OutcomeOf(Use("first", "second")), RotationOutcome::kRevoked);
  EXPECT_EQ(sessions_.RevokeFamily("s-2").code(), StatusCode::kNotFound);
}

TEST_P(RefreshStoreTest, ForgetsExpiredTokensInBatchesAndThenTheirFamily) {
  ASSERT_TRUE(Create("s-2", "stays").ok());
  ASSERT_EQ(OutcomeOf(Use("first", "second")), RotationOutcome::kRotated);  // Expires a second later.
  Rotation renew = Use("stays", "stays-on");
  renew.next_expires_at = kStart + 1000s;
  ASSERT_EQ(OutcomeOf(renew), RotationOutcome::kRotated);

  EXPECT_EQ(sessions_.PurgeExpired(kStart + 100s, 10).value(), 0U) << "only what expired before";
  EXPECT_EQ(sessions_.PurgeExpired(kStart + 102s, 1).value(), 1U);
  EXPECT_EQ(sessions_.PurgeExpired(kStart + 102s, 10).value(), 2U);
  EXPECT_EQ(sessions_.PurgeExpired(kStart + 102s, 10).value(), 0U);
  EXPECT_EQ(sessions_.FindFamily("s-1").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(sessions_.FindFamily("s-2").ok());
  EXPECT_EQ(OutcomeOf(Use("first", "x")), RotationOutcome::kUnknown);
  EXPECT_EQ(OutcomeOf(Use("stays-on", "next")), RotationOutcome::kRotated);
}

TEST_P(RefreshStoreTest, OfManyUsesAtOnceOneRotatesAndTheRestAreReuse) {
  constexpr std::size_t kThreads = 16;
  std::vector<RotationOutcome> outcomes(kThreads);
  testing::AllAtOnce(kThreads, [&](std::size_t i) {
    const std::string n = std::to_string(i);
    outcomes[i] = OutcomeOf(Use("first", "next-" + n, "nonce-" + n));
  });
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), RotationOutcome::kRotated), 1);
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), RotationOutcome::kReused), 1);
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), RotationOutcome::kRevoked), 14);
  EXPECT_TRUE(sessions_.FindFamily("s-1")->revoked);
}

TEST_P(RefreshStoreTest, OfManyUsesAtOnceWithOneNonceAllGetOneGrant) {
  constexpr std::size_t kThreads = 16;
  std::vector<RotationResult> results(kThreads);
  testing::AllAtOnce(kThreads, [&](std::size_t i) {
    Rotation rotation = Use("first", "second", "nonce");
    rotation.grant.token_id = std::to_string(i);
    results[i] = sessions_.Rotate(rotation).value();
  });
  int rotated = 0;
  for (const RotationResult& result : results) {
    EXPECT_EQ(result.grant, results[0].grant);
    EXPECT_TRUE(result.outcome == RotationOutcome::kRotated || result.outcome == RotationOutcome::kReplayed);
    rotated += result.outcome == RotationOutcome::kRotated ? 1 : 0;
  }
  EXPECT_EQ(rotated, 1);
}

TEST_P(RefreshStoreTest, FamiliesRotateBesideEachOther) {
  constexpr std::size_t kThreads = 8;
  std::atomic<int> rotated = 0;
  for (std::size_t i = 0; i < kThreads; ++i) {
    ASSERT_TRUE(Create("family-" + std::to_string(i), "start-" + std::to_string(i)).ok());
  }
  testing::AllAtOnce(kThreads, [&](std::size_t i) {
    std::string token = "start-" + std::to_string(i);
    for (int step = 0; step < 20; ++step) {
      const std::string next = std::to_string(i) + "/" + std::to_string(step);
      if (OutcomeOf(Use(token, next)) == RotationOutcome::kRotated) ++rotated;
      token = next;
    }
  });
  EXPECT_EQ(rotated, 160);
}

INSTANTIATE_TEST_SUITE_P(Stores, RefreshStoreTest, ::testing::Values("Memory", "Sqlite", "Postgres"));

}  // namespace
}  // namespace oofgg::auth
