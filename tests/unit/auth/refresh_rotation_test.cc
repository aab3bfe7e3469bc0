#include <gtest/gtest.h>

#include "auth/refresh_store.h"

namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;

const WallTime kStart = WallTime(1'900'000'000s);

class DecideRotationTest : public ::testing::Test {
 protected:
  DecideRotationTest() {
    token_.expires_at = kStart + 100s;
    family_.expires_at = kStart + 1000s;
    rotation_.now = kStart;
    rotation_.nonce_hash = "nonce";
    rotation_.grace = 30s;
  }
  void UseToken() {
    token_.used = true;
    token_.used_at = kStart;
    token_.nonce_hash = "nonce";
  }
  RotationOutcome Decide() { return DecideRotation(token_, family_, rotation_); }

  StoredRefreshToken token_;
  RefreshFamily family_;
  Rotation rotation_;
};

TEST_F(DecideRotationTest, AFreshTokenRotates) { EXPECT_EQ(Decide(), RotationOutcome::kRotated); }

TEST_F(DecideRotationTest, ATokenEndsAtItsExpiry) {
  rotation_.now = kStart + 100s - 1ms;
  EXPECT_EQ(Decide(), RotationOutcome::kRotated);
  rotation_.now = kStart + 100s;
  EXPECT_EQ(Decide(), RotationOutcome::kExpired);
}

TEST_F(DecideRotationTest, ATokenEndsWithItsFamily) {
  family_.expires_at = kStart + 50s;
  rotation_.now = kStart + 50s - 1ms;
  EXPECT_EQ(Decide(), RotationOutcome::kRotated);
  rotation_.now = kStart + 50s;
  EXPECT_EQ(Decide(), RotationOutcome::kExpired);
}

TEST_F(DecideRotationTest, TheNextTokenEndsNoLaterThanItsFamily) {
  rotation_.next_expires_at = kStart + 999s;
  EXPECT_EQ(NextExpiry(family_, rotation_), kStart + 999s);
  rotation_.next_expires_at = kStart + 1001s;
  EXPECT_EQ(NextExpiry(family_, rotation_), kStart + 1000s);
}

TEST_F(DecideRotationTest, TheSameNonceWithinTheGraceIsAReplay) {
  UseToken();
  rotation_.now = kStart + 30s;
  EXPECT_EQ(Decide(), RotationOutcome::kReplayed);
  rotation_.now = kStart + 30s + 1ms;
  EXPECT_EQ(Decide(), RotationOutcome::kReused);
}

TEST_F(DecideRotationTest, AnotherNonceOrNoneIsReuse) {
  UseToken();
  rotation_.nonce_hash = "other";
  EXPECT_EQ(Decide(), RotationOutcome::kReused);
  rotation_.nonce_hash = "";
  EXPECT_EQ(Decide(), RotationOutcome::kReused);
  token_.nonce_hash = "";  // Two uses without a nonce are not the same use.
  EXPECT_EQ(Decide(), RotationOutcome::kReused);
}

TEST_F(DecideRotationTest, AReplayOutlivesTheTokensOwnExpiry) {
  UseToken();
  token_.expires_at = kStart + 1s;
  rotation_.now = kStart + 2s;
  EXPECT_EQ(Decide(), RotationOutcome::kReplayed);
}

TEST_F(DecideRotationTest, ARevokedFamilyGivesNothing) {
  family_.revoked = true;
  EXPECT_EQ(Decide(), RotationOutcome::kRevoked);
  UseToken();
  EXPECT_EQ(Decide(), RotationOutcome::kRevoked);
}

}  // namespace
}  // namespace oofgg::auth
