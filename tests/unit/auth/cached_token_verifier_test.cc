#include "oofgg/auth/cached_token_verifier.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "oofgg/testing/fake_clock.h"
#include "tests/unit/auth/token_forge.h"

namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;

const Caller kAlice = {.user_id = "u-alice", .role = "user", .session_id = "s-1"};

class CachedTokenVerifierTest : public ::testing::Test {
 protected:
  oofgg::testing::FakeClock clock_;
  SigningKey key_ = SigningKey::Generate().value();
  TokenIssuer issuer_{key_, clock_, RandomSource::System()};
  std::shared_ptr<TokenVerifier> plain_ = std::make_shared<TokenVerifier>(clock_, testing::SetOf(key_));
  CachedTokenVerifier cached_{plain_, {.max_tokens = 64}};
};

TEST_F(CachedTokenVerifierTest, SaysTheSameAgainAndAgain) {
  const std::string token = issuer_.Issue(kAlice).value();
  const VerifiedToken first = cached_.Verify(token).value();
  EXPECT_EQ(first, plain_->Verify(token).value());
  EXPECT_EQ(cached_.Verify(token).value(), first);
}

TEST_F(CachedTokenVerifierTest, AKnownTokenEndsToTheSecond) {
  const std::string token = issuer_.Issue(kAlice).value();
  ASSERT_TRUE(cached_.Verify(token).ok());
  clock_.Advance(15min + 29s);
  EXPECT_TRUE(cached_.Verify(token).ok());
  clock_.Advance(1s);
  EXPECT_EQ(ReasonOf(cached_.Verify(token).status()), "TOKEN_EXPIRED");
}

TEST_F(CachedTokenVerifierTest, AKnownTokenIsNotValidBeforeItsTime) {
  const std::string token = issuer_.Issue(kAlice).value();
  ASSERT_TRUE(cached_.Verify(token).ok());
  clock_.SetWall(clock_.WallNow() - 31s);
  EXPECT_EQ(ReasonOf(cached_.Verify(token).status()), "TOKEN_NOT_YET_VALID");
}

TEST_F(CachedTokenVerifierTest, AWithdrawnKeyIsGoneAtOnce) {
  const std::string token = issuer_.Issue(kAlice).value();
  ASSERT_TRUE(cached_.Verify(token).ok());
  plain_->SetKeys(Jwks());
  EXPECT_EQ(ReasonOf(cached_.Verify(token).status()), "TOKEN_KEY_UNKNOWN");
  plain_->SetKeys(testing::SetOf(key_));
  EXPECT_TRUE(cached_.Verify(token).ok());
}

TEST_F(CachedTokenVerifierTest, AKeyThatTookOverTheNameOfAnotherIsAnother) {
  const std::string token = issuer_.Issue(kAlice).value();
  ASSERT_TRUE(cached_.Verify(token).ok());
  const std::string other = SigningKey::Generate()->verifying_key().ToJwk();
  const auto x = base::Base64UrlDecode(other.substr(other.find("\"x\":\"") + 5, 43));
  plain_->SetKeys(Jwks::Of({VerifyingKey::FromEd25519(*x, key_.kid()).value()}).value());
  EXPECT_EQ(ReasonOf(cached_.Verify(token).status()), "TOKEN_SIGNATURE_INVALID");
}

TEST_F(CachedTokenVerifierTest, TheWholeTokenCounts) {
  const std::string token = issuer_.Issue(kAlice).value();
  ASSERT_TRUE(cached_.Verify(token).ok());
  for (std::size_t at = 0; at < token.size(); at += 7) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(cached_.Verify(changed).ok()) << at;
  }
  EXPECT_FALSE(cached_.Verify("x" + token).ok());
  EXPECT_TRUE(cached_.Verify(token).ok());
}

TEST_F(CachedTokenVerifierTest, MoreTokensThanItHoldsAreAllVerified) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 300; ++i) tokens.push_back(issuer_.Issue({std::to_string(i), "user", "s"}).value());
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      ASSERT_EQ(cached_.Verify(tokens[i])->caller.user_id, std::to_string(i));
    }
  }
}

/// Tokens of all sorts: our keys and strangers', now and then, whole and damaged.
class RandomTokens {
 public:
  RandomTokens(SeededRandom& random, const Clock& clock) : random_(random), clock_(clock) {
    const std::array<KeyAlgorithm, 4> kinds = {KeyAlgorithm::kEdDsa, KeyAlgorithm::kEdDsa,
                                               KeyAlgorithm::kEs256, KeyAlgorithm::kHs256};
    for (const KeyAlgorithm kind : kinds) keys_.push_back(SigningKey::Generate(kind).value());
  }

  Jwks AnySet() {
    std::vector<VerifyingKey> trusted;
    for (const SigningKey& key : keys_) {
      if (random_.Below(3) > 0) trusted.push_back(key.verifying_key());
    }
    return Jwks::Of(std::move(trusted)).value();
  }

  std::string AnyToken() {
    if (tokens_.size() < 40 || random_.Below(20) == 0) Make();
    std::string token = tokens_[random_.Below(tokens_.size())];
    if (random_.Below(4) > 0) return token;
    switch (random_.Below(3)) {
      case 0:
        token[random_.Below(token.size())] = 'x';
        break;
      case 1:
        token.resize(random_.Below(token.size() + 1));
        break;
      default:
        token += "A";
    }
    return token;
  }

 private:
  void Make() {
    TokenIssuerOptions options;
    if (random_.Below(8) == 0) options.issuer = "elsewhere";
    options.lifetime = std::chrono::seconds(1 + random_.Below(3000));
    const TokenIssuer issuer(keys_[random_.Below(keys_.size())], clock_, random_, options);
    tokens_.push_back(issuer.Issue(kAlice).value());
  }

  SeededRandom& random_;
  const Clock& clock_;
  std::vector<SigningKey> keys_;
  std::vector<std::string> tokens_;
};

TEST_F(CachedTokenVerifierTest, NeverDisagreesWithThePlainOne) {
  SeededRandom random(20300101);
  RandomTokens tokens(random, clock_);
  const WallTime start = clock_.WallNow();
  int accepted = 0;
  for (int step = 0; step < 4000; ++step) {
    if (random.Below(25) == 0) plain_->SetKeys(tokens.AnySet());
    if (random.Below(10) == 0) clock_.SetWall(start + std::chrono::seconds(random.Below(1500)));
    const std::string token = tokens.AnyToken();
    const auto with_cache = cached_.Verify(token);
    const auto without = plain_->Verify(token);
    ASSERT_EQ(with_cache.status(), without.status()) << "step " << step << " " << token;
    if (without.ok()) {
      ++accepted;
      ASSERT_EQ(*with_cache, *without);
    }
  }
  EXPECT_GT(accepted, 100);
}

TEST_F(CachedTokenVerifierTest, AfterAKeyIsWithdrawnNoThreadTakesItsTokens) {
  const std::string token = issuer_.Issue(kAlice).value();
  const Jwks ours = testing::SetOf(key_);
  std::atomic<int> withdrawals = 0;  // Odd: the key is withdrawn, and stays so until the number changes.
  std::atomic<bool> done = false;
  std::atomic<int> wrongly_taken = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const int before = withdrawals;
        const bool taken = cached_.Verify(token).ok();
        if (taken && before % 2 == 1 && withdrawals == before) ++wrongly_taken;
      }
    });
  }
  for (int i = 0; i < 100; ++i) {
    plain_->SetKeys(Jwks());
    ++withdrawals;
    EXPECT_FALSE(cached_.Verify(token).ok());
    ++withdrawals;
    plain_->SetKeys(ours);
    EXPECT_TRUE(cached_.Verify(token).ok());
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrongly_taken, 0);
}

}  // namespace
}  // namespace oofgg::auth
