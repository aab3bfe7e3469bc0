#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <thread>

#include "auth/key_file.h"
#include "oofgg/auth/key_store.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/testing/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::auth {
namespace {

using ::oofgg::testing::FakeClock;
using ::oofgg::testing::TemporaryDirectory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class KeyRotationTest : public ::testing::Test {
 protected:
  KeyRotationTest() { first_ = Open().signing_key().kid(); }

  KeyStore Open() { return KeyStore::Open(keys_, clock_).value(); }
  StatusOr<StoredKey> Rotate(RotationOptions options = {}) {
    return KeyStore::Rotate(keys_, options, clock_);
  }
  Status Retire(const std::string& kid, bool replace = false) {
    return KeyStore::Retire(keys_, kid, replace, clock_);
  }
  std::vector<KeyState> States() {
    std::vector<KeyState> states;
    const KeyStore store = Open();
    for (const StoredKey& key : store.keys()) states.push_back(key.state);
    return states;
  }
  bool Publishes(const std::string& kid) { return Open().public_keys().Find(kid) != nullptr; }

  FakeClock clock_;
  TemporaryDirectory folder_;
  const std::string keys_ = folder_ / "keys";
  std::string first_;
};

TEST_F(KeyRotationTest, ANewKeyIsPublishedAtOnceAndSignsAfterTheOverlap) {
  const StoredKey next = Rotate({.overlap = 10min}).value();
  EXPECT_EQ(next.state, KeyState::kPending);
  EXPECT_EQ(next.signs_from, clock_.WallNow() + 10min);
  EXPECT_TRUE(Publishes(next.key.kid()));
  EXPECT_EQ(Open().signing_key().kid(), first_);
  EXPECT_THAT(States(), ElementsAre(KeyState::kSigning, KeyState::kPending));
  clock_.Advance(10min - 1s);
  EXPECT_EQ(Open().signing_key().kid(), first_);
  clock_.Advance(1s);
  EXPECT_EQ(Open().signing_key().kid(), next.key.kid());
  EXPECT_THAT(States(), ElementsAre(KeyState::kRetiring, KeyState::kSigning));
}

TEST_F(KeyRotationTest, TheOldKeyIsPublishedUntilItsLastTokenIsDead) {
  ASSERT_TRUE(Rotate({.overlap = 10min}).ok());
  clock_.Advance(10min + 24h);
  EXPECT_TRUE(Publishes(first_));
  clock_.Advance(1min);
  EXPECT_FALSE(Publishes(first_));
  EXPECT_THAT(States(), ElementsAre(KeyState::kGone, KeyState::kSigning));
  ASSERT_TRUE(Rotate().ok());
  EXPECT_THAT(States(), ElementsAre(KeyState::kSigning, KeyState::kPending)) << "its file is gone too";
}

// Rotations over some days: whoever fetches the set every five minutes is never sent a token that it cannot
// verify, and no token dies before its time.
TEST_F(KeyRotationTest, NobodyIsLoggedOut) {
  constexpr auto kLifetime = 24h;
  constexpr auto kStep = 300s;
  constexpr std::size_t kAlive = kLifetime / (12 * kStep);
  TokenIssuer issuer(Open().signing_key(), clock_, RandomSource::System(), {.lifetime = kLifetime});
  TokenVerifier verifier(clock_, Open().public_keys());
  std::deque<std::string> tokens;  // One for each hour, all alive.
  for (int step = 0; step < 700; ++step) {
    if (step % 320 == 50) {
      ASSERT_TRUE(Rotate({.algorithm = KeyAlgorithm::kEs256}).ok());
    }
    verifier.SetKeys(Open().public_keys());
    issuer.SetKey(Open().signing_key());
    if (step % 12 == 0) tokens.push_back(issuer.Issue({"u", "user", "s"}).value());
    if (tokens.size() > kAlive) tokens.pop_front();
    ASSERT_TRUE(verifier.Verify(tokens.front()).ok()) << step;
    ASSERT_TRUE(verifier.Verify(tokens.back()).ok()) << step;
    clock_.Advance(kStep);
  }
  EXPECT_THAT(States(), ElementsAre(KeyState::kRetiring, KeyState::kSigning))
      << "two rotations, and a swept key";
}

TEST_F(KeyRotationTest, OneAtATime) {
  ASSERT_TRUE(Rotate().ok());
  const Status again = Rotate().status();
  EXPECT_EQ(again.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(again.message()), HasSubstr("already pending"));
}

TEST_F(KeyRotationTest, WithoutAnOverlapItSignsNow) {
  const StoredKey second = Rotate({.overlap = 0s}).value();
  EXPECT_EQ(Open().signing_key().kid(), second.key.kid());
  clock_.Advance(1s);
  const StoredKey third = Rotate({.overlap = 0s}).value();
  EXPECT_EQ(Open().signing_key().kid(), third.key.kid());
}

TEST_F(KeyRotationTest, MayChangeTheAlgorithmButNotToOneThatCannotBePublished) {
  EXPECT_EQ(Rotate({.algorithm = KeyAlgorithm::kEs256})->key.algorithm(), KeyAlgorithm::kEs256);
  clock_.Advance(1h);
  for (const KeyAlgorithm bad : {KeyAlgorithm::kHs256, KeyAlgorithm::kRs256}) {
    EXPECT_EQ(Rotate({.algorithm = bad}).status().code(), StatusCode::kInvalidArgument);
  }
  EXPECT_THAT(States(), ElementsAre(KeyState::kRetiring, KeyState::kSigning));
}

TEST_F(KeyRotationTest, ARetiredKeyIsGoneAtOnce) {
  const StoredKey next = Rotate().value();
  clock_.Advance(1h);
  ASSERT_TRUE(Retire(first_).ok());
  EXPECT_FALSE(Publishes(first_));
  EXPECT_EQ(Open().signing_key().kid(), next.key.kid());
  EXPECT_EQ(Retire(first_).code(), StatusCode::kNotFound);
}

TEST_F(KeyRotationTest, TheOnlySignerIsRetiredOnlyForAnother) {
  const Status refused = Retire(first_);
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("--replace"));
  EXPECT_TRUE(Publishes(first_));
  ASSERT_TRUE(Retire(first_, /*replace=*/true).ok());
  EXPECT_FALSE(Publishes(first_));
  EXPECT_NE(Open().signing_key().kid(), first_);
  EXPECT_THAT(States(), ElementsAre(KeyState::kSigning));
}

TEST_F(KeyRotationTest, APendingKeyTakesOverFromARetiredSigner) {
  const StoredKey next = Rotate({.overlap = 1h}).value();
  ASSERT_TRUE(Retire(first_).ok());
  EXPECT_EQ(Open().signing_key().kid(), next.key.kid());
  EXPECT_THAT(States(), ElementsAre(KeyState::kSigning));
}

TEST_F(KeyRotationTest, APendingKeyMayBeRetired) {
  const StoredKey next = Rotate().value();
  ASSERT_TRUE(Retire(next.key.kid()).ok());
  EXPECT_THAT(States(), ElementsAre(KeyState::kSigning));
}

TEST_F(KeyRotationTest, KeysWithoutATimeAreOlderThanAllOthersAndStayPublished) {
  const SigningKey added = SigningKey::Generate().value();
  ASSERT_TRUE(added.SaveFile(keys_ + "/zzz.pem").ok());
  EXPECT_EQ(Open().signing_key().kid(), added.kid()) << "as before there were rotations";
  const StoredKey next = Rotate({.overlap = 0s}).value();
  EXPECT_EQ(Open().signing_key().kid(), next.key.kid());
  EXPECT_TRUE(Publishes(first_));
  clock_.Advance(25h);
  EXPECT_FALSE(Publishes(first_));
  EXPECT_FALSE(Publishes(added.kid()));
}

TEST_F(KeyRotationTest, ManyProcessesAtOnceMakeOneKey) {
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { made += Rotate().ok() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_THAT(States(), ElementsAre(KeyState::kSigning, KeyState::kPending));
}

TEST_F(KeyRotationTest, AClockBeforeAllKeysSignsWithTheOldest) {
  ASSERT_TRUE(Rotate({.overlap = 0s}).ok());
  ASSERT_TRUE(Retire(first_).ok());
  clock_.SetWall(clock_.WallNow() - 1h);
  EXPECT_THAT(States(), ElementsAre(KeyState::kSigning));
}

TEST(KeyFileTest, ATimeIsReadBackAndNothingElseIsTakenForOne) {
  const WallTime time = WallTime(std::chrono::seconds(1893456000));
  EXPECT_EQ(KeyFileName(time, "AbCdEfGh-and-more"), "signing-20300101T000000Z-AbCdEfGh.pem");
  EXPECT_EQ(TimeInKeyFileName("signing-20300101T000000Z-AbCdEfGh.pem"), time);
  for (const char* name :
       {"signing-0001.pem", "zzz.pem", "", "signing-20300231T000000Z-AbCdEfGh.pem",
        "signing- 2030101T000000Z-AbCdEfGh.pem", "signing-20300101T000000+-AbCdEfGh.pem",
        "signing-20300101T000000Z_AbCdEfGh.pem", "zigning-20300101T000000Z-AbCdEfGh.pem"}) {
    EXPECT_EQ(TimeInKeyFileName(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace oofgg::auth
